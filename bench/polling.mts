/** Our polling against the published schedules of other nodes. */
import type { FormatName } from '../nodes/shared/api/routes.ts';
import { isOver, type Task } from '../nodes/shared/api/task.ts';
import type { Section } from '../testkit/cli/section.mts';
import { count } from '../testkit/cli/units.mts';
import { lagOf } from './batch.mts';
import { measure, runEngine, type Measured, type VirtualKling } from './virtualKling.mts';
import { fixed, jittered } from './numbers.mts';

/** When a node asks: at once after the creation, then at a fixed interval. All times in milliseconds. */
interface Schedule {
	name: string;
	pollingInterval: number;
	/** It looks at a reply only after the next pause. */
	sleepsAfterSuccess?: boolean;
	/** From then on it asks no more, and the video is lost to it. Absent: later than any video here. */
	limit?: number;
}

const SCHEDULES: readonly Schedule[] = [
	{ name: 'fixed 3 s, until 300 s (kie-pro)', pollingInterval: 3_000, limit: 300_000 },
	{ name: 'fixed 5 s (zefe-fal)', pollingInterval: 5_000 },
	{ name: 'fixed 10 s', pollingInterval: 10_000 },
	{
		name: 'fixed 10 s, sleeps after success, until 300 s (n8n OpenAI)',
		pollingInterval: 10_000,
		sleepsAfterSuccess: true,
		limit: 300_000,
	},
	{ name: 'fixed 15 s (n8n MiniMax)', pollingInterval: 15_000 },
	{ name: 'fixed 20 s (seedance2)', pollingInterval: 20_000 },
];

const FORMATS: readonly FormatName[] = ['gateway', 'v1', 'path'];

const BATCH = 20;

interface PollingResult {
	schedule: string;
	cases: CaseResult[];
}

interface CaseResult extends Measured {
	generation: string;
	/** Videos that the schedule gave up. */
	lost: number;
}

/** One case: videos that are under way at the same time. Generation times in milliseconds. */
type Cases = Readonly<Record<string, readonly number[]>>;

const SINGLE: Cases = {
	'60 s': [60_000],
	'175 s': [175_000],
	'319 s': [319_000],
	'700 s': [700_000],
};

const TOGETHER: Cases = {
	'60 s': fixed(60_000, BATCH),
	'175 s': fixed(175_000, BATCH),
	'175 s ±20 %': jittered(175_000, BATCH),
	'319 s ±20 %': jittered(319_000, BATCH),
};

/** @param isQuick videos of 175 s only */
export async function benchmarkPolling(isQuick: boolean): Promise<Array<Section<PollingResult>>> {
	const only = (cases: Cases) =>
		isQuick
			? Object.fromEntries(Object.entries(cases).filter(([name]) => name.startsWith('175 s')))
			: cases;
	return [
		toSection('Polling: one video', await runAll(only(SINGLE), ['gateway'])),
		toSection(
			`Polling: ${BATCH} videos running together, per video`,
			await runAll(only(TOGETHER), FORMATS),
		),
	];
}

async function runAll(cases: Cases, formats: readonly FormatName[]): Promise<PollingResult[]> {
	const ours = formats.map((format) => ({
		schedule: formats.length === 1 ? 'ours, default interval' : `ours, default interval, ${format}`,
		run: async (generation: readonly number[]) =>
			await runEngine({ format, generation }, generation.length),
	}));
	const published = SCHEDULES.map((schedule) => ({
		schedule: schedule.name,
		run: async (generation: readonly number[]) => await runSchedule(schedule, generation),
	}));
	const results: PollingResult[] = [];
	for (const { schedule, run } of [...ours, ...published]) {
		const measured: CaseResult[] = [];
		for (const [generation, times] of Object.entries(cases)) {
			const result = await run(times);
			measured.push({ ...result, generation, lost: times.length - result.videos });
		}
		results.push({ schedule, cases: measured });
	}
	return results;
}

/** All videos at once, as if that node could do so: each is polled for itself. */
async function runSchedule(schedule: Schedule, generation: readonly number[]): Promise<Measured> {
	return await measure({ format: 'gateway', generation }, async (kling) => {
		await Promise.all(
			generation.map(async (_, index) => {
				const task = await follow(kling, await kling.create(index), schedule);
				if (task) kling.deliver(task);
			}),
		);
	});
}

async function follow(
	{ clock, client }: VirtualKling,
	created: Task,
	{ pollingInterval, sleepsAfterSuccess = false, limit = Infinity }: Schedule,
): Promise<Task | undefined> {
	const startedAt = clock.now();
	while (clock.now() - startedAt < limit) {
		const task = await client.find(created.id);
		if (isOver(task) && !sleepsAfterSuccess) return task;
		await clock.sleep(pollingInterval);
		if (isOver(task)) return task;
	}
	return undefined;
}

function toSection(title: string, results: PollingResult[]): Section<PollingResult> {
	const generations = results[0]?.cases.map(({ generation }) => generation) ?? [];
	return {
		title,
		note:
			'Status requests per video; detection lag: mean (max). Virtual clock, 0.2 s per request. ' +
			'The other nodes take one video after the other: running together is assumed in their favour.',
		columns: [
			['schedule', (row) => row.schedule],
			...generations.map(
				(generation, index) =>
					[generation, (row: PollingResult) => describe(row.cases[index])] as const,
			),
		],
		results,
	};
}

function describe(result?: CaseResult): string {
	if (!result) return '';
	const { videos, lost, statusRequests } = result;
	if (lost > 0) return `gives up ${lost} of ${videos + lost}`;
	return `${count(statusRequests / videos)}; ${lagOf(result)}`;
}
