import {
	EMULATOR_API_KEY,
	type Emulator,
	FAIL_WORD,
	RISK_CONTROL,
	startEmulator,
} from '../../emulator/index.mts';
import { readSettings } from '../../scripts/demo/settings.mts';
import { saveVideo } from '../../scripts/demo/video.mts';
import { sampleVideo } from '../../testkit/sampleVideo.mts';
import { sampleImage } from '../../testkit/sampleImage.mts';
import { buildIfStale, type DemoRun, runDemo, saveImage, takeVideo } from './runDemo.mts';

let emulator: Emulator;
let onEmulator: Promise<DemoRun>;
let failing: Promise<DemoRun>;
let interrupted: Promise<DemoRun>;
let onOfficialService: Promise<DemoRun>;

// Side by side, since all they do is wait. The node asks every 5 seconds: of a video that takes 9 it
// sees the progress, too.
beforeAll(async () => {
	await buildIfStale();
	emulator = await startEmulator();
	onEmulator = runDemo({ KLING_PROMPT: 'A lighthouse in a storm' }, { generationSeconds: 9 });
	failing = runDemo({ KLING_PROMPT: `A cat, ${FAIL_WORD}` });
	interrupted = runDemo({}, { generationSeconds: 3600, interruptAt: 'status: submitted' });
	// Three at a time: more of them take longer to start.
	onOfficialService = failing.then(
		async () => await runDemo({ KLING_API_KEY: EMULATOR_API_KEY, KLING_BASE_URL: emulator.url }),
	);
});

afterAll(async () => {
	await emulator.close();
});

describe('with the emulator', () => {
	it('stops at Ctrl-C and names the task that is under way', async () => {
		const { code, stdout, stderr } = await interrupted;

		expect(code).toBe(130);
		const [, taskId] = /create → task (.+)/.exec(stdout) ?? [];
		expect(stderr).toMatch(/^Demo: Interrupted\. .+\n$/);
		expect(stderr).toContain(taskId);
	});

	it('says in one line why there is no video', async () => {
		const { code, stderr } = await failing;

		expect(code).toBe(1);
		expect(stderr).toMatch(/^Demo: .+\n$/);
		expect(stderr).toContain(RISK_CONTROL);
	});

	it('leaves the video and prints its path, its size and the item', async () => {
		const { code, stdout, stderr } = await onEmulator;

		expect(stderr).toBe('');
		expect(code).toBe(0);
		expect(stdout).toContain('A lighthouse in a storm');
		const item: unknown = JSON.parse(/^\{$.*^\}$/ms.exec(stdout)?.[0] ?? '');
		const [, taskId, size] = /demo-output\/(.+)\.mp4 \(([\d,]+) bytes\)/.exec(stdout) ?? [];
		expect(item).toMatchObject({
			task_id: taskId,
			task_status: 'completed',
			model_name: 'kling-v2-6',
		});
		const video = await takeVideo(stdout);
		expect(video).toEqual(sampleVideo());
		expect(size).toBe(video.length.toLocaleString('en'));
	});

	it('shows the progress of the task, each change once', async () => {
		const { stdout } = await onEmulator;

		const lines = stdout.match(/(?<= s {2}).*/g) ?? [];
		expect(lines).toEqual([...new Set(lines)]);
		expect(lines).toContainEqual(expect.stringMatching(/^Kling: ./)); // the node's own words
		expect(lines.filter((line) => !line.startsWith('Kling: '))).toEqual([
			'When clicking ‘Execute workflow’: started',
			'When clicking ‘Execute workflow’: finished, items: 1',
			'Kling Text to Video: started',
			expect.stringMatching(/^emulator: create → task ./),
			'emulator: status: processing',
			'emulator: status: succeeded',
			'emulator: video downloaded',
			expect.stringMatching(/^hint: ./), // what it cost
			'Kling Text to Video: finished, items: 1',
		]);
	});
});

describe('with an image', () => {
	it('sends the file, and leaves the video', async () => {
		const folder = await saveImage(sampleImage());
		const { code, stdout, stderr } = await runDemo(
			{ KLING_API_KEY: EMULATOR_API_KEY, KLING_BASE_URL: emulator.url },
			{ image: folder.image },
		);

		expect(stderr).toBe('');
		expect(code).toBe(0);
		expect(await takeVideo(stdout)).toEqual(sampleVideo());
		const bodies = emulator.tasks().map(({ body }) => body);
		expect(bodies).toContainEqual(
			expect.objectContaining({ image: sampleImage().toString('base64') }),
		);
		await folder.remove();
	});

	it('says in one line that there is no such file', async () => {
		const { code, stderr } = await runDemo({}, { image: 'no-such-file.png' });

		expect(code).toBe(1);
		expect(stderr).toMatch(/^Demo: .*no-such-file\.png.*\n$/);
	});
});

describe('with a service of the user', () => {
	it('makes a video with a model that Kling still has', async () => {
		const { code, stdout, stderr } = await onOfficialService;

		expect(stderr).toBe('');
		expect(code).toBe(0);
		expect(stdout).toContain('THIS COSTS MONEY');
		expect(stdout).toContain('"model_name": "kling-v2-6"');
		expect(await takeVideo(stdout)).toEqual(sampleVideo());
	});

	it('warns of the costs, and keeps a refused key to itself', async () => {
		// As some services do: the answer quotes the key.
		emulator.addFault({
			match: { format: 'gateway' },
			action: {
				type: 'kling-error',
				code: 1002,
				message: 'Incorrect key not-the-right-one-hush',
			},
		});
		const { code, stdout, stderr } = await runDemo({
			KLING_API_KEY: 'Bearer not-the-right-one-hush',
			KLING_SERVICE: 'gateway',
			KLING_BASE_URL: emulator.gatewayUrl,
		});

		expect(code).toBe(1);
		expect(stdout).toContain('THIS COSTS MONEY');
		expect(stderr).toMatch(/^Demo: .+\n$/);
		expect(stderr).toContain('Incorrect key ***');
		expect(stdout + stderr).not.toContain('hush');
		const [request] = emulator.requests().filter(({ format }) => format === 'gateway');
		expect(request?.headers.authorization).toBe('Bearer not-the-right-one-hush');
	});
});

describe('settings', () => {
	const key = 'from-the-console';

	it('leave Kling itself the model of the example', () => {
		expect(readSettings({ KLING_API_KEY: key }, [])).toMatchObject({
			costsMoney: true,
			credential: { service: 'official', region: 'global', apiKey: key },
			model: undefined,
		});
	});

	it('take a base URL of Kling’s own format as the custom region', () => {
		const env = { KLING_API_KEY: key, KLING_BASE_URL: 'https://api.example.com/kling' };

		expect(readSettings(env, []).credential).toMatchObject({
			service: 'official',
			region: 'custom',
			baseUrl: 'https://api.example.com/kling',
		});
	});

	it('ask a gateway for a model that gateways have, unless told otherwise', () => {
		const env = {
			KLING_API_KEY: key,
			KLING_SERVICE: 'gateway',
			KLING_BASE_URL: 'https://api.example.com',
		};

		expect(readSettings(env, []).model).toBe('kling-v1-6');
		expect(readSettings({ ...env, KLING_MODEL: 'kling-v2-1' }, []).model).toBe('kling-v2-1');
	});

	it.each([
		[{ KLING_API_KEY: key, KLING_SERVICE: 'gateway' }, 'KLING_BASE_URL'],
		[{ KLING_API_KEY: key, KLING_SERVICE: 'other' }, 'official or gateway'],
		[{ KLING_BASE_URL: 'https://api.example.com' }, 'KLING_API_KEY'],
	])('refuse %j', (env: Record<string, string>, mention) => {
		expect(() => readSettings(env, [])).toThrow(mention);
	});
});

it('saves nothing that is not an MP4 file', async () => {
	const page = Buffer.from('<!doctype html><title>Sign in</title>');

	await expect(saveVideo('demo-output', 'task', page)).rejects.toThrow('an MP4 file');
});
