import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import type { ErrorKind } from '../../../../nodes/shared/api/errors/kinds';
import { maySayInUse, refusesDerivedId } from '../../../../nodes/shared/engine/externalIds';
import { REQUEST, TARGET } from '../../gatewayReplies';

const video = (externalTaskId?: string) => ({
	key: 'key',
	name: 'n8n-1-0-abc',
	request: { ...REQUEST, externalTaskId },
	target: TARGET,
});

const refusal = (original: string, kind: ErrorKind = 'badParameter') =>
	new KlingError(kind, { original });

describe('a model that takes no external task IDs', () => {
	it.each([
		'external_task_id is not supported by this model',
		'Unknown parameter: external_task_id',
		'options.external_task_id: extra fields not permitted',
		'External task IDs are not available in the preview',
		'invalid field externalTaskId',
	])('says "%s"', (words) => {
		expect(refusesDerivedId(refusal(words), video())).toBe(true);
		// An ID that somebody chose is not left out in silence.
		expect(refusesDerivedId(refusal(words), video('order-4711'))).toBe(false);
	});

	it.each([
		['an ID in use', refusal('external_task_id already exists')],
		['one in Chinese', refusal('external_task_id 重复')],
		['another parameter', refusal('aspect_ratio is not supported by this model')],
		['no words', new KlingError('badParameter')],
		['a service in trouble', refusal('external_task_id lookup failed', 'serverError')],
		['a rejected key', refusal('external_task_id needs another key', 'badKey')],
		['no error of Kling’s', new Error('external_task_id is not supported')],
	])('does not mean %s', (_name, error) => {
		expect(refusesDerivedId(error, video())).toBe(false);
	});
});

describe('an ID that another task has', () => {
	it.each(['duplicate external_task_id', 'The ID must be unique', '该任务已存在', 'Task exists'])(
		'%s',
		(words) => {
			expect(maySayInUse(refusal(words))).toBe(true);
		},
	);

	it.each([refusal('not supported'), new KlingError('badParameter'), new Error('already exists')])(
		'%s is none',
		(error) => {
			expect(maySayInUse(error)).toBe(false);
		},
	);
});
