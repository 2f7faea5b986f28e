import { FORMATS } from '../../../../../nodes/shared/api/formats';
import { ShapeError } from '../../../../../nodes/shared/api/formats/reply';

const task = (id: string) => ({ id, status: 'processing' });

describe('a list in the path format', () => {
	const { list, readTasks } = FORMATS.path;

	it.each<[data: object, cursor: string | undefined]>([
		[{ has_more: true, next_cursor: 'c' }, 'c'],
		[{ has_more: 'true', next_cursor: 17 }, '17'],
		[{ has_more: false, next_cursor: 'c' }, undefined],
		[{ has_more: true, next_cursor: '' }, undefined],
		[{ has_more: true, next_cursor: null }, undefined],
		[{ next_cursor: 'c' }, undefined],
		[[task('a')], undefined],
	])('%j goes on at %s', (data, cursor) => {
		expect(list?.next({ code: 0, data }, 500)).toBe(cursor);
	});

	it('R8: keeps the good entries', () => {
		const data = { result: [null, task('a'), { id: '..', status: 'x' }, task('b')], count: 4 };
		expect(readTasks({ code: 0, data }).map(({ id, raw }) => [id, raw])).toEqual([
			['a', { code: 0, data: [task('a')] }],
			['b', { code: 0, data: [task('b')] }],
		]);
	});

	it.each([null, undefined, 5, { data: null }, { data: { count: 0 } }, { data: { result: 5 } }])(
		'is not %j',
		(reply) => {
			expect(() => readTasks(reply)).toThrow(ShapeError);
		},
	);
});

describe('a list in the v1 format', () => {
	const { list, readTasks } = FORMATS.v1;

	it.each<[entries: number, cursor: string | undefined, next: string | undefined]>([
		[2, undefined, '2'],
		[2, '7', '8'],
		[1, '7', undefined],
		[0, undefined, undefined],
	])('of %i entries at %s goes on at %s', (entries, cursor, next) => {
		const data = Array.from({ length: entries }, () => null);
		expect(list?.next({ code: 0, data }, 2, cursor)).toBe(next);
	});

	it.each([null, undefined, 5, { data: null }, { data: { list: [] } }])('is not %j', (reply) => {
		expect(() => readTasks(reply)).toThrow(ShapeError);
		expect(() => list?.next(reply, 500)).toThrow(ShapeError);
	});
});
