import { eventually } from '../testkit/eventually.mts';
import { FAIL_WORD, sign } from './index.mts';
import {
	call,
	GENERATION_MS,
	QUEUE_MS,
	SIGNATURE_VECTOR,
	startReceiver,
	startTestEmulator,
} from './testing.mts';

it("signs Kling's own test vector", () => {
	const { secret, id, timestamp, body, signature } = SIGNATURE_VECTOR;
	expect(sign(secret, id, timestamp, body)).toBe(signature);
});

describe('callbacks', () => {
	let emulator: Awaited<ReturnType<typeof startTestEmulator>>;
	let receiver: Awaited<ReturnType<typeof startReceiver>>;

	beforeEach(async () => {
		emulator = await startTestEmulator();
		receiver = await startReceiver();
	});
	afterEach(async () => {
		await emulator.close();
		await receiver.close();
	});

	const bodies = () => receiver.received.map(({ body }) => JSON.parse(body));
	const createV1 = async (prompt: string) => {
		const body = { model_name: 'kling-v3', prompt, callback_url: receiver.url };
		return (await call('POST', `${emulator.url}/v1/videos/text2video`, { body })).json.data
			.task_id as string;
	};

	it('announce every change of a v1 task, in order and without an envelope', async () => {
		const id = await createV1('a cat');
		await emulator.flushCallbacks();
		emulator.clock.advance(QUEUE_MS);
		await emulator.flushCallbacks();
		emulator.clock.advance(GENERATION_MS);
		await emulator.flushCallbacks();
		await emulator.flushCallbacks();
		expect(bodies()).toMatchObject([
			{ task_id: id, task_status: 'submitted' },
			{ task_id: id, task_status: 'processing' },
			{
				task_id: id,
				task_status: 'succeed',
				task_info: {},
				task_result: { videos: [{ url: `${emulator.url}/videos/${id}.mp4`, duration: '5' }] },
				final_unit_deduction: '3',
				final_balance_deduction: { quota: expect.any(String), list_price: expect.any(String) },
			},
		]);
		expect(receiver.received[0]?.headers).not.toHaveProperty('webhook-signature');
		expect(emulator.callbacks()).toMatchObject([
			{ phase: 'submitted', replyStatus: 200 },
			{ phase: 'processing' },
			{ phase: 'succeeded', taskId: id, url: receiver.url },
		]);
	});

	it('speak the words of the path format, and of failure', async () => {
		const { json } = await call('POST', `${emulator.url}/text-to-video/kling-2.6`, {
			body: { prompt: FAIL_WORD, options: { callback_url: receiver.url } },
		});
		emulator.clock.advance(GENERATION_MS);
		await emulator.flushCallbacks();
		expect(bodies().at(-1)).toMatchObject({
			id: json.data.id,
			status: 'failed',
			message: expect.stringContaining('risk control'),
		});
	});

	it('are signed for an account with a secret, each with an id of its own', async () => {
		emulator.updateAccount('emulator', { webhookSecret: SIGNATURE_VECTOR.secret });
		await createV1('a cat');
		emulator.clock.advance(GENERATION_MS);
		await emulator.flushCallbacks();
		const ids = receiver.received.map(({ headers, body }) => {
			const id = String(headers['webhook-id']);
			const timestamp = Number(headers['webhook-timestamp']);
			expect(headers['webhook-signature']).toBe(sign(SIGNATURE_VECTOR.secret, id, timestamp, body));
			expect(Math.abs(timestamp * 1000 - emulator.clock.now())).toBeLessThan(300_000);
			return id;
		});
		expect(new Set(ids).size).toBe(3);
	});

	it('can be repeated, and forged', async () => {
		emulator.updateAccount('emulator', { webhookSecret: SIGNATURE_VECTOR.secret });
		await createV1('a cat');
		await emulator.flushCallbacks();
		const [delivery] = emulator.callbacks();
		if (!delivery) throw new Error('nothing was delivered');
		await emulator.sendCallback(delivery);
		const [first, again] = receiver.received;
		expect(again?.body).toBe(first?.body);
		expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
		const forged = { url: receiver.url, body: '{}', secret: 'whsec_AAAA' };
		expect(await emulator.sendCallback(forged)).toMatchObject({ replyStatus: 200 });
	});

	it('that nobody takes are recorded, and harm no task', async () => {
		const body = { model_name: 'kling-v3', prompt: 'a cat', callback_url: 'http://127.0.0.1:1/' };
		await call('POST', `${emulator.url}/v1/videos/text2video`, { body });
		await emulator.flushCallbacks();
		const [delivery] = emulator.callbacks();
		expect(delivery?.replyStatus).toBeUndefined();
		expect(delivery?.error).toMatch(/fetch failed/);
	});

	it('come by themselves on a real clock', async () => {
		const real = await startTestEmulator({ now: Date.now, queueMs: 20, generationMs: 60 });
		const body = { model_name: 'kling-v3', prompt: 'a cat', callback_url: receiver.url };
		await call('POST', `${real.url}/v1/videos/text2video`, { body });
		await eventually(() => receiver.received.length === 3);
		await real.close();
		expect(bodies().map(({ task_status }) => task_status)).toEqual([
			'submitted',
			'processing',
			'succeed',
		]);
	});
});

describe('callbacks on a bad day', () => {
	it.each([
		['are lost, and repeated until they are accepted', { isLost: true }, [500, 200]],
		['come several times, and again when none was accepted', { copies: 3 }, [500, 500, 500, 200]],
		['come late', { delayMs: 30 }, [500, 200]],
	])('%s', async (_title, journey, statuses) => {
		const receiver = await startReceiver();
		const emulator = await startTestEmulator({
			queueMs: 0,
			callbackJourney: (_id, phase) => (phase === 'succeeded' ? journey : {}),
			callbackRetriesMs: [10, 10, 10],
		});
		try {
			const ofEnd = () => emulator.callbacks().filter(({ phase }) => phase === 'succeeded');
			const body = { model_name: 'kling-v3', prompt: 'a cat', callback_url: receiver.url };
			await call('POST', `${emulator.url}/v1/videos/text2video`, { body });
			await emulator.flushCallbacks();
			receiver.answerWith(statuses);
			emulator.clock.advance(GENERATION_MS);
			await emulator.flushCallbacks();
			await eventually(() => ofEnd().length === statuses.length);
			await eventually(() => ofEnd().at(-1)?.replyStatus === 200);
			expect(ofEnd().map(({ replyStatus }) => replyStatus)).toEqual(statuses);
		} finally {
			await emulator.close();
			await receiver.close();
		}
	});
});
