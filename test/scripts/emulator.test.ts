import { ScriptRun } from '../../testkit/cli/runScript.mts';

const SCRIPT = 'scripts/emulator.mts';

it('prints how to reach it, and stops when told to', async () => {
	const script = new ScriptRun(SCRIPT, ['--port', '0']);
	await script.untilPrinted('Ctrl-C');
	expect(await script.end('SIGTERM')).toBe(0);
	expect(script.output).toMatch(/http:\/\/127\.0\.0\.1:\d+\/gateway/);
	expect(script.output).toContain('Stopping: interrupted.');
});

it.each([
	[['--concurrency', 'many'], '--concurrency must be a whole number'],
	[['--colour'], '--colour'],
])('refuses %j with a clear message', async (flags, message) => {
	const script = new ScriptRun(SCRIPT, flags);
	expect(await script.ended).toBe(2);
	expect(script.stderr).toContain(message);
});
