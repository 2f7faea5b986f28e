import type { INodeParameters } from 'n8n-workflow';

import { modelsIn } from '../../nodes/shared/api/modelLookup.ts';
import type { Parameter } from '../../nodes/shared/n8n/words/labels.ts';
import { parameterWords } from '../../nodes/shared/n8n/words/parameters.ts';
import { located, type Words } from '../../nodes/shared/n8n/words/phrases.ts';
import {
	errorOf,
	expectFailed,
	factsOf,
	items,
	NODE,
	PLAIN,
	runNode,
	sent,
	useEmulator,
	type EngineRun,
} from './fixture.mts';

const emulator = useEmulator();

/** What is wrong with an item, in which parameter, and which words of the table say so. */
type Case = [name: string, flaw: INodeParameters, parameter: Parameter, words: Words];

const { empty, notText, tooLong, outOfRange, notSupported, modelNotAvailable, zeroMovement } =
	parameterWords;

const NAME = 'Kling 1.6';
const MODES = ['Standard', 'Professional'];

const camera = (type: unknown, value: unknown) =>
	({ options: { cameraControl: { control: { type, value } } } }) as INodeParameters;

/** What a gateway has. */
const OFFERED = ['Kling 2.1 Master', 'Kling 2.1', 'Kling 2.0 Master', 'Kling 1.6'];

const LONG = 'x'.repeat(2501);

/** Fields of Create and of Create and Wait. */
const VIDEO: Case[] = [
	['an empty prompt', { prompt: '' }, 'prompt', empty('prompt')],
	['a prompt of blanks', { prompt: ' \n\t' }, 'prompt', empty('prompt')],
	['a prompt that is not there', { prompt: null }, 'prompt', empty('prompt')],
	['a prompt that is no text', { prompt: ['a'] }, 'prompt', notText('prompt')],
	['a prompt of 2501 characters', { prompt: LONG }, 'prompt', tooLong('prompt', 2501, 2500)],
	[
		'a prompt of 2501 emoji',
		{ prompt: '😀'.repeat(2501) },
		'prompt',
		tooLong('prompt', 2501, 2500),
	],
	[
		'a negative prompt of 2501 characters',
		{ options: { negativePrompt: LONG } },
		'negativePrompt',
		tooLong('negativePrompt', 2501, 2500),
	],
	[
		'a model that does not exist',
		{ model: 'kling-v0' },
		'model',
		modelNotAvailable('kling-v0', 'gateway', OFFERED),
	],
	['no model', { model: null }, 'model', empty('model')],
	[
		'Custom without a Model ID',
		{ model: 'custom', customModel: ' ' },
		'customModel',
		empty('customModel'),
	],
	['an unknown mode', { mode: 'turbo' }, 'mode', notSupported('mode', 'turbo', NAME, MODES)],
	['the mode of a newer model', { mode: '4k' }, 'mode', notSupported('mode', '4K', NAME, MODES)],
	['no mode', { mode: null }, 'mode', notSupported('mode', null, NAME, MODES)],
	['another duration', { duration: 7 }, 'duration', notSupported('duration', 7, NAME, ['5', '10'])],
	[
		'a duration with another unit',
		{ duration: '5 minutes' },
		'duration',
		notSupported('duration', '5 minutes', NAME, ['5', '10']),
	],
	[
		'an unknown aspect ratio',
		{ aspectRatio: '21:9' },
		'aspectRatio',
		notSupported('aspectRatio', '21:9', NAME, ['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3']),
	],
	...[1.01, -0.1, 'high'].map(
		(cfgScale): Case => [
			`a CFG scale of ${cfgScale}`,
			{ options: { cfgScale } },
			'cfgScale',
			outOfRange('cfgScale', cfgScale, 0, 1),
		],
	),
	['a camera value of 0', camera('zoom', 0), 'cameraValue', zeroMovement('cameraValue', 10)],
	...[11, -11, null].map(
		(value): Case => [
			`a camera value of ${value}`,
			camera('zoom', value),
			'cameraValue',
			outOfRange('cameraValue', value, -10, 10),
		],
	),
	[
		'an unknown camera type',
		camera('dolly', 5),
		'cameraType',
		notSupported('cameraType', 'dolly', NAME, [
			'Horizontal',
			'Pan',
			'Roll',
			'Tilt',
			'Vertical',
			'Zoom',
		]),
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

/** Checks that the node failed for what is wrong with one parameter, before anything was sent. */
function expectRefused(
	run: EngineRun,
	item: number,
	parameter: Parameter,
	words: Words,
	taskId?: string,
): void {
	const error = errorOf(run);
	expect(factsOf(run)).toMatchObject({ kind: 'input', parameter, itemIndex: item });
	expect(error.name).toBe('NodeOperationError');
	expect(error.message).toBe(located(words.message, item, taskId));
	expect(error.description).toBe(words.description);
}

describe.each(['create', 'createAndWait'])('%s', (operation) => {
	it.each(VIDEO)(
		'refuses %s in the last item before anything is sent',
		async (_name, flaw, parameter, words) => {
			const run = await runNode(
				emulator.gatewayUrl,
				{ operation, ...byExpression(flaw) },
				{ input: batch(flaw) },
			);
			expect(emulator.requests()).toEqual([]);
			expectRefused(run, 2, parameter, words);
		},
	);
});

describe('with Continue', () => {
	it.each(VIDEO)('%s fails its own item only', async (_name, flaw, parameter, words) => {
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
		expectFailed(third, {
			item: 2,
			error: { kind: 'input', parameter, problem: expect.any(String) as string },
		});
		expect(third?.json.error).toBe(located(words.message, 2));
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
		expectRefused(run, 0, 'model', modelNotAvailable('kling-v0', 'gateway', OFFERED));
		expect(modelsIn(['gateway']).map(({ displayName }) => displayName)).toEqual(OFFERED);
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
		['empty', { task_id: '' }, empty('taskId')],
		['blank', { task_id: '  ' }, empty('taskId')],
		['missing', {}, empty('taskId')],
		['no text', { task_id: { a: 1 } }, notText('taskId')],
	])('is refused when it is %s', async (_name, json, words) => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus' },
			{ input: items(json) },
		);
		expectRefused(run, 0, 'taskId', words);
		expect(emulator.requests()).toEqual([]);
	});

	it('fails its own item only, with Continue', async () => {
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
		expectFailed(failed, {
			item: 0,
			error: { kind: 'input', parameter: 'taskId', problem: 'empty' },
		});
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

	const interval = (value: unknown) => outOfRange('pollingInterval', value, 1, 3600);
	const timeout = (value: unknown) => outOfRange('timeout', value, 0, 1440);

	it.each<[INodeParameters, Parameter, Words]>([
		[{ pollingInterval: 0 }, 'pollingInterval', interval(0)],
		[{ pollingInterval: 0.9 }, 'pollingInterval', interval(0.9)],
		[{ pollingInterval: '={{ $json.zero }}' }, 'pollingInterval', interval('0')],
		[{ timeout: -1 }, 'timeout', timeout(-1)],
		[{ timeout: '={{ $json.none }}' }, 'timeout', timeout(null)],
		[{ maxConcurrency: 0 }, 'maxConcurrency', outOfRange('maxConcurrency', 0, 1, 1000)],
		[{ maxConcurrency: 1.5 }, 'maxConcurrency', parameterWords.notWhole('maxConcurrency', 1.5)],
		[
			{ onTimeout: '={{ "ignore" }}' },
			'onTimeout',
			parameterWords.notAChoice('onTimeout', 'ignore', ['Continue', 'Error']),
		],
	])('%j are refused before anything is sent', async (waitOptions, parameter, words) => {
		const run = await wait(waitOptions);
		expect(emulator.requests()).toEqual([]);
		expectRefused(run, 0, parameter, words);
	});

	it('that cannot be used fail every item, with Continue', async () => {
		const run = await wait({ pollingInterval: 0 }, { onError: 'continueRegularOutput' });
		expect(run.items(NODE)).toHaveLength(1);
		expectFailed(run.items(NODE)[0], {
			item: 0,
			error: { kind: 'input', parameter: 'pollingInterval', problem: 'outOfRange' },
		});
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
	it('is refused when it is empty, before a video is charged', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'createAndWait', ...PLAIN, binaryPropertyName: '={{ $json.field }}' },
			{ input: items({ field: 'film' }, { field: '' }) },
		);
		expectRefused(run, 1, 'binaryPropertyName', empty('binaryPropertyName'));
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
		const taskId = created.items(NODE)[0]?.json.task_id as string;
		expectRefused(run, 0, 'binaryPropertyName', empty('binaryPropertyName'), taskId);
		expect(sent(emulator, 'video')).toEqual([]);
	});
});
