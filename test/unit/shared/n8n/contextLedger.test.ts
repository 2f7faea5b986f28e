import type { IExecuteFunctions, INodeParameters } from 'n8n-workflow';

import { toConnection } from '../../../../nodes/shared/api/connection';
import { ALL_MODELS } from '../../../../nodes/shared/api/models';
import { contextLedger, identityOf } from '../../../../nodes/shared/n8n/contextLedger';
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
function contextOf(parameters: INodeParameters, place: Place): IExecuteFunctions {
	return {
		getNodeParameter: (name: string, _itemIndex: number, fallback: unknown) =>
			parameters[name] ?? fallback,
		getExecutionId: () => place.executionId,
		getInstanceId: () => place.instanceId,
		getWorkflow: () => ({ id: place.workflowId }),
		getNode: () => ({ id: place.nodeId }),
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
	return await identityOf(context)(place.itemIndex, data);
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
		const one = await identify({ ...VIDEO, settings: { executionId: '4711' } });
		const retried = await identify({ ...VIDEO, settings: { executionId: '4712' } });
		expect(retried.key).toBe(one.key);
		expect(retried.name).not.toBe(one.name);
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
		const one = await identify({ ...VIDEO, settings: { executionId: '' } });
		const other = await identify({ ...VIDEO, settings: { executionId: '' } });
		expect(one.key).toBe(other.key);
		expect(one.name).not.toBe(other.name);
	});

	it('fits where Kling takes it', async () => {
		expect((await identify(VIDEO)).name).toMatch(/^n8n-4711-0-[0-9a-f]{20}$/);
	});
});

describe('the ledger', () => {
	/** n8n's node context, which lives as long as the execution. */
	function ledgerIn(store: object) {
		const context = {
			getContext: (type: string) => {
				if (type === 'node') return store;
				throw new Error(`Not foreseen: ${type}`);
			},
		} as unknown as IExecuteFunctions;
		return contextLedger(context, toConnection({ apiKey: 'key' }));
	}

	it('knows nothing in the beginning', () => {
		expect(ledgerIn({}).read('key')).toEqual({ failures: 0 });
	});

	it('keeps its entries in the node’s context, under a name that stored executions know', () => {
		const store = {};
		ledgerIn(store).write('key', { name: 'n', failures: 1 });
		expect(store).toEqual({
			klingTasks: { key: { name: 'n', failures: 1, account: expect.any(String) } },
		});
		const reloaded = JSON.parse(JSON.stringify(store)) as object;
		expect(ledgerIn(reloaded).read('key')).toMatchObject({ name: 'n', failures: 1 });
	});

	it('leaves the others alone', () => {
		const store = { other: 1, klingTasks: { a: { failures: 2 } } };
		ledgerIn(store).write('b', { failures: 0 });
		expect(store).toMatchObject({
			other: 1,
			klingTasks: { a: { failures: 2 }, b: { failures: 0 } },
		});
	});
});
