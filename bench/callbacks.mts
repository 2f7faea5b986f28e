/**
 * `npm run bench:callbacks [-- 100]`: executions of five videos each that wait by callback, on a bad
 * day: callbacks come late, twice or not at all and are then repeated, status checks lag behind
 * them, and n8n is killed while all of them wait. What must come of it: every video, soon after the
 * last one of its execution is finished, none of them charged twice.
 */
import { toMarkdown } from '../testkit/cli/section.mts';
import { percent, seconds } from '../testkit/cli/units.mts';
import { SettableClock } from '../testkit/clocks/settableClock.mts';
import { eventually } from '../testkit/eventually.mts';
import {
	chain,
	code,
	type Execution,
	klingAccount,
	klingNode,
	startHost,
	webhookTrigger,
	type Host,
} from '../testkit/n8n/index.mts';
import { seeded } from './random.mts';
import { mean } from './statistics.mts';

const VIDEOS = 5;
/** The first video is finished so long after n8n was killed, before it is there again, and the others within JITTER_MS; ms. */
const GENERATION_MS = 8_000;
const JITTER_MS = 240_000;
/** Pauses before a callback that was not accepted comes again, ms. */
const RETRIES_MS = [5_000, 5_000, 10_000, 20_000, 40_000];
const PATIENCE_MS = 600_000;
/** Triggers under way at once. */
const PARALLEL = 3;
/** Shares of the callbacks, or of the tasks. */
const SHARE = { lost: 0.1, late: 0.3, twice: 0.2, lagging: 0.3 };
const LATEST_MS = 3_000;

const total = Number(process.argv[2] ?? 100);
const random = seeded(4711);
const clock = new SettableClock();
clock.hold();
const host = await startHost({
	emulator: {
		now: () => clock.now(),
		queueMs: 0,
		generationMs: GENERATION_MS,
		generationJitterMs: () => Math.round(random() * JITTER_MS),
		callbackJourney: () => ({
			isLost: random() < SHARE.lost,
			delayMs: random() < SHARE.late ? Math.round(random() * LATEST_MS) : 0,
			copies: random() < SHARE.twice ? 2 : 1,
		}),
		callbackRetriesMs: RETRIES_MS,
	},
});
try {
	await measure(host);
} finally {
	await host.stop();
}

async function measure({ emulator }: Host): Promise<void> {
	emulator.updateAccount('emulator', { concurrency: total * VIDEOS });
	const kling = await host.createCredential('Kling account', klingAccount(emulator));
	const prompts = `return [...Array(${VIDEOS}).keys()].map((video) => ({ json: { video } }));`;
	const { id } = await host.importWorkflow(
		chain(
			'Callbacks',
			webhookTrigger('callbacks'),
			code('Prompts', prompts),
			klingNode(kling, {
				prompt: '=A paper boat, {{ $json.video }}',
				waitFor: 'callback',
				waitOptions: {},
			}),
		),
	);
	await host.activate(id);
	await startAll();
	await eventually(async () => (await host.countExecutions(id, 'waiting')) === total, PATIENCE_MS);
	const created = emulator.requests().filter(({ route }) => route !== 'video').length;
	for (const task of emulator.tasks()) {
		if (random() >= SHARE.lagging) continue;
		emulator.addFault({
			match: { route: 'query', contains: task.id },
			times: 2,
			action: { type: 'status', value: 'processing' },
		});
	}

	await host.kill9();
	clock.release();
	await host.restart();
	await eventually(
		async () => (await host.countExecutions(id, 'waiting', 'running')) === 0,
		PATIENCE_MS,
	).catch(() => {});
	await emulator.flushCallbacks();

	const executions = await Promise.all(
		(await host.executionIds(id)).map(async (execution) => await host.execution(execution)),
	);
	report(executions, created);
}

function report(executions: readonly Execution[], createdWith: number): void {
	const { emulator } = host;
	const tasks = new Map(emulator.tasks().map((task) => [task.id, task]));
	const items = executions.map((execution) => execution.items('Kling'));
	const delivered = items
		.flat()
		.filter(({ json, binary }) => json.task_status === 'completed' && binary !== undefined);
	const ids = new Set(delivered.map(({ json }) => String(json.task_id)));
	const toSystemTime = clock.now() - Date.now();
	const lags = executions.flatMap((execution, index) => {
		const ends = items[index]!.map(({ json }) => tasks.get(String(json.task_id))?.updatedAt ?? 0);
		const { stoppedAt } = execution;
		return stoppedAt ? [stoppedAt.getTime() + toSystemTime - Math.max(...ends)] : [];
	});
	const checks = emulator
		.requests()
		.filter(({ route }) => route === 'query' || route === 'list').length;
	const callbacks = emulator.callbacks();
	console.log(
		toMarkdown({
			title: `Callbacks: ${executions.length} executions of ${VIDEOS} videos each, n8n killed in between`,
			note: `n8n ${host.version}. Of the callbacks ${percent(SHARE.lost)} are lost, ${percent(SHARE.late)} are up to ${seconds(LATEST_MS)} late, ${percent(SHARE.twice)} come twice; what n8n does not accept is repeated after ${RETRIES_MS.map(seconds).join(', ')}. For ${percent(SHARE.lagging)} of the videos status checks lag two answers behind. ${callbacks.length} callbacks were sent, ${callbacks.filter(({ error }) => error).length} of them while n8n was down. Lag: from the end of an execution’s last video to the end of the execution.`,
			columns: [
				['videos ordered', () => String(total * VIDEOS)],
				['delivered', () => String(ids.size)],
				['charged', () => String(tasks.size)],
				['lag, mean', () => seconds(mean(lags))],
				['lag, longest', () => seconds(Math.max(...lags))],
				['status checks per video', () => (checks / tasks.size).toFixed(2)],
				[
					'of these before the suspension',
					() => ((createdWith - tasks.size) / tasks.size).toFixed(2),
				],
			],
			results: [undefined],
		}),
	);
	const isRight = ids.size === total * VIDEOS && tasks.size === total * VIDEOS;
	if (!isRight) process.exitCode = 1;
}

async function startAll(): Promise<void> {
	let left = total;
	const trigger = async () => {
		while (left-- > 0) {
			const { status, body } = await host.trigger('callbacks', {});
			if (status !== 200)
				throw new Error(`n8n didn’t start an execution: ${status} ${JSON.stringify(body)}`);
		}
	};
	await Promise.all(Array.from({ length: PARALLEL }, trigger));
}
