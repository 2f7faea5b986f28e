/**
 * A client that nobody here wrote, the npm package `kling-api`, against the emulator: what it makes
 * of the emulator's answers was not agreed with anybody. It insists on https.
 */
import { type Emulator, FAIL_WORD, RISK_CONTROL, startEmulator } from '../../emulator/index.mts';
import { sampleImage } from '../../testkit/sampleImage.mts';
import { type IndependentClient, startIndependentClient } from './independentClient/client.mts';

const VIDEO = { model_name: 'kling-v2-6', prompt: 'A lighthouse', mode: 'std', duration: '5' };

let emulator: Emulator;
let client: IndependentClient;

beforeAll(async () => {
	emulator = await startEmulator({ generationMs: 300 });
	client = await startIndependentClient(emulator.url);
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await client?.close();
	await emulator?.close();
});

const wait = async (taskId: string, query = 'queryTextToVideoTask') =>
	await client.call('waitForVideoResult', [
		taskId,
		query,
		{ interval: 100, timeout: 20_000, showSpinner: false },
	]);

describe('a client that nobody here wrote', () => {
	it('creates a video and waits for it', async () => {
		const created = await client.call('textToVideo', [{ ...VIDEO, aspect_ratio: '16:9' }]);
		const [task] = emulator.tasks();
		expect(created).toMatchObject({
			result: { code: 0, data: { task_id: task?.id, task_status: 'submitted' } },
		});
		expect(await wait(task!.id)).toMatchObject({
			result: {
				data: {
					task_id: task?.id,
					task_status: 'succeed',
					task_result: { videos: [{ url: `${emulator.url}/videos/${task?.id}.mp4` }] },
				},
			},
		});
		expect(emulator.tasks()).toHaveLength(1);
	});

	it.each([
		['a file', sampleImage().toString('base64')],
		['an address', 'https://example.com/cat.png'],
	])('makes a video from an image: %s', async (_kind, image) => {
		const created = await client.call('imageToVideo', [{ ...VIDEO, image }]);
		const [task] = emulator.tasks();
		expect(created).toMatchObject({ result: { code: 0, data: { task_id: task?.id } } });
		expect(task?.body).toMatchObject({ image });
		expect(await wait(task!.id, 'queryImageToVideoTask')).toMatchObject({
			result: { data: { task_id: task?.id, task_status: 'succeed' } },
		});
		expect(emulator.tasks()).toHaveLength(1);
	});

	it('is refused an image that is too small', async () => {
		const image = sampleImage(100).toString('base64');
		const { error } = await client.call('imageToVideo', [{ ...VIDEO, image }]);
		expect(error).toMatchObject({ httpStatus: 400, code: 1201 });
		expect(emulator.tasks()).toEqual([]);
	});

	it('learns why a video failed', async () => {
		await client.call('textToVideo', [{ ...VIDEO, prompt: `A lighthouse, ${FAIL_WORD}` }]);
		expect((await wait(emulator.tasks()[0]!.id)).error?.message).toBe(RISK_CONTROL);
	});

	it('is refused with a wrong key, and creates nothing', async () => {
		const { error } = await client.call('textToVideo', [VIDEO], { secretKey: 'wrong' });
		expect(error).toMatchObject({ httpStatus: 401, code: 1000 });
		expect(emulator.tasks()).toEqual([]);
	});

	it('is refused a model that Kling AI no longer has, which is its default', async () => {
		const { error } = await client.call('textToVideo', [{ prompt: 'A lighthouse' }]);
		expect(error).toMatchObject({ httpStatus: 404, code: 1203 });
		expect(emulator.requests()[0]?.body).toContain('"model_name":"kling-v1"');
		expect(emulator.tasks()).toEqual([]);
	});

	it('is told of a task that does not exist', async () => {
		const { error } = await client.call('queryTextToVideoTask', ['no-such-task']);
		expect(error).toMatchObject({ httpStatus: 404, code: 1203 });
	});

	it('sees the account', async () => {
		const now = Date.now();
		const { result } = await client.call('getAccountInfo', [now - 3_600_000, now]);
		expect(result).toMatchObject({ code: 0, data: { code: 0 } });
	});
});
