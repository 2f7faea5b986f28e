import { isOver } from '../../../../nodes/shared/api/task';
import { created } from '../../gatewayReplies';

it.each([
	['submitted', false],
	['processing', false],
	['completed', true],
	['failed', true],
] as const)('a %s task is over: %s', (status, over) => {
	expect(isOver({ ...created('t'), status })).toBe(over);
});
