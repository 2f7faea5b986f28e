import {
	readBareTask,
	readCallbackBody,
	readTask,
	readTasks,
	ShapeError,
} from '../../../../../nodes/shared/api/formats/reply';
import { parseJson } from '../../../../../nodes/shared/api/json';
import { DIALECTS } from './dialects';

const ABSENT = {
	statusMessage: undefined,
	createdAt: undefined,
	updatedAt: undefined,
	externalTaskId: undefined,
	videos: [],
};

describe('a reply in a dialect', () => {
	it.each(DIALECTS)('$name', ({ reply, task }) => {
		expect(readTask(reply)).toEqual({ ...ABSENT, ...task, raw: reply });
	});
});

describe('R7: an ID that is a number', () => {
	it.each([
		['{"task_id":867283741759111203,"task_status":"submitted"}', '867283741759111203'],
		['{"data":{"id":12345678901234567890,"status":"submitted"}}', '12345678901234567890'],
		['{"data":[{"id":4711,"status":"submitted"}]}', '4711'],
	])('%s', (text, id) => {
		const reply = parseJson(text);
		const task = readTask(reply);
		expect(task.id).toBe(id);
		expect(JSON.stringify(task.raw)).toContain(id);
	});
});

/** What a function throws, as field and whether it is an empty list. */
function flawOf(read: () => unknown): [field: string, isEmptyList: boolean] {
	try {
		read();
	} catch (error) {
		const { field, isEmptyList } = error as ShapeError;
		return [field, isEmptyList];
	}
	return ['it was read', false];
}

describe('a reply without a task', () => {
	const task = { task_id: 't', task_status: 'submitted' };

	it.each<[name: string, reply: unknown, field: string, isEmptyList: boolean]>([
		['null', null, '', false],
		['text', 'ok', '', false],
		['a list', [], '', false],
		['no ID', { task_status: 'submitted' }, 'task_id', false],
		['no status', { task_id: 't' }, 'task_status', false],
		[
			'the request’s status only',
			{ status: 'success', data: { task_id: 't' } },
			'task_status',
			false,
		],
		['a status that is no word', { ...task, task_status: { $ne: '' } }, 'task_status', false],
		['an empty list', { code: 0, data: [] }, '', true],
		['an empty list in an envelope with an ID', { id: 'r', status: 'ok', data: [] }, '', true],
		['entries that are none', { code: 0, data: [null, 5, 'x'] }, 'task_id', false],
		['no data', { code: 0, message: 'SUCCEED', data: null }, 'task_id', false],
		['R15: the ID ..', { ...task, task_id: '..' }, 'task_id', false],
		['R15: the ID .', { ...task, task_id: '.' }, 'task_id', false],
		['R15: a lone surrogate', { ...task, task_id: 'a\uD800' }, 'task_id', false],
		['R15: a control character', { ...task, task_id: 'a\n' }, 'task_id', false],
		['R15: an ID of 1 MB', { ...task, task_id: 'a'.repeat(1_000_000) }, 'task_id', false],
		['R15: a way to another route', { ...task, task_id: '../../account/costs' }, 'task_id', false],
	])('%s', (_name, reply, field, isEmptyList) => {
		expect(flawOf(() => readTask(reply))).toEqual([field, isEmptyList]);
	});
});

describe('R9: of several tasks', () => {
	const reply = {
		code: 0,
		data: [
			{ id: 'other', status: 'succeeded', external_id: 'theirs' },
			{ id: 'mine', status: 'processing', external_id: 'my-name' },
			{ task_id: 'v1', task_status: 'failed', task_info: { external_task_id: 'my-v1' } },
		],
	};

	it.each([
		['mine', 'mine'],
		['my-name', 'mine'],
		['my-v1', 'v1'],
		[undefined, 'other'],
	])('%s is read as %s', (wanted, id) => {
		expect(readTask(reply, wanted).id).toBe(id);
	});

	it('none is read when another one was wanted', () => {
		expect(flawOf(() => readTask(reply, 'nobody'))).toEqual(['', true]);
	});

	it('those inside of a relay’s task are about it, whatever their IDs', () => {
		const relayed = { data: { task_id: 'task_1', status: 'SUCCESS', data: reply } };
		expect(readTask(relayed, 'task_1')).toMatchObject({ id: 'task_1', status: 'completed' });
	});
});

describe('a list', () => {
	const good = (id: string) => ({ task_id: id, task_status: 'processing' });
	const read = (data: unknown, envelope: object = {}) =>
		readTasks({ ...envelope, data }, data, (task) => task);

	it.each<[name: string, data: unknown[], ids: string[]]>([
		['null and numbers', [null, good('a'), 5, good('b')], ['a', 'b']],
		['objects without facts', [{}, { task_id: 'x' }, { task_status: 'y' }, good('a')], ['a']],
		['R15: unusable IDs', [good('..'), good('\u0000'), good('a'), good('')], ['a']],
		['videos of other kinds', [{ ...good('a'), task_result: [null] }, good('b')], ['a', 'b']],
	])('R8: keeps the good ones among %s', (_name, data, ids) => {
		expect(read(data).map(({ id }) => id)).toEqual(ids);
	});

	it.each<[name: string, data: unknown, field: string]>([
		['is none', null, 'data'],
		['is an object', {}, 'data'],
		['has no task among its entries', [null, {}, 5], ''],
	])('that %s is of another shape', (_name, data, field) => {
		expect(flawOf(() => read(data))).toEqual([field, false]);
	});

	it('may be empty', () => {
		expect(read([])).toEqual([]);
	});

	it('gives each task the reply that a query for it would have brought', () => {
		const tasks = read([good('a')], { code: 0, message: 'SUCCEED', request_id: 'r', error: null });
		expect(tasks[0]?.raw).toEqual({
			code: 0,
			message: 'SUCCEED',
			request_id: 'r',
			error: null,
			data: good('a'),
		});
	});

	it('R13: repeats only small facts of the envelope', () => {
		const huge = Object.fromEntries(Array.from({ length: 5000 }, (_, key) => [`k${key}`, key]));
		const [task] = read([good('a')], { code: 0, text: 'x'.repeat(100_000), list: [1], ...huge });
		expect(task?.raw).toMatchObject({ code: 0, k0: 0, data: good('a') });
		expect(JSON.stringify(task?.raw).length).toBeLessThan(1000);
	});

	it('R13: is read up to the largest page', () => {
		const data = Array.from({ length: 5000 }, (_, index) => good(String(index)));
		expect(read(data)).toHaveLength(500);
	});
});

describe('an address that no server takes', () => {
	it.each(['url', 'watermark_url'])('is left out: %s', (name) => {
		const video = { url: 'https://example.com/a.mp4', [name]: `https://e.com/${'x'.repeat(9000)}` };
		const reply = { task_id: 't', task_status: 'succeed', task_result: { videos: [video] } };
		expect(JSON.stringify(readTask(reply).videos).length).toBeLessThan(200);
	});
});

describe('R13: a callback', () => {
	const body = (fields: object) =>
		Buffer.from(JSON.stringify({ task_id: 't', task_status: 'succeed', ...fields }));

	it('is read up to a megabyte', () => {
		expect(readCallbackBody(body({}))?.id).toBe('t');
		expect(readCallbackBody(body({ x: 'x'.repeat(900_000) }))?.id).toBe('t');
		expect(readCallbackBody(body({ x: 'x'.repeat(1_000_000) }))).toBeUndefined();
	});

	it('keeps all digits of its ID', () => {
		const text = '{"task_id":867283741759111203,"task_status":"succeed"}';
		expect(readCallbackBody(Buffer.from(text))?.id).toBe('867283741759111203');
	});

	it.each(['', 'x', '[]', 'null', '{}', '{"task_id":"..","task_status":"succeed"}'])(
		'is none when its body is %s',
		(text) => {
			expect(readCallbackBody(Buffer.from(text))).toBeUndefined();
		},
	);

	it('has the message of a bare task, which no envelope is about', () => {
		expect(readBareTask({ id: 't', status: 'succeeded', message: 'fine' }).statusMessage).toBe(
			'fine',
		);
	});
});
