/** Kling Image to Video on n8n's engine: what is sent for every model, and what is refused before. */
import type { IBinaryKeyData, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { type Model, MODELS, type ServedModel } from '../../nodes/shared/api/models';
import { formatsFor, type FormatName } from '../../nodes/shared/api/routes';
import type { Parameter } from '../../nodes/shared/n8n/words/labels.ts';
import {
	imageWords,
	parameterWords,
	supportWords,
} from '../../nodes/shared/n8n/words/parameters.ts';
import { located, type Words } from '../../nodes/shared/n8n/words/phrases.ts';
import { sampleImage } from '../../testkit/sampleImage.mts';
import { IMAGE_NODE } from '../../testkit/workflows.mts';
import { errorOf, items, numbered, runNode, sent } from './fixture.mts';
import {
	ACCESS_KEY,
	API_KEY,
	bare,
	createOutside,
	itemsOf,
	runOfficial,
	useOfficial,
} from './officialFixture.mts';

const emulator = useOfficial();

const IMAGE_PATH = '/v1/videos/image2video';
const URL = 'https://example.com/cat.png';

/** A file that begins like a PNG. */
const png = (bytes = 100) =>
	Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(bytes - 8, 7)]);
const jpeg = (bytes = 100) =>
	Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(bytes - 10, 7)]);

const file = (content: Buffer, mimeType = 'image/png') => ({
	data: content.toString('base64'),
	mimeType,
	fileName: 'cat.txt',
});

const withFiles = (binary: IBinaryKeyData): INodeExecutionData[] => [{ json: {}, binary }];

const FORM: INodeParameters = {
	operation: 'create',
	model: 'kling-v2-6',
	firstFrame: 'url',
	imageUrl: URL,
	prompt: 'It wags its tail',
	mode: 'std',
	duration: 5,
};

async function run(
	parameters: INodeParameters = {},
	options: Parameters<typeof runOfficial>[2] = {},
) {
	return await runOfficial(
		emulator.url,
		{ ...FORM, ...parameters },
		{ ...options, node: { ...options.node, type: IMAGE_NODE } },
	);
}

/** Runs Create and returns the one request, without IDs that the node made up. */
async function create(parameters: INodeParameters = {}, input?: INodeExecutionData[]) {
	itemsOf(await run(parameters, { input }));
	const [request, ...more] = sent(emulator, 'create');
	expect(more).toEqual([]);
	expect(emulator.tasks()).toHaveLength(1);
	return { path: request?.path, body: bare(request?.json) as Record<string, unknown> };
}

/** The form hides what does not fit, and n8n leaves it out; by expression it comes through. */
function byExpression(parameters: INodeParameters): INodeParameters {
	const { model = FORM.model, mode = FORM.mode } = parameters;
	const quoted = (value: unknown) => `={{ ${JSON.stringify(value)} }}`;
	return { ...parameters, model: quoted(model), mode: quoted(mode) };
}

async function expectRefused(
	parameters: INodeParameters,
	[parameter, { message, description }]: [Parameter | undefined, Words],
	input?: INodeExecutionData[],
) {
	const error = errorOf(await run(parameters, { input }));
	expect(error.message).toBe(located(message, 0));
	expect(error.description).toBe(description);
	if (parameter) expect(error.context).toMatchObject({ parameter });
	expect(emulator.requests()).toEqual([]);
}

describe('the request', () => {
	it('of v1 has the image, and no ratio', async () => {
		expect(await create({ aspectRatio: '9:16' })).toEqual({
			path: IMAGE_PATH,
			body: {
				model_name: 'kling-v2-6',
				mode: 'std',
				prompt: 'It wags its tail',
				duration: '5',
				image: URL,
			},
		});
	});

	it('of the path format has prompt and frames as contents', async () => {
		const options = { lastFrame: { image: { source: 'url', url: `${URL}?last` } } };
		expect(await create({ model: 'kling-4.0', mode: 'pro', options })).toEqual({
			path: '/image-to-video/kling-4.0',
			body: {
				contents: [
					{ type: 'prompt', text: 'It wags its tail' },
					{ type: 'first_frame', url: URL },
					{ type: 'last_frame', url: `${URL}?last` },
				],
				settings: { resolution: '1080p', duration: 5 },
				options: {},
			},
		});
	});

	it('of a custom model goes by its name', async () => {
		expect(await create({ model: 'custom', customModel: 'kling-2.6' })).toMatchObject({
			path: '/image-to-video/kling-2.6',
		});
	});
});

interface Row {
	model: Model;
	format: FormatName;
	served: ServedModel;
}

const ROWS: Row[] = MODELS.flatMap((model) =>
	formatsFor('imageToVideo').flatMap((format) => {
		const served = model.formats[format];
		return served ? [{ model, format, served }] : [];
	}),
);

const RESOLUTIONS = { std: '720p', pro: '1080p', '4k': '4k' };

/** How a row is chosen in the form. */
const choose = ({ model, format, served }: Row): INodeParameters =>
	format === 'path-image' && model.formats['v1-image']
		? { model: 'custom', customModel: served.id }
		: { model: model.value };

describe.each(ROWS.map((row) => [`${row.model.displayName}, ${row.format}`, row] as const))(
	'%s',
	(_name, row) => {
		const { served, format } = row;
		const [mode = 'std'] = served.modes;
		const isPath = format === 'path-image';

		it.each(served.modes)('can do Mode %s', async (each) => {
			const { body } = await create({ ...choose(row), mode: each });
			expect(body).toMatchObject(
				isPath ? { settings: { resolution: RESOLUTIONS[each] } } : { mode: each },
			);
		});

		it.each(served.durations)('can do Duration %s', async (duration) => {
			const { body } = await create({ ...choose(row), mode, duration });
			expect(body).toMatchObject(
				isPath ? { settings: { duration } } : { duration: String(duration) },
			);
		});

		it.each(served.modes)('takes a last frame with Mode %s only where it has it', async (each) => {
			const options = { lastFrame: { image: { source: 'url', url: `${URL}?last` } } };
			const parameters = { ...choose(row), mode: each, options };
			if (served.lastFrame?.modes.includes(each)) {
				const { body } = await create(parameters);
				expect(JSON.stringify(body)).toContain(`${URL}?last`);
			} else {
				const error = errorOf(await run(byExpression(parameters)));
				expect(error.context).toMatchObject({ kind: 'input', parameter: 'lastFrame' });
				expect(emulator.requests()).toEqual([]);
			}
		});

		it('is refused a duration that it does not have', async () => {
			const error = errorOf(await run({ ...choose(row), mode, duration: 31 }));
			expect(error.context).toMatchObject({ kind: 'input', parameter: 'duration' });
			expect(emulator.requests()).toEqual([]);
		});
	},
);

describe('a last frame', () => {
	const lastFrame = { image: { source: 'url', url: URL } };

	it.each<[string, INodeParameters, Words]>([
		[
			'together with sound',
			{ mode: 'pro', options: { lastFrame, sound: true } },
			parameterWords.notTogether('lastFrame', 'sound', 'Kling 2.6'),
		],
		[
			'together with multi-shot',
			{
				model: 'kling-v3',
				options: { lastFrame, multiShot: { settings: { shotType: 'intelligence' } } },
			},
			parameterWords.notTogether('lastFrame', 'multiShot', 'Kling 3.0'),
		],
		[
			'at a model that takes none',
			{ model: 'kling-4.0-flash', options: { lastFrame } },
			parameterWords.noSuchOption('lastFrame', 'Kling 4.0 Flash'),
		],
	])('is refused %s', async (_title, parameters, words) => {
		await expectRefused(byExpression(parameters), ['lastFrame', words]);
	});
});

describe('an image', () => {
	const binary = { firstFrame: 'binary' };

	it.each([
		['PNG', png()],
		['JPEG', jpeg()],
		['as small and as narrow as may be', sampleImage(300, 750)],
	])('of the item is sent as raw Base64: %s', async (_type, content) => {
		const { body } = await create(binary, withFiles({ data: file(content, 'text/plain') }));
		expect(body.image).toBe(content.toString('base64'));
	});

	it.each([
		['a path into the JSON', '_files.cat'],
		['the file by expression', '={{ $json._files.cat }}'],
	])('may be among the JSON, as n8n keeps files in combined mode: %s', async (_name, field) => {
		const items = [{ json: { _files: { cat: file(png()) } } }] as unknown as INodeExecutionData[];
		const { body } = await create({ ...binary, imageBinaryPropertyName: field }, items);
		expect(body.image).toBe(png().toString('base64'));
	});

	it('of megabytes, whose request is written in pieces, arrives as it is', async () => {
		const content = png(9_000_000);
		const { body } = await create(binary, withFiles({ data: file(content) }));
		expect(body).toMatchObject({ model_name: 'kling-v2-6', prompt: 'It wags its tail' });
		expect((body.image as string) === content.toString('base64')).toBe(true);
	});

	it('may stand in any field', async () => {
		const parameters = {
			...binary,
			mode: 'pro',
			imageBinaryPropertyName: 'cat',
			options: { lastFrame: { image: { source: 'binary', binaryPropertyName: 'dog' } } },
		};
		const { body } = await create(
			parameters,
			withFiles({ cat: file(png()), dog: file(jpeg(), 'image/jpeg') }),
		);
		expect(body).toMatchObject({
			image: png().toString('base64'),
			image_tail: jpeg().toString('base64'),
		});
	});

	it.each([
		['a data URI', `data:image/png;base64,${png().toString('base64')}`],
		['Base64', png().toString('base64')],
		['Base64 in lines', png().toString('base64').replace(/.{76}/g, '$&\r\n')],
	])('in the place of an address is sent as raw Base64: %s', async (_kind, imageUrl) => {
		expect((await create({ imageUrl })).body.image).toBe(png().toString('base64'));
	});

	it.each<[string, INodeParameters, [Parameter, Words], IBinaryKeyData?]>([
		[
			'that is not there',
			binary,
			['imageBinaryPropertyName', imageWords.noFile('imageBinaryPropertyName', 'data')],
		],
		[
			'that is a web page',
			binary,
			['imageBinaryPropertyName', imageWords.noImage('imageBinaryPropertyName', { is: 'webPage' })],
			{ data: file(Buffer.from('<!doctype html>'), 'image/png') },
		],
		[
			'that is too large for v1',
			binary,
			['imageBinaryPropertyName', imageWords.tooLarge('imageBinaryPropertyName', 10.1, 10)],
			{ data: file(png(10_000_001)) },
		],
		[
			'with sides that are too short',
			binary,
			[
				'imageBinaryPropertyName',
				imageWords.tooSmall('imageBinaryPropertyName', { width: 299, height: 400 }, 300),
			],
			{ data: file(sampleImage(299, 400)) },
		],
		[
			'that is too narrow, as Base64',
			{ imageUrl: sampleImage(300, 751).toString('base64') },
			['imageUrl', imageWords.tooNarrow('imageUrl', { width: 300, height: 751 }, 2.5)],
		],
		['without an address', { imageUrl: ' ' }, ['imageUrl', parameterWords.empty('imageUrl')]],
		[
			'at an address that is none',
			{ imageUrl: 'cat.png' },
			['imageUrl', imageWords.noUrl('imageUrl', 'cat.png')],
		],
		[
			'at an address of another kind',
			{ imageUrl: 'ftp://example.com/cat.png' },
			['imageUrl', imageWords.noUrl('imageUrl', 'ftp://example.com/cat.png')],
		],
		[
			'whose Base64 is no image',
			{ imageUrl: Buffer.alloc(100, 7).toString('base64') },
			['imageUrl', imageWords.noImage('imageUrl')],
		],
		[
			'whose data URI is none',
			{ imageUrl: 'data:image/png;base64,%%%' },
			['imageUrl', imageWords.noImage('imageUrl')],
		],
		[
			'as last frame that is a web page',
			{ mode: 'pro', options: { lastFrame: { image: { source: 'binary' } } } },
			['lastFrameField', imageWords.noImage('lastFrameField', { is: 'webPage' })],
			{ data: file(Buffer.from('<!doctype html>')) },
		],
	])('%s is refused before anything is sent', async (_title, parameters, words, files = {}) => {
		await expectRefused(parameters, words, withFiles(files));
	});

	it('of 12 MB is taken by models of the path format', async () => {
		const content = png(12_000_000);
		const { body } = await create(
			{ ...binary, model: 'kling-3.0-turbo' },
			withFiles({ data: file(content) }),
		);
		const { contents } = body as { contents: Array<{ url?: string }> };
		expect(contents[1]?.url === content.toString('base64')).toBe(true);
	});

	it('of 12 MB as a data URI is, too', async () => {
		const base64 = png(12_000_000).toString('base64');
		const imageUrl = `data:image/png;base64,${base64}`;
		const { body } = await create({ model: 'kling-3.0-turbo', imageUrl });
		const { contents } = body as { contents: Array<{ url?: string }> };
		expect(contents[1]?.url === base64).toBe(true);
	});

	it('is sent once for each item, and the others’ are not mixed up', async () => {
		const images = Array.from({ length: 8 }, (_, n) => png(1000 + n));
		const input = images.map((content, n) => ({ json: { n }, binary: { data: file(content) } }));
		itemsOf(await run({ ...binary, prompt: '=cat {{ $json.n }}' }, { input }));
		const requests = sent(emulator, 'create').map(
			({ json }) => json as { image: string; prompt: string },
		);
		expect(requests.map(({ prompt, image }) => [prompt, image]).sort()).toEqual(
			images.map((content, n) => [`cat ${n}`, content.toString('base64')]).sort(),
		);
	});
});

describe('an address in one’s own network', () => {
	it('is taken where the service is there, too', async () => {
		const { body } = await create({ imageUrl: 'http://localhost:9000/cat.png' });
		expect(body.image).toBe('http://localhost:9000/cat.png');
	});

	it('is refused for a service on the internet', async () => {
		const failed = await runNode(
			'',
			{ ...FORM, imageUrl: 'http://192.168.1.20/cat.png' },
			{
				credential: { ...API_KEY, region: 'global' },
				node: { type: IMAGE_NODE },
			},
		);
		const { message } = imageWords.ownNetwork('imageUrl', '192.168.1.20');
		expect(errorOf(failed).message).toBe(located(message, 0));
	});
});

it('is not possible at a gateway', async () => {
	const failed = await runNode(emulator.gatewayUrl, FORM, { node: { type: IMAGE_NODE } });
	expect(errorOf(failed).message).toBe(located(supportWords.noImages().message, 0));
	expect(emulator.requests()).toEqual([]);
});

describe('a task of an image', () => {
	it.each(['kling-v2-6', 'kling-3.0-turbo'])('is waited for and downloaded: %s', async (model) => {
		const done = await run({ operation: 'createAndWait', model }, { input: numbered(3) });
		const output = itemsOf(done);
		expect(output.map(({ json }) => json.task_id)).toEqual(emulator.tasks().map(({ id }) => id));
		for (const item of output) {
			expect(item.json).toMatchObject({ task_status: 'completed' });
			expect(item.binary?.data?.mimeType).toBe('video/mp4');
		}
	});

	it('whose reply is lost is found by its external task ID, and not created twice', async () => {
		emulator.addFault({ match: { route: 'create' }, action: { type: 'reset', when: 'after' } });
		const [item] = itemsOf(await run({ operation: 'createAndWait', downloadVideo: false }));
		expect(emulator.tasks().map(({ id }) => id)).toEqual([item?.json.task_id]);
	});

	it.each([
		['Kling Text to Video', {}],
		['Kling Image to Video', { type: IMAGE_NODE }],
	])('is found by its bare ID, as one of a text is: %s', async (_name, node) => {
		const text = { model_name: 'kling-v2-6', prompt: 'a cat' };
		await createOutside(emulator, '/v1/videos/text2video', text);
		await createOutside(emulator, IMAGE_PATH, { ...text, image: URL });
		const ids = emulator.tasks().map(({ id }) => id);
		emulator.clearRequests();
		const found = await runOfficial(
			emulator.url,
			{ operation: 'getStatus', taskId: '={{ $json.id }}' },
			{ input: items(...ids.map((id) => ({ id }))), node },
		);
		expect(itemsOf(found).map(({ json }) => json.task_id)).toEqual(ids);
		const urls = emulator.requests().map(({ url }) => url);
		expect(new Set(urls).size).toBe(urls.length);
	});

	it.each([
		['an API key', API_KEY],
		['an access key', ACCESS_KEY],
	])('is listed among those of texts, with %s', async (_name, credential) => {
		const text = { model_name: 'kling-v2-6', prompt: 'a cat' };
		await createOutside(emulator, '/v1/videos/text2video', text);
		await createOutside(emulator, IMAGE_PATH, { ...text, image: URL });
		const listed = await runOfficial(
			emulator.url,
			{ operation: 'getMany', returnAll: true },
			{ credential },
		);
		expect(
			itemsOf(listed)
				.map(({ json }) => json.task_id)
				.sort(),
		).toEqual(
			emulator
				.tasks()
				.map(({ id }) => id)
				.sort(),
		);
	});
});
