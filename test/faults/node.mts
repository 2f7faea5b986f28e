/** The node under test, its request timeouts as short as everything else in the matrix. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { KlingImageToVideo } from '../../nodes/KlingImageToVideo/KlingImageToVideo.node.ts';
import type { KlingTextToVideo } from '../../nodes/KlingTextToVideo/KlingTextToVideo.node.ts';

/** How much shorter. Less than everything else, because replies take their time where much is going on at once. */
const SPEED = 40;

export interface Watcher {
	/** Before each try of the node; the first one is 1. */
	onTry(number: number): void;
	/** A request is sent. */
	onSend(): void;
	/** A request brought no reply. */
	onNoReply(): Promise<void>;
}

/** The nodes that create videos. */
type VideoNode = KlingTextToVideo | KlingImageToVideo;

/** @returns the node for one run */
export function watchedNode<Node extends VideoNode>(node: Node, watcher: Watcher): Node {
	let tries = 0;
	const { execute } = node;
	node.execute = async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		watcher.onTry(++tries);
		return await execute.call(hurried(this, watcher));
	};
	return node;
}

function hurried(context: IExecuteFunctions, watcher: Watcher): IExecuteFunctions {
	const { httpRequest, httpRequestWithAuthentication } = context.helpers;
	const helpers: IExecuteFunctions['helpers'] = {
		...context.helpers,
		async httpRequest(options) {
			watcher.onSend();
			return (await httpRequest(shortened(options))) as unknown;
		},
		async httpRequestWithAuthentication(type, options, more) {
			watcher.onSend();
			try {
				return (await httpRequestWithAuthentication.call(
					context,
					type,
					shortened(options),
					more,
				)) as unknown;
			} catch (error) {
				await watcher.onNoReply();
				throw error;
			}
		},
	};
	return Object.create(context, { helpers: { value: helpers } }) as IExecuteFunctions;
}

/** Limits that are no pauses of the clock; shorter than a second they stay as they are. Whole milliseconds. */
export function shortenedLimit(ms: number): number {
	return ms < 1_000 ? ms : Math.ceil(ms / SPEED);
}

function shortened<Options extends { timeout?: number }>(options: Options): Options {
	return options.timeout === undefined ? options : { ...options, timeout: options.timeout / SPEED };
}
