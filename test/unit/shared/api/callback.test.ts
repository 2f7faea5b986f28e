import {
	type CallbackHeaders,
	deliveryId,
	isSignatureValid,
	readCallback,
	webhookKey,
} from '../../../../nodes/shared/api/callback';
import { OTHER_SECRET, SECRET, signed, SIGNATURE_VECTOR } from '../../webhook.mts';

const BODY = '{"task_id":"1","task_status":"succeed"}';
const NOW = 1_800_000_000_000;
const TIMESTAMP = NOW / 1000;
const ID = 'msg_1';
const GOOD = signed(BODY, { id: ID, timestamp: TIMESTAMP });

function isValid(
	headers: CallbackHeaders,
	{
		secret = SECRET,
		body = BODY,
		now = NOW,
	}: { secret?: string; body?: string; now?: number } = {},
): boolean {
	return isSignatureValid(webhookKey(secret), headers, Buffer.from(body), now);
}

describe('a signature', () => {
	it('is valid for Kling’s own example', () => {
		const { secret, id, timestamp, body, signature } = SIGNATURE_VECTOR;
		const headers = {
			'webhook-id': id,
			'webhook-timestamp': String(timestamp),
			'webhook-signature': signature,
		};
		expect(isValid(headers, { secret, body, now: timestamp * 1000 })).toBe(true);
		expect(isValid(headers, { secret, body: `${body} `, now: timestamp * 1000 })).toBe(false);
	});

	it('is about the bytes of the body, whatever they are', () => {
		const body = '{"message":"完成 ✓"}\r\n';
		expect(isValid(signed(body, { timestamp: TIMESTAMP }), { body })).toBe(true);
	});

	it('is valid whether or not the secret was pasted with its prefix', () => {
		expect(isValid(GOOD, { secret: SECRET.replace('whsec_', '') })).toBe(true);
	});

	it('is valid when any of several is, as while a secret is replaced', () => {
		const [, , old] = Object.values(
			signed(BODY, { id: ID, timestamp: TIMESTAMP, secret: OTHER_SECRET }),
		);
		const fresh = GOOD['webhook-signature'];
		for (const signatures of [`${fresh} ${old}`, `${old} ${fresh}`, `v1, v2,x ${fresh}`]) {
			expect(isValid({ ...GOOD, 'webhook-signature': signatures })).toBe(true);
		}
		expect(isValid({ ...GOOD, 'webhook-signature': `${old} ${old}` })).toBe(false);
	});

	it.each([
		['five minutes old', TIMESTAMP + 300, true],
		['older', TIMESTAMP + 301, false],
		['five minutes ahead of this clock', TIMESTAMP - 300, true],
		['further ahead', TIMESTAMP - 301, false],
	])('that is %s', (_name, now, expected) => {
		expect(isValid(GOOD, { now: now * 1000 })).toBe(expected);
	});

	it.each<[string, CallbackHeaders]>([
		['of another secret', signed(BODY, { id: ID, timestamp: TIMESTAMP, secret: OTHER_SECRET })],
		['for another delivery', { ...GOOD, 'webhook-id': 'msg_2' }],
		['for another time', { ...GOOD, 'webhook-timestamp': String(TIMESTAMP + 1) }],
		['without the delivery’s ID', { ...GOOD, 'webhook-id': undefined }],
		['with an empty ID', { ...GOOD, 'webhook-id': '' }],
		['without a time', { ...GOOD, 'webhook-timestamp': undefined }],
		['with a time that is no number', { ...GOOD, 'webhook-timestamp': 'now' }],
		['with two times', { ...GOOD, 'webhook-timestamp': [String(TIMESTAMP), String(TIMESTAMP)] }],
		['that is missing', { ...GOOD, 'webhook-signature': undefined }],
		['that is empty', { ...GOOD, 'webhook-signature': '' }],
		[
			'of another version',
			{ ...GOOD, 'webhook-signature': GOOD['webhook-signature']!.replace('v1', 'v2') },
		],
		['without a version', { ...GOOD, 'webhook-signature': GOOD['webhook-signature']!.slice(3) }],
		[
			'that is cut short',
			{ ...GOOD, 'webhook-signature': GOOD['webhook-signature']!.slice(0, 20) },
		],
		['that is no base64', { ...GOOD, 'webhook-signature': 'v1,***' }],
	])('%s is not valid', (_name, headers) => {
		expect(isValid(headers)).toBe(false);
	});
});

describe('a callback', () => {
	const read = (body: unknown) =>
		readCallback(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

	it('is read in the format v1', () => {
		const body = {
			task_id: '907432011',
			task_status: 'succeed',
			task_status_msg: 'done',
			created_at: 1_722_769_557_708,
			updated_at: 1_722_769_660_011,
			final_unit_deduction: '3',
			task_info: { external_task_id: 'mine' },
			task_result: { videos: [{ id: 'v', url: 'https://x.test/v.mp4', duration: '5' }] },
		};
		expect(read(body)).toEqual({
			id: '907432011',
			status: 'completed',
			statusMessage: 'done',
			createdAt: 1_722_769_557_708,
			updatedAt: 1_722_769_660_011,
			externalTaskId: 'mine',
			videos: [{ id: 'v', url: 'https://x.test/v.mp4', duration: 5 }],
			cost: { amount: 3, unit: 'units' },
			raw: body,
		});
	});

	it('is read in the format path', () => {
		const body = {
			id: '1',
			status: 'succeeded',
			message: 'fine',
			create_time: 1,
			update_time: 2,
			external_id: 'mine',
			outputs: [{ type: 'video', id: 'v', url: 'https://x.test/v.mp4', duration: '5' }],
			billing: [],
		};
		expect(read(body)).toEqual({
			id: '1',
			status: 'completed',
			statusMessage: 'fine',
			createdAt: 1,
			updatedAt: 2,
			externalTaskId: 'mine',
			videos: [{ id: 'v', url: 'https://x.test/v.mp4', duration: 5 }],
			raw: body,
		});
	});

	it.each([
		['submitted', 'submitted'],
		['processing', 'processing'],
		['failed', 'failed'],
		['succeed', 'completed'],
		['a word to come', 'processing'],
	])('that says "%s" is about a task that is %s', (word, status) => {
		expect(read({ task_id: '1', task_status: word })?.status).toBe(status);
		expect(read({ id: '1', status: word })?.status).toBe(status);
	});

	it.each<[string, unknown]>([
		['is empty', ''],
		['is not JSON', 'task_id=1&task_status=succeed'],
		['is not an object', '[]'],
		['is null', 'null'],
		['names no task', { task_status: 'succeed' }],
		['says no status', { task_id: '1' }],
		['has a status that is no word', { task_id: '1', task_status: { $ne: '' } }],
		['has an ID that is none', { task_id: { $ne: '' }, task_status: 'succeed' }],
	])('is none when its body %s', (_name, body) => {
		expect(read(body)).toBeUndefined();
	});

	it('has an ID for its delivery only when it is signed', () => {
		expect(deliveryId({ 'webhook-id': 'msg_1' })).toBe('msg_1');
		expect(deliveryId({})).toBeUndefined();
		expect(deliveryId({ 'webhook-id': '' })).toBeUndefined();
	});
});
