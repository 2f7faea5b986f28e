/** How long hostile input blocks n8n's event loop, which all executions of a process share, and what memory it takes. */
import { sampleImage } from '../testkit/sampleImage.mts';
import type { Section } from '../testkit/cli/section.mts';
import { mebibytes, milliseconds, ratio } from '../testkit/cli/units.mts';
import { runChild } from './child.mts';

type Kind = 'reply' | 'callback' | 'parameter' | 'file';

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

/** JSON, and what is almost JSON, of a size: for replies, callbacks and parameters. */
const SHAPES: Readonly<Record<string, (size: number) => string>> = {
	'brackets that nothing opened': (size) => `]${fill('],', size)}`,
	'empty lists': (size) => `{"a":[${fill('[],', size)}[]]}`,
	'lists in lists': (size) => `{"a":[${fill(`${'['.repeat(97)}${']'.repeat(97)},`, size)}[]]}`,
	'never closed': (size) => `{"a":${fill('[', size)}`,
	objects: (size) => `{"a":[${fill('{"a":1},', size)}{}]}`,
	'one object with many names': (size) => `{${names(size)}}`,
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

/** Replies of a size that take longer to be understood than to be parsed. */
const REPLIES: Readonly<Record<string, (size: number) => string>> = {
	'a list under many names': (size) =>
		`{${names(size / 2)},"data":[${fill(`${task()},`, size / 2)}null]}`,
	'bad entries': (size) => `{"data":[${fill('null,', size)}null]}`,
	'entries without facts': (size) => `{"data":[${fill('{},', size)}{}]}`,
	'tasks with long texts': (size) => `{"data":[${fill(`${task('x', text(2000))},`, size)}null]}`,
	'videos without facts': (size) => task('task_result', `{"videos":[${fill('{},', size)}{}]}`),
	'outputs that are numbers': (size) => task('outputs', `[${fill('5,', size)}5]`),
	'addresses of covers': (size) => task('works', `[${fill(`{"cover":${ADDRESS}},`, size)}{}]`),
	'addresses of works': (size) => task('works', `[${fill(`${ADDRESS},`, size)}null]`),
	'one name many times': (size) => task('result', `{${fill(`"url":${ADDRESS},`, size)}"a":1}`),
	'objects in objects': (size) => task('data', nestedIn('{"data":', '}', size)),
	'objects in lists': (size) => task('output', nestedIn('{"url":[{"video":', '}]}', size)),
	'an address': (size) => task('url', `"https://${fill('x', size)}"`),
	'an address of blanks': (size) => task('url', `"https://${fill(' ', size)}"`),
	'backslashes in a message': (size) => task('message', `"${fill('\\\\', size)}"`),
	'a name': (size) => task(fill('x', size), '1'),
	'a status': (size) => `{"task_id":"1","task_status":${text(size, 'failed, ')}}`,
	'an ID': (size) => `{"task_id":${text(size, '1')},"task_status":"succeed"}`,
	'a number': (size) => task('created_at', fill('1', size)),
	'blanks behind a number': (size) => task('created_at', `867283741759111203${fill(' ', size)}`),
	'many reasons': (size) => task('error', `[${fill('{"message":"x"},', size)}null]`, 'failed'),
	'reasons in reasons': (size) => task('error', nestedIn('{"error":', '}', size), 'failed'),
};

const ADDRESS = '"https://x.example/a"';

/** @param value JSON */
function task(name = 'x', value = '1', status = 'succeed'): string {
	return `{"task_id":"1","id":"1","task_status":"${status}","${name}":${value}}`;
}

function text(size: number, part = 'x'): string {
	return `"${fill(part, size)}"`;
}

function names(size: number): string {
	return Array.from({ length: size / 20 }, (_, n) => `"key_${n + 1_000_000}":12345`).join();
}

function nestedIn(opening: string, closing: string, size: number): string {
	const levels = Math.floor(size / (opening.length + closing.length));
	return `${opening.repeat(levels)}1${closing.repeat(levels)}`;
}

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
	...Object.entries(REPLIES).map(
		([shape, make]): HostileInput => ({ kind: 'reply', shape, make: () => make(SIZES.reply) }),
	),
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

export interface HostileTask {
	/** Of HOSTILE_INPUTS. */
	index: number;
}

export interface HostileReading {
	/** Of all items together; bytes. */
	size: number;
	/** The longest time in which nothing else was done; milliseconds, as all times here. */
	block: number;
	/** By `JSON.parse` of the same input alone, an image as a text in JSON. */
	parsed: number;
	/** How far resident memory grew; bytes. */
	growth: number;
	/** What became of it. */
	outcome: string;
}

interface HostileResult extends HostileReading {
	kind: string;
	shape: string;
}

/** Of each kind in a reduced set. */
const QUICK = 3;

/** @param isQuick some inputs of each kind only */
export async function benchmarkHostile(isQuick: boolean): Promise<Section<HostileResult>> {
	const seen: Record<string, number> = {};
	const indexes = [...HOSTILE_INPUTS.keys()].filter((index) => {
		const kind = HOSTILE_INPUTS[index]?.kind ?? '';
		seen[kind] = (seen[kind] ?? 0) + 1;
		return !isQuick || seen[kind] <= QUICK;
	});
	const results: HostileResult[] = [];
	for (const index of indexes) {
		const { kind, shape } = HOSTILE_INPUTS[index] as (typeof HOSTILE_INPUTS)[number];
		const reading = await runChild<HostileReading>('hostile.child.mts', { index });
		results.push({ kind, shape, ...reading });
	}
	return {
		title: 'Hostile input',
		note:
			'The longest block of the event loop and the growth of resident memory, each input in a fresh process. Replies and ' +
			'callbacks: read as a task, a list and a refusal. Parameters and files: from what n8n hands out to the request’s ' +
			'body, n8n’s own share left out. Median of three runs in one process, the first of which finds cold code.',
		columns: [
			['kind', (row) => row.kind],
			['input', (row) => row.shape],
			['size', (row) => mebibytes(row.size)],
			['JSON.parse', (row) => milliseconds(row.parsed)],
			['longest block', (row) => milliseconds(row.block)],
			['memory', (row) => mebibytes(row.growth)],
			['memory / size', (row) => ratio(row.growth / row.size)],
			['outcome', (row) => row.outcome],
		],
		results,
	};
}
