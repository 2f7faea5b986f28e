import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Image } from '../../../../../nodes/shared/api/request';
import {
	type FileReference,
	loadImages,
	inspectFile,
	type NoFile,
} from '../../../../../nodes/shared/n8n/files/inputFile';
import { InputFileError } from '../../../../../nodes/shared/n8n/words/errorClasses';

// Pauses take no time.
jest.mock('../../../../../nodes/shared/n8n/systemClock', () => ({
	systemClock: { now: () => 0, sleep: async () => {} },
}));

const NAME = 'imageBinaryPropertyName';
const CONTENT = Buffer.from([...Array(100_000).keys()]);

const kept = { mimeType: 'image/png', data: CONTENT.toString('base64') };
const stored = {
	mimeType: 'image/png',
	data: 'filesystem-v2',
	id: 'filesystem-v2:a',
	fileSize: '1',
};

/** Such that Base64 does not fit into them. */
async function* chunks() {
	yield CONTENT.subarray(0, 70_000);
	yield CONTENT.subarray(70_000);
}

/** A store that fails so often before it answers. */
function contextOf(item: Partial<INodeExecutionData>, failures = 0, words = 'read ECONNRESET') {
	let left = failures;
	const answer = <Value>(value: Value): Value => {
		if (left-- > 0) throw new Error(words);
		return value;
	};
	return {
		getInputData: () => [{ json: {}, ...item }],
		getExecutionCancelSignal: () => undefined,
		helpers: {
			getBinaryMetadata: async () => answer({ fileSize: CONTENT.length }),
			getBinaryStream: async () => Object.assign(chunks(), { destroy: () => {} }),
		},
	} as unknown as IExecuteFunctions;
}

const look = async (item: Partial<INodeExecutionData>, reference: FileReference) =>
	await inspectFile(contextOf(item), 0, reference, NAME);

it.each<[name: string, item: Partial<INodeExecutionData>, reference: FileReference]>([
	['a field’s name', { binary: { data: kept } }, 'data'],
	['a field’s name with a dot', { binary: { 'my.data': kept } }, 'my.data'],
	['a file in the store', { binary: { data: stored } }, 'data'],
	['a field of the JSON', { json: { data: kept } }, 'data'],
	['a path into the JSON', { json: { _files: { data: kept } } }, '_files.data'],
	['a path with an index', { json: { files: [{}, kept] } }, 'files[1]'],
	['the file’s object', {}, kept],
	['the object of a file in the store', {}, stored],
])('finds a file by %s, and reads it', async (_name, item, reference) => {
	const facts = await look(item, reference);
	expect(facts).toMatchObject({ bytes: CONTENT.length });
	const image: Image = { kind: 'file', itemIndex: 0, field: reference, fingerprint: '', bytes: 0 };
	const loaded = await loadImages(contextOf(item), { firstFrame: image } as never);
	expect(loaded.firstFrame).toEqual({ kind: 'data', base64: kept.data });
});

it.each<[name: string, item: object, reference: FileReference, found: NoFile]>([
	['nothing', {}, 'data', { isThere: false, others: [] }],
	[
		'another field',
		{ binary: { image_0: kept, file: stored } },
		'data',
		{ isThere: false, others: ['image_0', 'file'] },
	],
	[
		'another path',
		{ json: { _files: { cat: kept } } },
		'data',
		{ isThere: false, others: ['_files.cat'] },
	],
	['what is there for everything', { binary: {} }, 'constructor', { isThere: false, others: [] }],
	['the prototype', { binary: {} }, '__proto__', { isThere: false, others: [] }],
	['Base64 alone', { binary: { data: kept.data } }, 'data', { isThere: true, others: [] }],
	[
		'a file without content',
		{ binary: { data: { mimeType: 'a/b' } } },
		'data',
		{ isThere: true, others: [] },
	],
	[
		'a buffer',
		{ binary: { data: { data: { type: 'Buffer', data: [1] } } } },
		'data',
		{ isThere: true, others: [] },
	],
	['another object', { binary: { data: kept } }, { a: 1 }, { isThere: true, others: ['data'] }],
])('finds none in %s', async (_name, item, reference, found) => {
	expect(await look(item, reference)).toEqual(found);
});

it('has a fingerprint for the content of a file that is kept in the item', async () => {
	const other = { ...kept, data: Buffer.from(kept.data).toString('base64') };
	const [one, same, another] = await Promise.all(
		[kept, { ...kept }, other].map(async (data) => {
			const facts = await look({ binary: { data } }, 'data');
			return 'bytes' in facts ? await facts.fingerprint() : undefined;
		}),
	);
	expect(one).toMatch(/^[0-9a-f]{20}$/);
	expect(same).toBe(one);
	expect(another).not.toBe(one);
});

describe('a store that fails', () => {
	const item = { binary: { data: stored } };

	it.each([1, 2])('is asked again: after %s failures', async (failures) => {
		const facts = await inspectFile(contextOf(item, failures), 0, 'data', NAME);
		expect(facts).toMatchObject({ bytes: CONTENT.length });
	});

	it('is asked three times', async () => {
		const looking = inspectFile(contextOf(item, 3), 0, 'data', NAME);
		await expect(looking).rejects.toMatchObject({
			kind: 'inputFile',
			parameter: NAME,
			isGone: false,
			detail: 'read ECONNRESET',
		});
	});

	it.each([
		'File not found',
		'No binary data manager found for: s3',
		'NoSuchKey',
		'ENOENT: no such file',
	])('is asked once where it does not have the file: %s', async (words) => {
		const looking = inspectFile(contextOf(item, 1, words), 0, 'data', NAME);
		await expect(looking).rejects.toMatchObject({ kind: 'inputFile', isGone: true });
		await expect(looking).rejects.toBeInstanceOf(InputFileError);
	});
});
