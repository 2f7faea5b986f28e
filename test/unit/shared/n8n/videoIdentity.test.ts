import type { IExecuteFunctions, INodeParameters } from 'n8n-workflow';

import { toConnection } from '../../../../nodes/shared/api/connection';
import { ALL_MODELS } from '../../../../nodes/shared/api/models';
import { VideoIdentities } from '../../../../nodes/shared/n8n/videoIdentity';
import { parametersOf } from '../../../../nodes/shared/parameters/parameterReader';
import { chooseTarget, readVideo } from '../../../../nodes/shared/parameters/videoParameters';
import storedKeys from '../../../fixtures/stored/keys.json';

/** Where a video is created: all that n8n knows of it. */
interface Place {
	executionId: string;
	instanceId: string;
	workflowId: string;
	nodeId: string;
	runIndex: number;
	itemIndex: number;
}

/** What an earlier build made of these parameters: the key of its ledger, and the video's name at Kling. */
interface StoredKey {
	credential: keyof typeof CREDENTIALS;
	/** What differs from FORM. */
	parameters: INodeParameters;
	/** What differs from PLACE. */
	settings?: Partial<Place>;
	key: string;
	name: string;
}

const CREDENTIALS = {
	'official, API key': { apiKey: 'key' },
	'official, access key': { authentication: 'accessKey', accessKey: 'AK', secretKey: 'SK' },
	gateway: { service: 'gateway', baseUrl: 'https://api.example.com', apiKey: 'key' },
};

const FORM = {
	model: 'kling-v2-6',
	prompt: 'a cat',
	mode: 'std',
	duration: 5,
	aspectRatio: '16:9',
};

const PLACE: Place = {
	executionId: '4711',
	instanceId: 'instance',
	workflowId: 'workflow',
	nodeId: 'node',
	runIndex: 0,
	itemIndex: 0,
};

/** A node run in n8n, as far as identities need it. */
function contextOf(
	parameters: INodeParameters,
	place: Place,
	executeData: object = {},
): IExecuteFunctions {
	return {
		getNodeParameter: (name: string, _itemIndex: number, fallback: unknown) =>
			parameters[name] ?? fallback,
		getExecutionId: () => place.executionId,
		getInstanceId: () => place.instanceId,
		getWorkflow: () => ({ id: place.workflowId }),
		getNode: () => ({ id: place.nodeId, type: 'n8n-nodes-kling.klingTextToVideo' }),
		getExecuteData: () => executeData,
		evaluateExpression: (expression: string) => {
			if (expression === '{{ $runIndex }}') return place.runIndex;
			throw new Error(`Not foreseen: ${expression}`);
		},
	} as unknown as IExecuteFunctions;
}

async function identify({
	credential,
	parameters,
	settings = {},
}: Pick<StoredKey, 'credential' | 'parameters' | 'settings'>) {
	const place = { ...PLACE, ...settings };
	const context = contextOf({ ...FORM, ...parameters }, place);
	const connection = toConnection(CREDENTIALS[credential]);
	const read = parametersOf(context, place.itemIndex);
	const data = readVideo(read, chooseTarget(read, connection, 'textToVideo'), true);
	return await new VideoIdentities(context).of(place.itemIndex, data);
}

describe('the identity of a video', () => {
	/** Written down by the build of commit 532c120: test/fixtures/stored/README.md. */
	const stored = storedKeys as StoredKey[];

	it.each(
		stored.map(({ key, name, ...video }) => [JSON.stringify(video), video, key, name] as const),
	)('is what it was when executions were stored: %s', async (_title, video, key, name) => {
		expect(await identify(video)).toEqual({ key, name });
	});

	it('was written down for models that are all still there', () => {
		const models = new Set(stored.map(({ parameters }) => parameters.model));
		expect(models.size).toBe(10);
		const today = ALL_MODELS.map(({ value }) => value as unknown);
		expect([...models].filter((model) => !today.includes(model))).toEqual([]);
	});

	const VIDEO = { credential: 'official, API key', parameters: {} } as const;

	it('is the same in a retry, which is another execution, but for the name', async () => {
		const [one, retried] = await Promise.all(
			['4711', '4712'].map(
				async (executionId) => await identify({ ...VIDEO, settings: { executionId } }),
			),
		);
		expect(retried?.key).toBe(one?.key);
		expect(retried?.name).not.toBe(one?.name);
	});

	it.each<[string, Pick<StoredKey, 'parameters' | 'settings'>]>([
		['prompt', { parameters: { prompt: 'a dog' } }],
		['model', { parameters: { model: 'kling-v3' } }],
		['option', { parameters: { options: { watermark: true } } }],
		['item', { parameters: {}, settings: { itemIndex: 1 } }],
		['run of the node', { parameters: {}, settings: { runIndex: 1 } }],
		['node', { parameters: {}, settings: { nodeId: 'another' } }],
		['workflow', { parameters: {}, settings: { workflowId: 'another' } }],
		['instance', { parameters: {}, settings: { instanceId: 'another' } }],
	])('is another one for another %s', async (_what, changed) => {
		const one = await identify(VIDEO);
		const other = await identify({ ...VIDEO, ...changed });
		expect(other.key).not.toBe(one.key);
		expect(other.name).not.toBe(one.name);
	});

	it('is unique even without an execution ID', async () => {
		const anonymous = { ...VIDEO, settings: { executionId: '' } };
		const [one, other] = [await identify(anonymous), await identify(anonymous)];
		expect(one?.key).toBe(other?.key);
		expect(one?.name).not.toBe(other?.name);
	});

	it('fits where Kling takes it', async () => {
		expect((await identify(VIDEO)).name).toMatch(/^n8n-4711-0-[0-9a-f]{20}$/);
	});
});

describe('a second try', () => {
	const AGENT = 'n8n-nodes-kling.klingTextToVideoTool';

	/** The identities of one item in the tries of a node run, each with the prompt it finds. */
	async function tries(
		prompts: string[],
		{
			type,
			isOver = false,
			runIndexes = [],
		}: { type?: string; isOver?: boolean; runIndexes?: number[] } = {},
	) {
		const executeData = {};
		const found: Array<Awaited<ReturnType<typeof identify>>> = [];
		for (const [index, prompt] of prompts.entries()) {
			const place = { ...PLACE, runIndex: runIndexes[index] ?? 0 };
			const context = contextOf({ ...FORM, prompt }, place, executeData);
			if (type) Object.assign(context, { getNode: () => ({ id: place.nodeId, type }) });
			const read = parametersOf(context, 0);
			const connection = toConnection(CREDENTIALS['official, API key']);
			const data = readVideo(read, chooseTarget(read, connection, 'textToVideo'), true);
			const identities = new VideoIdentities(context);
			found.push(await identities.of(0, data));
			identities.end(isOver);
		}
		return found;
	}

	it('is the same video, whatever its expressions say', async () => {
		const [first, second, third] = await tries(['at 10:00', 'at 10:01', 'at 10:02']);
		expect(second).toEqual(first);
		expect(third).toEqual(first);
	});

	it('is another turn of a loop where the run index differs', async () => {
		const [one, other] = await tries(['a cat', 'a cat'], { runIndexes: [0, 1] });
		expect(other?.key).not.toBe(one?.key);
	});

	it('of an agent’s call is the same video, although n8n counts it as a run', async () => {
		const [first, second] = await tries(['a cat', 'a cat'], { type: AGENT, runIndexes: [0, 1] });
		expect(second).toEqual(first);
	});

	it.each([
		['with other arguments', ['a cat', 'a dog'], false],
		['after one that succeeded', ['a cat', 'a cat'], true],
	])('is no call of an agent %s', async (_name, prompts, isOver) => {
		const [one, other] = await tries(prompts, { type: AGENT, isOver, runIndexes: [0, 1] });
		expect(other?.key).not.toBe(one?.key);
	});
});
