/** What could hold n8n up: replies, callbacks, parameters and files, as large as they may be and larger. */
import { sampleImage } from '../testkit/sampleImage.mts';

export type Kind = 'reply' | 'callback' | 'parameter' | 'file';

export interface HostileInput {
	kind: Kind;
	shape: string;
	/** Which parameter gets it. */
	parameter?: 'prompt' | 'imageUrl' | 'additionalBodyFields' | 'model' | 'duration';
	/** Input items, each with the same input. */
	items?: number;
	/** The text itself; for a file its content. */
	make(): string | Buffer;
}

/** Of a reply, a callback and Additional Body Fields: a little less than each may have. */
const SIZES = { reply: 3_990_000, callback: 990_000, body: 13_900_000 } as const;

/** JSON, and what is almost JSON, of a size. */
const SHAPES: Readonly<Record<string, (size: number) => string>> = {
	'brackets that nothing opened': (size) => `]${fill('],', size)}`,
	'empty lists': (size) => `{"a":[${fill('[],', size)}[]]}`,
	'lists in lists': (size) => `{"a":[${fill(`${'['.repeat(97)}${']'.repeat(97)},`, size)}[]]}`,
	'never closed': (size) => `{"a":${fill('[', size)}`,
	objects: (size) => `{"a":[${fill('{"a":1},', size)}{}]}`,
	'one object with many names': (size) =>
		`{${Array.from({ length: size / 20 }, (_, n) => `"key_${n + 1_000_000}":12345`).join()}}`,
	'large integers': (size) => `{"a":[${fill('867283741759111203,', size)}1]}`,
	'large integers without commas': (size) => fill('867283741759111203 ', size),
	'numbers and blanks': (size) => fill('1 ', size),
	'one text': (size) => `{"a":"${fill('x', size)}"}`,
	'escaped quotes': (size) => `{"a":"${fill('\\"', size)}"}`,
	'escaped letters': (size) => `{"a":"${fill('\\u0041', size)}"}`,
	'Chinese text': (size) => `{"a":"${fill('猫', size / 3)}"}`,
	blanks: (size) => `{"a":1${fill(' ', size)}}`,
	'JSON in JSON in JSON': nested,
	'a web page': (size) => `<html>${fill('<p>', size)}`,
};

function fill(part: string, size: number): string {
	return part.repeat(Math.floor(size / part.length));
}

function nested(size: number): string {
	let text = JSON.stringify({ task_id: '1', task_status: 'succeed', a: fill('x', size * 0.9) });
	for (let level = 0; level < 9; level++) {
		text = JSON.stringify({ task_id: '1', task_status: 'succeed', data: text });
	}
	return text.slice(0, size);
}

/** A PNG of a size; what follows its header nobody looks at. */
function image(bytes: number): Buffer {
	const content = Buffer.alloc(bytes, 7);
	sampleImage().copy(content);
	return content;
}

const base64 = (bytes: number) => image(bytes).toString('base64');

const PARAMETERS: HostileInput[] = [
	['imageUrl', 'Base64 of 9.9 MB', () => base64(9_900_000)],
	['imageUrl', 'Base64 of 45 MB', () => base64(45_000_000)],
	['imageUrl', 'Base64 of 45 MB in lines', () => base64(45_000_000).replace(/.{76}/g, '$&\n')],
	['imageUrl', 'a data URI of 45 MB', () => `data:image/png;base64,${base64(45_000_000)}`],
	['imageUrl', 'Base64 of 60 MB, which is refused', () => base64(60_000_000)],
	['imageUrl', '45 MB that are no image', () => fill('x', 60_000_000)],
	['imageUrl', '60 MB of blanks', () => fill(' ', 60_000_000)],
	['imageUrl', 'an address of 5 MB', () => `https://example.com/${fill('x', 5_000_000)}`],
	['prompt', 'a prompt of 60 MB', () => fill('a cat ', 60_000_000)],
	['prompt', 'a prompt of 30 million emoji', () => fill('🐈', 60_000_000)],
	['model', 'a model of 60 MB', () => fill('kling', 60_000_000)],
	['duration', 'a duration of 60 million digits', () => fill('1', 60_000_000)],
].map(([parameter, shape, make]) => ({
	kind: 'parameter',
	parameter,
	shape,
	make,
})) as HostileInput[];

export const HOSTILE_INPUTS: readonly HostileInput[] = [
	...Object.entries(SHAPES).flatMap(([shape, make]): HostileInput[] => [
		{ kind: 'reply', shape, make: () => make(SIZES.reply) },
		{ kind: 'callback', shape, make: () => make(SIZES.callback) },
		{
			kind: 'parameter',
			parameter: 'additionalBodyFields',
			shape: `Additional Body Fields: ${shape}`,
			make: () => make(SIZES.body),
		},
	]),
	...PARAMETERS,
	{
		kind: 'parameter',
		parameter: 'imageUrl',
		shape: '20 items, each Base64 of 2.5 MB',
		items: 20,
		make: () => base64(2_500_000),
	},
	{ kind: 'file', shape: 'an image of 48 MB', make: () => image(48_000_000) },
	{
		kind: 'file',
		shape: '6 items, each an image of 48 MB',
		items: 6,
		make: () => image(48_000_000),
	},
	{ kind: 'file', shape: 'a file of 100 MB, which is refused', make: () => image(100_000_000) },
];
