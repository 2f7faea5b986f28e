/**
 * A client that nobody here wrote, the npm package `kling-api`, against the emulator: what it makes
 * of the emulator's answers was not agreed with anybody. It insists on https.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_SECRET_KEY,
	type Emulator,
	FAIL_WORD,
	RISK_CONTROL,
	startEmulator,
} from '../../emulator/index.mts';
import { type TemporaryFolder, temporaryFolder } from '../../testkit/temporaryFolder.mts';
import { type HttpsFront, startHttpsFront } from './independentClient/httpsFront.mts';

jest.setTimeout(60_000);

const ACCOUNT = { accessKey: EMULATOR_ACCESS_KEY, secretKey: EMULATOR_SECRET_KEY };
const VIDEO = { model_name: 'kling-v2-6', prompt: 'A lighthouse', mode: 'std', duration: '5' };

let emulator: Emulator;
let front: HttpsFront;
let folder: TemporaryFolder;

beforeAll(async () => {
	emulator = await startEmulator({ generationMs: 300 });
	front = await startHttpsFront(emulator.url);
	folder = await temporaryFolder('independent-client');
	await writeFile(join(folder.path, 'ca.pem'), front.certificate);
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	await front?.close();
	await emulator?.close();
	await folder?.remove();
});

interface Outcome {
	result?: unknown;
	error?: { message: string; code?: number; httpStatus?: number };
}

/** Calls a method of the client, unmodified, as a user of it would. */
async function call(method: string, args: unknown[], account = ACCOUNT): Promise<Outcome> {
	const settings = { account: { ...account, baseUrl: front.url }, method, args };
	const { stdout } = await promisify(execFile)(
		process.execPath,
		['test/integration/independentClient/klingApi.mjs', JSON.stringify(settings)],
		{ env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder.path, 'ca.pem') } },
	);
	return JSON.parse(stdout) as Outcome;
}

const wait = async (taskId: string) =>
	await call('waitForVideoResult', [
		taskId,
		'queryTextToVideoTask',
		{ interval: 100, timeout: 20_000, showSpinner: false },
	]);

describe('a client that nobody here wrote', () => {
	it('creates a video and waits for it', async () => {
		const created = await call('textToVideo', [{ ...VIDEO, aspect_ratio: '16:9' }]);
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

	it('learns why a video failed', async () => {
		await call('textToVideo', [{ ...VIDEO, prompt: `A lighthouse, ${FAIL_WORD}` }]);
		expect((await wait(emulator.tasks()[0]!.id)).error?.message).toBe(RISK_CONTROL);
	});

	it('is refused with a wrong key, and creates nothing', async () => {
		const { error } = await call('textToVideo', [VIDEO], { ...ACCOUNT, secretKey: 'wrong' });
		expect(error).toMatchObject({ httpStatus: 401, code: 1000 });
		expect(emulator.tasks()).toEqual([]);
	});

	it('is refused a model that Kling AI no longer has, which is its default', async () => {
		const { error } = await call('textToVideo', [{ prompt: 'A lighthouse' }]);
		expect(error).toMatchObject({ httpStatus: 404, code: 1203 });
		expect(emulator.requests()[0]?.body).toContain('"model_name":"kling-v1"');
		expect(emulator.tasks()).toEqual([]);
	});

	it('is told of a task that does not exist', async () => {
		const { error } = await call('queryTextToVideoTask', ['no-such-task']);
		expect(error).toMatchObject({ httpStatus: 404, code: 1203 });
	});

	it('sees the account', async () => {
		const now = Date.now();
		const { result } = await call('getAccountInfo', [now - 3_600_000, now]);
		expect(result).toMatchObject({ code: 0, data: { code: 0 } });
	});
});
