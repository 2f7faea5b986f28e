/** What a model of tomorrow needs: Kling 4.0 in preview, prompt limits by model, additional body fields. */
import type { IDataObject } from 'n8n-workflow';
import { errorOf, factsOf, items, runNode, sent, PLAIN, time } from './fixture.mts';
import { API_KEY, itemsOf, runOfficial, useOfficial } from './officialFixture.mts';

const emulator = useOfficial();

const VIDEO = { prompt: 'a cat', mode: 'std', duration: 5, aspectRatio: '16:9' };

const create = async (parameters: IDataObject, url = emulator.url) =>
	await runOfficial(url, { ...VIDEO, operation: 'create', ...parameters } as never);

/** A request that met a fault was not read by the emulator. */
const bodies = () =>
	sent(emulator, 'create').map(
		({ body }) => (typeof body === 'string' ? JSON.parse(body) : body) as IDataObject,
	);

describe('Kling 4.0', () => {
	it('takes 30 seconds, 21:9 and a prompt of 5,000 characters', async () => {
		const prompt = 'a cat '.repeat(834).slice(0, 5000).trim();
		await create({ model: 'kling-4.0', duration: 30, aspectRatio: '21:9', mode: 'pro', prompt });
		const [request] = sent(emulator, 'create');
		expect(request?.url).toBe('/text-to-video/kling-4.0');
		expect(bodies()[0]).toEqual({
			prompt,
			settings: { resolution: '1080p', aspect_ratio: '21:9', duration: 30 },
			options: { external_task_id: expect.stringMatching(/^n8n-/) },
		});
		expect(emulator.tasks()).toHaveLength(1);
	});

	it.each<[string, IDataObject, string]>([
		['31 seconds', { model: 'kling-4.0', duration: 31 }, 'Duration'],
		['21 seconds of Flash', { model: 'kling-4.0-flash', duration: 21 }, 'Duration'],
		['1080p of Flash', { model: 'kling-4.0-flash', mode: 'pro' }, 'Mode'],
		['3:2', { model: 'kling-4.0', aspectRatio: '3:2' }, 'Aspect Ratio'],
		['26,001 characters', { model: 'kling-4.0', prompt: 'a'.repeat(26_001) }, 'Prompt'],
		['11,001 other ones', { model: 'kling-4.0', prompt: '猫'.repeat(11_001) }, 'Prompt'],
		['2,501 for 2.6', { model: 'kling-v2-6', prompt: 'a'.repeat(2501) }, 'Prompt'],
		['3,073 for Turbo', { model: 'kling-3.0-turbo', prompt: 'a'.repeat(3073) }, 'Prompt'],
	])('%s: refused before anything is sent', async (_name, parameters, field) => {
		const run = await create(parameters);
		expect(errorOf(run).message).toContain(`'${field}`);
		expect(emulator.requests()).toEqual([]);
	});

	it.each<[string, IDataObject]>([
		['11,000 characters of Chinese', { model: 'kling-4.0', prompt: '猫'.repeat(11_000) }],
		['26,000 of English', { model: 'kling-4.0-flash', prompt: 'a'.repeat(26_000) }],
		['3,072 for Turbo', { model: 'kling-3.0-turbo', prompt: 'a'.repeat(3072) }],
		[
			'3,072 for 3.0 by its path',
			{ model: 'custom', customModel: 'kling-3.0', prompt: 'a'.repeat(3072) },
		],
	])('%s arrive', async (_name, parameters) => {
		itemsOf(await create(parameters));
		expect(emulator.tasks()).toHaveLength(1);
	});

	describe('that takes no external task ID', () => {
		const refuseId = () =>
			emulator.addFault({
				match: { route: 'create', contains: 'external_task_id' },
				times: 'forever',
				action: {
					type: 'kling-error',
					code: 1201,
					message: 'options.external_task_id: not supported for Kling 4.0',
				},
			});

		it('creates the video without the derived one, once', async () => {
			refuseId();
			itemsOf(await create({ model: 'kling-4.0' }));
			expect(bodies().map(({ options }) => options)).toEqual([
				{ external_task_id: expect.any(String) },
				{},
			]);
			expect(emulator.tasks()).toHaveLength(1);
		});

		it('never repeats that when the outcome is unknown', async () => {
			refuseId();
			emulator.addFault({ match: { route: 'create' }, action: { type: 'reset' } });
			const run = await create({ model: 'kling-4.0' });
			expect(errorOf(run).message).toContain('may have been started');
			expect(sent(emulator, 'create')).toHaveLength(2);
		});

		it('does not do that with the user’s own', async () => {
			refuseId();
			const run = await create({ model: 'kling-4.0', options: { externalTaskId: 'mine' } });
			expect(errorOf(run).message).toContain('rejected a parameter');
			expect(emulator.tasks()).toEqual([]);
		});
	});
});

describe('Additional Body Fields', () => {
	it.each<[string, unknown]>([
		['JSON', '{"settings": {"resolution": "1080p", "seed": 42}, "hint": [1, {"a": null}]}'],
		['an object', { settings: { resolution: '1080p', seed: 42 }, hint: [1, { a: null }] }],
	])('as %s are merged deeply, last', async (_name, additionalBodyFields) => {
		emulator.addFault({ match: { route: 'create' }, action: { type: 'kling-error', code: 1301 } });
		const run = await runOfficial(
			emulator.url,
			{
				...VIDEO,
				operation: 'create',
				model: 'kling-3.0-turbo',
				options: { additionalBodyFields: '={{ $json.more }}' },
			},
			{ input: items({ more: additionalBodyFields as never }) },
		);
		errorOf(run);
		expect(bodies()).toEqual([
			{
				prompt: 'a cat',
				settings: { resolution: '1080p', aspect_ratio: '16:9', duration: 5, seed: 42 },
				options: { external_task_id: expect.any(String) },
				hint: [1, { a: null }],
			},
		]);
	});

	it('reach a gateway, too', async () => {
		const run = await runNode(emulator.gatewayUrl, {
			...PLAIN,
			operation: 'create',
			options: { additionalBodyFields: '{"seed": 42}' },
		});
		errorOf(run);
		expect(bodies()).toEqual([expect.objectContaining({ model_name: 'kling-v1-6', seed: 42 })]);
	});

	it.each<[string, string, string]>([
		['the model', 'kling-v2-6', '{"model_name": "kling-v3"}'],
		['the model by its old name', 'kling-v2-6', '{"model": "kling-v3"}'],
		['the model to nothing', 'kling-v2-6', '{"model_name": null}'],
		['the external task ID', 'kling-v2-6', '{"external_task_id": "mine"}'],
		['the external task ID to nothing', 'kling-v2-6', '{"external_task_id": null}'],
		['it in the path format', 'kling-3.0-turbo', '{"options": {"external_task_id": "mine"}}'],
		['all options', 'kling-3.0-turbo', '{"options": null}'],
	])('may not change %s', async (_name, model, additionalBodyFields) => {
		const run = await create({ model, options: { additionalBodyFields } });
		expect(errorOf(run).message).toContain("'Additional Body Fields' can’t change");
		expect(emulator.requests()).toEqual([]);
	});

	it.each<[string, string]>([
		['{"a": 1,\n "b": }', '(line 2, column 7)'],
		['{"a": 1', '(line 1, column 8)'],
		["{'a': 1}", '(line 1, column 2)'],
		['[1]', 'must be a JSON object'],
		['5', 'must be a JSON object'],
		['null', 'must be a JSON object'],
	])('%j is refused: %s', async (additionalBodyFields, words) => {
		const run = await create({ model: 'kling-v2-6', options: { additionalBodyFields } });
		expect(errorOf(run).message).toContain(words);
		expect(emulator.requests()).toEqual([]);
	});

	it('cannot reach a prototype', async () => {
		await create({
			model: 'kling-v2-6',
			options: {
				additionalBodyFields:
					'{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
			},
		});
		expect(({} as IDataObject).polluted).toBeUndefined();
		expect(emulator.tasks()).toHaveLength(1);
	});

	it('that are empty change nothing', async () => {
		for (const additionalBodyFields of ['{}', '', ' ', '{ }']) {
			itemsOf(await create({ model: 'kling-v2-6', options: { additionalBodyFields } }));
		}
		expect(new Set(bodies().map((body) => Object.keys(body).join())).size).toBe(1);
	});
});

describe('Cost Limit', () => {
	const run = async (jsons: IDataObject[], node: IDataObject = {}, parameters: IDataObject = {}) =>
		await runOfficial(
			emulator.url,
			{
				...VIDEO,
				operation: 'createAndWait',
				downloadVideo: false,
				model: '={{ $json.model ?? "kling-v2-6" }}',
				mode: '={{ $json.mode ?? "std" }}',
				options: { costLimit: '={{ $json.limit }}' },
				...parameters,
			} as never,
			{ input: items(...jsons), node, credential: API_KEY },
		);

	it('lets a run within it pass, and tells estimate and charge', async () => {
		const done = await run([{ limit: 3 }, { limit: 3 }]);
		expect(itemsOf(done)).toHaveLength(2);
		expect(done.hints('Kling')).toEqual([
			expect.objectContaining({
				message: 'Charged: 3 units. Estimate by list price: 3 units.',
			}),
		]);
	});

	it('sends nothing when all items together exceed the lowest', async () => {
		const failed = await run([{ limit: 100 }, { limit: 4.4 }, { limit: 100 }]);
		expect(errorOf(failed).message).toContain('4.5 units for all 3 videos');
		expect(errorOf(failed).message).toContain("'Cost Limit (Units)' 4.4");
		expect(emulator.requests()).toEqual([]);
	});

	it.each([[undefined], [null], [''], ['  '], ['Infinity'], ['0x5'], ['NaN'], [-1], [true], [[5]]])(
		'refuses what is no limit, and sends nothing: %j',
		async (limit) => {
			const failed = await run([{ limit } as IDataObject]);
			expect(factsOf(failed)).toMatchObject({ kind: 'input', parameter: 'costLimit' });
			expect(emulator.requests()).toEqual([]);
		},
	);

	it('fails every item of a run that continues', async () => {
		const failed = await run([{ limit: 1 }, { limit: 1 }], { onError: 'continueRegularOutput' });
		expect(failed.items('Kling').map(({ json }) => json.error)).toEqual([
			expect.stringContaining('exceeds'),
			expect.stringContaining('exceeds'),
		]);
		expect(emulator.requests()).toEqual([]);
	});

	it('refuses a model without a known price', async () => {
		const failed = await run([{ limit: 100 }, { limit: 100, model: 'kling-4.0' }]);
		expect(errorOf(failed).message).toContain('price of Kling 4.0');
		expect(emulator.requests()).toEqual([]);
	});

	it('refuses additional fields that change the price', async () => {
		const options = { costLimit: 100, additionalBodyFields: '{"duration": "10"}' };
		const failed = await run([{}], {}, { options });
		expect(errorOf(failed).message).toContain('"duration"');
		expect(emulator.requests()).toEqual([]);
	});

	it('is not known to the request: its video is the same without it', async () => {
		await run([{ limit: 3 }]);
		expect(bodies()[0]).not.toHaveProperty('costLimit');
	});
});

describe('the filters of Get Many', () => {
	const list = async (filters: IDataObject, more: IDataObject = {}) =>
		itemsOf(
			await runOfficial(emulator.url, { operation: 'getMany', filters, ...more } as never),
		).map(({ json }) => json);

	const createThree = async () => {
		for (const [externalTaskId, prompt, model] of [
			['a-1', 'a cat', 'kling-v2-6'],
			['a-2', 'a cat please-fail', 'kling-3.0-turbo'],
			['b-1', 'a cat', 'kling-3.0-turbo'],
		]) {
			itemsOf(await create({ model, prompt, options: { externalTaskId } }));
			await time.pass(20_000);
		}
	};

	it('are applied together and in every format', async () => {
		await createThree();
		const ids = async (filters: IDataObject, more?: IDataObject) =>
			(await list(filters, more)).map((json) => json.external_task_id);
		expect(await ids({})).toEqual(['b-1', 'a-2', 'a-1']);
		expect(await ids({ externalTaskIdStartsWith: 'a-' })).toEqual(['a-2', 'a-1']);
		expect(await ids({ externalTaskIdStartsWith: 'a-' }, { limit: 1 })).toEqual(['a-2']);
		const [, second] = emulator.tasks();
		expect(await ids({ createdAfter: second?.createdAt })).toEqual(['b-1', 'a-2']);
		const iso = new Date(second?.createdAt ?? 0).toISOString();
		expect(await ids({ createdAfter: iso, externalTaskIdStartsWith: 'a-' })).toEqual(['a-2']);
		expect(await ids({ status: ['completed', 'failed'] })).toHaveLength(3);
		expect(await ids({ status: 'submitted' })).toEqual([]);
		expect(await ids({ status: [], createdAfter: '', externalTaskIdStartsWith: '' })).toHaveLength(
			3,
		);
	});

	it.each<[IDataObject, string]>([
		[{ status: ['done'] }, 'Status'],
		[{ createdAfter: 'yesterday' }, 'Created After'],
	])('%j is refused', async (filters, name) => {
		const failed = await runOfficial(emulator.url, { operation: 'getMany', filters } as never);
		expect(errorOf(failed).message).toContain(name);
		expect(emulator.requests()).toEqual([]);
	});
});
