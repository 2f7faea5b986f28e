/** Part 6: how long hostile replies block the event loop, which all executions of a worker share. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FORMATS } from '../nodes/shared/api/formats/index.ts';
import { readCallbackBody } from '../nodes/shared/api/formats/reply.ts';
import { parseJson } from '../nodes/shared/api/json.ts';
import type { Section } from '../testkit/cli/section.mts';
import { kibibytes, milliseconds } from '../testkit/cli/units.mts';
import { median } from './statistics.mts';

/** Of each reply, in bytes; the largest that a callback may have, too. */
const SIZE = 1_000_000;

const TASK = { task_id: '1', id: '1', task_status: 'succeed' };

/** How a service could waste the time of its clients. All are of the given size. */
const SHAPES: Readonly<Record<string, () => string>> = {
	'list: 5,000 envelope keys × 5,000 tasks': () =>
		objectOf([...keys(5000), ['data', listOf(SIZE - 70_000, () => TASK)]]),
	'list: bad entries': () => objectOf([['data', listOf(SIZE, () => null)]]),
	'list: entries without facts': () => objectOf([['data', listOf(SIZE, () => ({}))]]),
	'list: tasks with huge entries': () =>
		objectOf([['data', listOf(SIZE, (index) => ({ ...TASK, x: 'x'.repeat(2000), index }))]]),
	'videos: bad entries': () => taskWith(`{"videos":${listOf(SIZE, () => null)}}`, 'task_result'),
	'videos: entries without facts': () =>
		taskWith(`{"videos":${listOf(SIZE, () => ({}))}}`, 'task_result'),
	'outputs: numbers': () =>
		taskWith(
			listOf(SIZE, () => 5),
			'outputs',
		),
	'works: addresses of covers': () =>
		taskWith(
			listOf(SIZE, () => ({ cover: 'https://x.example/a.jpg' })),
			'works',
		),
	'works: addresses': () =>
		taskWith(
			listOf(SIZE, (index) => `https://x.example/${index}`),
			'works',
		),
	'task: many keys': () => taskWith(objectOf(keys(70_000)), 'result'),
	'task: many addresses': () =>
		taskWith(objectOf(keys(25_000, '"https://x.example/video"')), 'result'),
	'task: many duplicate keys': () =>
		taskWith(`{${repeat('"url":"https://x.example/a",', SIZE)}"a":1}`, 'result'),
	'nesting: arrays': () => taskWith(nested('[', ']'), 'result'),
	'nesting: objects': () => taskWith(nested('{"data":', '}'), 'data'),
	'nesting: objects by turns': () => taskWith(nested('{"url":[{"video":', '}]}'), 'output'),
	'nesting: never closed': () => `{"data":${'['.repeat(SIZE)}`,
	'nesting: JSON in text': () => taskWith(JSON.stringify(inText(16)), 'data'),
	'text: one string': () => taskWith(JSON.stringify('x'.repeat(SIZE)), 'fail_reason'),
	'text: one address': () => taskWith(`"https://${'x'.repeat(SIZE)}"`, 'url'),
	'text: blanks': () => taskWith(`"https://${' '.repeat(SIZE)}"`, 'url'),
	'text: backslashes': () => taskWith(`"${'\\\\'.repeat(SIZE / 2)}"`, 'message'),
	'text: one name': () => taskWith('"https://x.example"', 'x'.repeat(SIZE)),
	'text: one status': () => `{"task_id":"1","task_status":"${repeat('failed, ', SIZE)}"}`,
	'text: one ID': () => `{"task_id":"${'1'.repeat(SIZE)}","task_status":"succeed"}`,
	'digits: one number': () => taskWith('1'.repeat(SIZE), 'created_at'),
	'digits: many IDs': () => taskWith(`[${repeat(`${DIGITS},`, SIZE)}1]`, 'result'),
	'digits: blanks behind': () => taskWith(`${DIGITS}${' '.repeat(SIZE)}`, 'created_at'),
	'failed: many reasons': () => failedWith(listOf(SIZE, () => ({ message: 'x' }))),
	'failed: nested reasons': () => failedWith(nested('{"error":', '}')),
};

const DIGITS = '867283741759111203';

interface RepliesResult {
	shape: string;
	/** Bytes. */
	size: number;
	/** By `JSON.parse` alone; milliseconds, as all times here. */
	parsed: number;
	/** Parsed and read, by the slowest of the readers. */
	read: number;
	/** Which one that was. */
	by: string;
	/** What the tasks keep of the reply, as JSON; in bytes. */
	kept: number;
}

/** @param isQuick one run of each shape instead of five */
export function benchmarkReplies(isQuick: boolean): Section<RepliesResult> {
	const results: RepliesResult[] = [];
	for (const [shape, make] of Object.entries(SHAPES)) {
		results.push(measure(shape, make(), isQuick ? 1 : 5));
	}
	return {
		title: 'Replies: hostile ones of 1 MB',
		note:
			'How long the event loop is blocked by one reply: parsed and read as a task, as a list and as a callback, ' +
			'the slowest of these, median of five runs. Kept: all the tasks’ replies for Simplify off, as JSON.',
		columns: [
			['shape', (row) => row.shape],
			['size', (row) => kibibytes(row.size)],
			['JSON.parse', (row) => milliseconds(row.parsed)],
			['parsed and read', (row) => milliseconds(row.read)],
			['as', (row) => row.by],
			['kept', (row) => kibibytes(row.kept)],
		],
		results,
	};
}

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
	task: (text) => FORMATS.v1.readTask(parseJson(text)),
	'v1 list': (text) => FORMATS.v1.readTasks(parseJson(text)),
	'path list': (text) => FORMATS.path.readTasks(parseJson(text)),
	callback: (text) => readCallbackBody(Buffer.from(text)),
};

function measure(shape: string, text: string, runs: number): RepliesResult {
	const readings = Object.entries(READERS).map(([by, read]) => ({
		by,
		read: timeOf(() => read(text), runs),
		kept: JSON.stringify(attempt(() => read(text)) ?? '').length,
	}));
	const [slowest] = [...readings].sort((one, other) => other.read - one.read);
	return {
		shape,
		size: text.length,
		parsed: timeOf(() => JSON.parse(text) as unknown, runs),
		read: slowest?.read ?? NaN,
		by: slowest?.by ?? '',
		kept: Math.max(...readings.map(({ kept }) => kept)),
	};
}

/** The garbage of one shape is not the next one’s fault. */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** @returns the median of some runs, in milliseconds */
function timeOf(work: () => unknown, runs: number): number {
	const times = Array.from({ length: runs }, () => {
		collectGarbage();
		const startedAt = performance.now();
		attempt(work);
		return performance.now() - startedAt;
	});
	return median(times);
}

/** @returns undefined when it threw: most of these replies are none, which takes its time too */
function attempt(work: () => unknown): unknown {
	try {
		return work();
	} catch {
		return undefined;
	}
}

function taskWith(value: string, name: string): string {
	return objectOf([
		['task_id', '"1"'],
		['task_status', '"succeed"'],
		[name, value],
	]);
}

function failedWith(error: string): string {
	return objectOf([
		['task_id', '"1"'],
		['task_status', '"failed"'],
		['error', error],
	]);
}

/** @param fields names and their values as JSON */
function objectOf(fields: ReadonlyArray<readonly [name: string, value: string]>): string {
	return `{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
}

function keys(count: number, value = '1'): Array<[string, string]> {
	return Array.from({ length: count }, (_, index) => [`key_${index}`, value]);
}

/** @param size of all entries together, in bytes */
function listOf(size: number, entry: (index: number) => unknown): string {
	const entries: string[] = [];
	for (let length = 0; length < size; length += (entries.at(-1) ?? '').length + 1) {
		entries.push(JSON.stringify(entry(entries.length)));
	}
	return `[${entries.join(',')}]`;
}

function repeat(text: string, size: number): string {
	return text.repeat(Math.floor(size / text.length));
}

function nested(opening: string, closing: string): string {
	const levels = Math.floor(SIZE / (opening.length + closing.length));
	return `${opening.repeat(levels)}1${closing.repeat(levels)}`;
}

/** JSON in a text in JSON in a text, and so on: each level doubles what has to be escaped. */
function inText(levels: number): string {
	let text = '{"a":1}';
	for (let level = 0; level < levels; level++) text = JSON.stringify({ data: text });
	return text;
}
