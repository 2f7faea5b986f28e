/** `npm run check:live`, against the emulator in place of Kling. */
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	startEmulator,
	type Emulator,
} from '../../emulator/index.mts';
import { checkLive } from '../../scripts/checkLive/run.mts';
import { readSettings } from '../../scripts/checkLive/settings.mts';

let emulator: Emulator;

beforeEach(async () => {
	emulator = await startEmulator({ accountIntervalMs: 0, generationMs: 50, queueMs: 10 });
});

afterEach(async () => await emulator.close());

const API_KEY = { KLING_API_KEY: EMULATOR_API_KEY };
const ACCESS_KEY = {
	KLING_ACCESS_KEY: EMULATOR_ACCESS_KEY,
	KLING_SECRET_KEY: EMULATOR_SECRET_KEY,
};

async function check(env: NodeJS.ProcessEnv, ...args: string[]) {
	const lines: string[] = [];
	const settings = readSettings({ KLING_BASE_URL: emulator.url, ...env }, args);
	const write = (line: string) => lines.push(line);
	const { findings } = await checkLive(settings, { write, pause: 0, interval: 20, limit: 5000 });
	return { text: lines.join('\n'), findings };
}

describe.each([
	['an API key', API_KEY],
	['an access key', ACCESS_KEY],
])('with %s', (_name, env) => {
	it('finds nothing different, in free requests only, and tells no secret', async () => {
		const { text, findings } = await check(env);
		expect(findings.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
		expect(findings.length).toBeGreaterThan(10);
		expect(emulator.tasks()).toEqual([]);
		for (const secret of [EMULATOR_API_KEY, EMULATOR_ACCESS_KEY, EMULATOR_SECRET_KEY, 'Bearer']) {
			expect(text).not.toContain(secret);
		}
	});
});

it('asks about every model of the registry', async () => {
	const { text } = await check(API_KEY);
	for (const id of ['kling-v3', 'kling-3.0', 'kling-3.0-turbo', 'kling-4.0', 'kling-v1-6']) {
		expect(text).toContain(`(${id})`);
	}
});

it('tells what differs', async () => {
	emulator.addFault({
		match: { route: 'account' },
		action: {
			type: 'reshape',
			body: { code: 0, message: 'ok', request_id: '1', data: { code: 0, msg: '', packs: [] } },
		},
	});
	emulator.addFault({
		match: { route: 'create', contains: 'kling-v3' },
		action: { type: 'kling-error', code: 1203, message: 'The model is discontinued' },
	});
	const { text, findings } = await check(API_KEY);
	expect(text).toContain('data.packs is new');
	expect(text).toContain('HTTP 404, code 1203, "The model is discontinued"');
	expect(findings.filter(({ verdict }) => verdict === 'differs')).toHaveLength(2);
});

it('goes on when a request gets no answer', async () => {
	emulator.addFault({ match: { route: 'account' }, action: { type: 'reset' } });
	const { findings } = await check(API_KEY);
	expect(findings[0]).toMatchObject({ verdict: 'unknown' });
	expect(findings.length).toBeGreaterThan(10);
});

it('generates one video with --paid, the cheapest, after saying so', async () => {
	const { text, findings } = await check(API_KEY, '--paid');
	expect(findings.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
	const tasks = emulator.tasks();
	expect(tasks).toHaveLength(1);
	expect(tasks[0]).toMatchObject({ charge: 1.5, state: 'succeeded' });
	expect(text).toContain('This is charged: 1.5 units by list price.');
	expect(text.indexOf('This is charged')).toBeLessThan(text.indexOf(tasks[0]?.id ?? ''));
});

it.each([
	['nothing', {}, []],
	['half of an access key', { KLING_ACCESS_KEY: 'a' }, []],
	['an unknown flag', API_KEY, ['--free']],
])('is refused with %s', (_name, env, args) => {
	expect(() => readSettings(env, args)).toThrow();
});
