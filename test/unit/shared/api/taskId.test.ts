import { isSafeId, MAX_ID_LENGTH, safeFileName } from '../../../../nodes/shared/api/taskId';

describe('an ID', () => {
	it.each([
		['Kling’s', '867283741759111202'],
		['a gateway’s', 'CmYgjmbyMToAAAAAAF6svw'],
		['new-api’s', 'task_AbC'],
		['with a slash', 'projects/1/operations/2'],
		['with dots', 'v1.2..3'],
		['of other scripts', '任务-一 🎬'],
		['as long as allowed', 'a'.repeat(MAX_ID_LENGTH)],
	])('can be %s', (_name, id) => {
		expect(isSafeId(id)).toBe(true);
	});

	it.each([
		['R15: two dots', '..'],
		['R15: one dot', '.'],
		['R15: a lone surrogate', 'task_\uD83D'],
		['R15: a lone low surrogate', '\uDE00'],
		['R15: a control character', 'task\u0000'],
		['R15: a line break', 'task\n1'],
		['R15: 1 MB', 'a'.repeat(1_000_000)],
		['R15: a way to another route', '../../account/costs'],
		['R15: such a way in the middle', 'a/../b'],
		['R15: with backslashes', '..\\..\\account'],
		['R15: one character too many', 'a'.repeat(MAX_ID_LENGTH + 1)],
		['R15: delete', 'a\u007F'],
		['R15: a C1 control character', 'a\u0085b'],
		['R15: a line separator', 'a\u2028b'],
		['R15: nothing', ''],
		['R15: blanks', '   '],
	])('can not be %s', (_name, id) => {
		expect(isSafeId(id)).toBe(false);
	});
});

describe('safeFileName', () => {
	it.each([
		['867283741759111202', '867283741759111202'],
		['task_Ab-C.1', 'task_Ab-C.1'],
		['../../etc/passwd', '_.._etc_passwd'],
		['C:\\x', 'C_x'],
		['..', 'video'],
		['', 'video'],
		['.hidden', 'hidden'],
		['-rf', 'rf'],
		['--.-x-', 'x-'],
		['a b\u0000\uD83Dc', 'a_b_c'],
		['任务', 'video'],
		['a'.repeat(1_000_000), 'a'.repeat(100)],
	])('%j', (id, name) => {
		expect(safeFileName(id)).toBe(name);
	});
});
