/** What makes a video of a node run the same one: in the next try, and in a retried execution. */

import { randomUUID } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import type { Target } from '../api/modelLookup';
import type { VideoRequest } from '../api/request';
import type { PlannedVideo } from '../engine/taskService';
import { digestOf, jsonPieces } from '../utils/pieces';
import { isTool } from './words/nodeErrors';

/** How a video is known: to the ledger of its execution, and to Kling. */
type Identity = Pick<PlannedVideo, 'key' | 'name'>;

interface Place {
	identity: Identity;
	/** The node run that uses it has not ended. */
	isRunning: boolean;
}

/**
 * The videos of each node run: for all tries of Retry On Fail n8n hands the node the same object. So an item
 * is one video, whatever its expressions say at the next try. Another turn of a loop, another execution and
 * a sub-workflow's run have objects of their own.
 */
const runs = new WeakMap<object, Map<string, Place>>();

/** Identifies the videos of one node run. */
export class VideoIdentities {
	private readonly executionId: string;
	/** Where in the world this run is: n8n, workflow, node, run. */
	private readonly run: readonly unknown[];
	private readonly isTool: boolean;
	private readonly places: Map<string, Place>;
	private readonly taken = new Map<string, Place>();

	constructor(context: IExecuteFunctions) {
		const node = context.getNode();
		this.executionId = context.getExecutionId() || randomUUID();
		this.run = [
			context.getInstanceId(),
			context.getWorkflow().id,
			node.id,
			context.evaluateExpression('{{ $runIndex }}', 0),
		];
		this.isTool = isTool(node);
		const executeData = context.getExecuteData();
		this.places = runs.get(executeData) ?? new Map<string, Place>();
		runs.set(executeData, this.places);
	}

	/**
	 * The key is the same in every try of the execution, also when the user retries it, which makes a new
	 * execution of it, as long as the request is unchanged. The name is unique in the world, and the same
	 * when another worker repeats this execution. Both differ for every other run, item and request: an
	 * account may serve several n8n instances, and a changed prompt must not reuse the old video.
	 */
	async of(
		itemIndex: number,
		{ request, target }: { request: VideoRequest; target: Target },
	): Promise<Identity> {
		const hashed = { request: hashedRequest(request), target: hashedPart(target) };
		// An agent's calls share one object, and each try counts as a run. Only its arguments tell.
		const [instance, workflow, node, runIndex] = this.run;
		const at = await hash([node, itemIndex, this.isTool ? hashed : runIndex]);
		const earlier = this.places.get(at);
		if (earlier && !earlier.isRunning) {
			earlier.isRunning = true;
			this.taken.set(at, earlier);
			return earlier.identity;
		}
		const { executionId } = this;
		const identity = {
			key: await hash([instance, workflow, node, runIndex, itemIndex, hashed]),
			name: `n8n-${executionId}-${itemIndex}-${await hash([...this.run, executionId, itemIndex, hashed])}`,
		};
		const place = { identity, isRunning: true };
		this.places.set(at, place);
		this.taken.set(at, place);
		return identity;
	}

	/**
	 * The node run has ended.
	 * @param isOver no further try is to come: what comes with the same arguments is another call
	 */
	end(isOver: boolean): void {
		for (const [at, place] of this.taken) {
			place.isRunning = false;
			if (isOver && this.places.get(at) === place) this.places.delete(at);
		}
		this.taken.clear();
	}
}

/**
 * The facts about a model that are part of keys. Stored executions hold keys, so what is hashed, and in
 * which order, must never change: what the registry learns about a model later stays out.
 */
const HASHED: ReadonlySet<string> = new Set([
	'id',
	'modes',
	'durations',
	'aspectRatios',
	'negativePrompt',
	'cfgScale',
	'camera',
	'soundModes',
	'multiShot',
	'displayName',
	'format',
] satisfies Array<keyof Target>);

/** The size of an image's file came later, too, and its fingerprint tells it already. */
function hashedRequest({ ...request }: VideoRequest): object {
	for (const name of ['firstFrame', 'lastFrame'] as const) {
		const image = request[name];
		if (image?.kind !== 'file') continue;
		Object.assign(request, { [name]: { ...image, bytes: undefined } });
	}
	return request;
}

function hashedPart(target: Target): object {
	return Object.fromEntries(Object.entries(target).filter(([name]) => HASHED.has(name)));
}

/**
 * 20 hexadecimal digits. Not cut from the text: what is cut from it would keep all of it in memory.
 * @param content in which an image may be of megabytes
 */
async function hash(content: unknown): Promise<string> {
	return (await digestOf(jsonPieces(content))).subarray(0, 10).toString('hex');
}
