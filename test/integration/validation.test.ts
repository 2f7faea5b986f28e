import type { INodeParameters } from 'n8n-workflow';

import {
	cleanUp,
	containing,
	errorOf,
	expectFailed,
	items,
	NODE,
	PLAIN,
	runNode,
	sent,
	startGateway,
	type Emulator,
} from './fixture.mts';

jest.mock('../../nodes/shared/n8n/clock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startGateway();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	cleanUp();
	await emulator.close();
});

/** What is wrong with an item, and how the message says it. */
type Case = [name: string, flaw: INodeParameters, message: string];

const camera = (type: unknown, value: unknown) =>
	({ options: { cameraControl: { control: { type, value } } } }) as INodeParameters;

const LONG = 'x'.repeat(2501);

/** Fields of Create and of Create and Wait. */
const VIDEO: Case[] = [
	['an empty prompt', { prompt: '' }, "'Prompt' is empty"],
	['a prompt of blanks', { prompt: ' \n\t' }, "'Prompt' is empty"],
	['a prompt that is not there', { prompt: null }, "'Prompt' is empty"],
	['a prompt that is no text', { prompt: ['a'] }, "'Prompt' is not text"],
	[
		'a prompt of 2501 characters',
		{ prompt: LONG },
		"'Prompt' has 2501 characters; at most 2500 are allowed",
	],
	[
		'a prompt of 2501 emoji',
		{ prompt: '😀'.repeat(2501) },
		"'Prompt' has 2501 characters; at most 2500 are allowed",
	],
	[
		'a negative prompt of 2501 characters',
		{ options: { negativePrompt: LONG } },
		"'Negative Prompt' has 2501 characters; at most 2500 are allowed",
	],
	[
		'a model that does not exist',
		{ model: 'kling-v0' },
		'\'Model\' cannot be "kling-v0" with a Kling-Compatible Gateway',
	],
	['no model', { model: null }, "'Model' cannot be empty"],
	['Custom without a Model ID', { model: 'custom', customModel: ' ' }, "'Model ID' is empty"],
	['an unknown mode', { mode: 'turbo' }, '\'Mode\' is "turbo", but Kling 1.6 takes std or pro'],
	['the mode of a newer model', { mode: '4k' }, '\'Mode\' is "4k", but Kling 1.6 takes std or pro'],
	['no mode', { mode: null }, "'Mode' is empty, but Kling 1.6 takes std or pro"],
	['another duration', { duration: 7 }, "'Duration (Seconds)' is 7, but Kling 1.6 takes 5 or 10"],
	[
		'a duration with a unit',
		{ duration: '5s' },
		'\'Duration (Seconds)\' is "5s", but Kling 1.6 takes 5 or 10',
	],
	[
		'an unknown aspect ratio',
		{ aspectRatio: '21:9' },
		'\'Aspect Ratio\' is "21:9", but Kling 1.6 takes 16:9, 9:16, 1:1, 3:2, 2:3, 3:4 or 4:3',
	],
	[
		'a CFG scale above 1',
		{ options: { cfgScale: 1.01 } },
		"'CFG Scale' is 1.01; use a number from 0 to 1",
	],
	[
		'a CFG scale below 0',
		{ options: { cfgScale: -0.1 } },
		"'CFG Scale' is -0.1; use a number from 0 to 1",
	],
	[
		'a CFG scale in words',
		{ options: { cfgScale: 'high' } },
		'\'CFG Scale\' is "high"; use a number from 0 to 1',
	],
	['a camera value of 0', camera('zoom', 0), "'Camera Control > Value' is 0"],
	[
		'a camera value of 11',
		camera('zoom', 11),
		"'Camera Control > Value' is 11; use a number from -10 to 10",
	],
	[
		'a camera value of -11',
		camera('zoom', -11),
		"'Camera Control > Value' is -11; use a number from -10 to 10",
	],
	['no camera value', camera('zoom', null), "'Camera Control > Value' is empty"],
	[
		'an unknown camera type',
		camera('dolly', 5),
		'\'Camera Control > Type\' is "dolly", but Kling 1.6 takes horizontal, pan, roll, tilt, vertical or zoom',
	],
];

const GOOD = { ...PLAIN, customModel: 'unused' };

/** Takes each field from the item, which is how unusable values come in. */
function byExpression(flaw: INodeParameters): INodeParameters {
	const { options = {}, ...rest } = { ...GOOD, ...flaw };
	const fields = Object.keys(rest).map((name) => [name, `={{ $json.${name} }}`]);
	const { cfgScale, negativePrompt, cameraControl } = options as INodeParameters;
	return {
		...(Object.fromEntries(fields) as INodeParameters),
		options: {
			...(cfgScale !== undefined && { cfgScale: '={{ $json.options?.cfgScale }}' }),
			...(negativePrompt !== undefined && {
				negativePrompt: '={{ $json.options?.negativePrompt }}',
			}),
			...(cameraControl !== undefined && {
				cameraControl: {
					control: {
						type: '={{ $json.options?.cameraControl.control.type ?? "zoom" }}',
						value: '={{ $json.options ? $json.options.cameraControl.control.value : 5 }}',
					},
				},
			}),
		},
	};
}

const batch = (flaw: INodeParameters) =>
	items(
		{ ...GOOD, prompt: 'first' } as never,
		{ ...GOOD, prompt: 'second' } as never,
		{ ...GOOD, ...flaw } as never,
	);

describe.each(['create', 'createAndWait'])('%s', (operation) => {
	it.each(VIDEO)(
		'refuses %s in the last item before anything is sent',
		async (_name, flaw, message) => {
			const run = await runNode(
				emulator.gatewayUrl,
				{ operation, ...byExpression(flaw) },
				{ input: batch(flaw) },
			);
			const error = errorOf(run);
			expect(emulator.requests()).toEqual([]);
			expect(error.name).toBe('NodeOperationError');
			expect(error.message).toContain(message);
			expect(error.message).toMatch(/ \[Item 2\]$/);
			expect(error.context.itemIndex).toBe(2);
		},
	);
});

describe('with Continue', () => {
	it.each(VIDEO)('%s spoils its own item only', async (_name, flaw, message) => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...byExpression(flaw) },
			{ input: batch(flaw), node: { onError: 'continueRegularOutput' } },
		);
		expect(run.status).toBe('success');
		const [first, second, third, ...more] = run.items(NODE);
		expect(more).toEqual([]);
		expect(first).toEqual({
			json: expect.objectContaining({ task_status: 'submitted' }),
			pairedItem: { item: 0 },
		});
		expect(second).toEqual({
			json: expect.objectContaining({ task_status: 'submitted' }),
			pairedItem: { item: 1 },
		});
		expectFailed(third, { item: 2, message: containing(message) });
		expect(
			sent(emulator, 'create')
				.map(({ json }) => (json as { prompt: string }).prompt)
				.sort(),
		).toEqual(['first', 'second']);
	});
});

describe('the Model field', () => {
	it('advises which models there are', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...byExpression({}), model: '={{ $json.m }}' },
			{ input: items({ ...GOOD, m: 'kling-v0' } as never) },
		);
		const { description } = errorOf(run);
		for (const model of ['Kling 2.1 Master', 'Kling 2.1', 'Kling 2.0 Master', 'Kling 1.6']) {
			expect(description).toContain(model);
		}
		expect(description).toContain('choose Custom and fill in the Model ID');
		expect(description).not.toContain('Kling 3.0');
	});

	it('can be an expression without a Model ID being asked for', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN, model: '={{ $json.model }}' },
			{ input: items({ model: 'kling-v2-1' }) },
		);
		expect(run.status).toBe('success');
		expect(emulator.tasks().map(({ model }) => model)).toEqual(['kling-v2-1']);
	});
});

describe('the Task ID', () => {
	it.each([
		['empty', { task_id: '' }, "'Task ID' is empty [Item 0]"],
		['blank', { task_id: '  ' }, "'Task ID' is empty [Item 0]"],
		['missing', {}, "'Task ID' is empty [Item 0]"],
		['no text', { task_id: { a: 1 } }, "'Task ID' is not text [Item 0]"],
	])('is refused when it is %s', async (_name, json, message) => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus' },
			{ input: items(json) },
		);
		const error = errorOf(run);
		expect(error.name).toBe('NodeOperationError');
		expect(error.message).toBe(message);
		expect(error.context.itemIndex).toBe(0);
		expect(emulator.requests()).toEqual([]);
	});

	it('spoils its own item only, with Continue', async () => {
		const created = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN });
		const [task] = created.items(NODE);
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus' },
			{
				input: items({ task_id: '' }, task?.json ?? {}),
				node: { onError: 'continueRegularOutput' },
			},
		);
		const [failed, asked, ...more] = run.items(NODE);
		expectFailed(failed, { item: 0, message: "'Task ID' is empty [Item 0]" });
		expect(asked).toEqual({
			json: expect.objectContaining({ task_id: task?.json.task_id }),
			pairedItem: { item: 1 },
		});
		expect(more).toEqual([]);
	});
});

describe('Wait Options', () => {
	const wait = async (waitOptions: INodeParameters, node = {}) =>
		await runNode(
			emulator.gatewayUrl,
			{ operation: 'createAndWait', ...PLAIN, waitOptions },
			{ node, input: items({ none: null, zero: '0' }) },
		);

	it.each<[INodeParameters, string]>([
		[{ pollingInterval: 0 }, "'Polling Interval (Seconds)' is 0; use a number from 1 to 3600"],
		[{ pollingInterval: 0.9 }, "'Polling Interval (Seconds)' is 0.9; use"],
		[{ pollingInterval: '={{ $json.zero }}' }, "'Polling Interval (Seconds)' is 0; use"],
		[{ timeout: -1 }, "'Timeout (Minutes)' is -1; use a number from 0 to 1440"],
		[{ timeout: '={{ $json.none }}' }, "'Timeout (Minutes)' is empty; use"],
		[{ maxConcurrency: 0 }, "'Max Concurrency' is 0; use"],
		[{ maxConcurrency: 1.5 }, "'Max Concurrency' must be a whole number"],
		[{ onTimeout: '={{ "ignore" }}' }, "'On Timeout' is neither error nor continue"],
	])('%j are refused before anything is sent', async (waitOptions, message) => {
		const run = await wait(waitOptions);
		const error = errorOf(run);
		expect(emulator.requests()).toEqual([]);
		expect(error.name).toBe('NodeOperationError');
		expect(error.message).toContain(message);
		expect(error.message).toMatch(/ \[Item 0\]$/);
		expect(error.context.itemIndex).toBe(0);
	});

	it('that cannot be used fail every item, with Continue', async () => {
		const run = await wait({ pollingInterval: 0 }, { onError: 'continueRegularOutput' });
		const message =
			/^'Polling Interval \(Seconds\)' is 0; use a number from 1 to 3600 \[Item \d\]$/;
		expect(run.items(NODE)).toHaveLength(1);
		expectFailed(run.items(NODE)[0], { item: 0, message });
		expect(emulator.requests()).toEqual([]);
	});

	it('as text are numbers all the same', async () => {
		const run = await wait({
			pollingInterval: '={{ "1" }}',
			timeout: '={{ "60" }}',
			maxConcurrency: '={{ "3" }}',
		});
		expect(run.items(NODE)[0]?.json.task_status).toBe('completed');
	});
});

describe('Put Output File in Field', () => {
	it('is refused when it is empty, before a video is paid for', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'createAndWait', ...PLAIN, binaryPropertyName: '={{ $json.field }}' },
			{ input: items({ field: 'film' }, { field: '' }) },
		);
		const error = errorOf(run);
		expect(error.message).toBe("'Put Output File in Field' is empty [Item 1]");
		expect(error.context.itemIndex).toBe(1);
		expect(emulator.requests()).toEqual([]);
	});

	it('does not matter without Download Video', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{
				operation: 'createAndWait',
				...PLAIN,
				downloadVideo: false,
				binaryPropertyName: '={{ $json.field }}',
			},
			{ input: items({ field: '' }) },
		);
		expect(run.items(NODE)[0]?.json.task_status).toBe('completed');
	});

	it('is refused by Get Status when it is empty', async () => {
		const created = await runNode(emulator.gatewayUrl, { operation: 'createAndWait', ...PLAIN });
		emulator.clearRequests();
		const run = await runNode(
			emulator.gatewayUrl,
			{
				operation: 'getStatus',
				downloadVideo: true,
				binaryPropertyName: '={{ $json.field }}',
			},
			{ input: items({ ...created.items(NODE)[0]?.json, field: '' }) },
		);
		expect(errorOf(run).message).toContain("'Put Output File in Field' is empty");
		expect(sent(emulator, 'video')).toEqual([]);
	});
});
