/** One execution of one of the ways in a real n8n, and what it cost. */
import type { ExecutionStatus } from 'n8n-workflow';
import {
	EMULATOR_ACCOUNT,
	klingAccount,
	type Emulator,
	type Execution,
	type Host,
} from '../../testkit/n8n/index.mts';
import { EMULATOR_API_KEY } from '../../emulator/index.mts';
import { residentMemory } from '../../testkit/n8n/process.mts';
import { idealMakespan, mean } from '../numbers.mts';
import { looksAt, type SelfCheck } from './database.mts';
import { NO_TIME, videoOf } from './order.mts';
import { deliveredItems, WAYS, type Setting, type WayName } from './ways.mts';

export interface Trial {
	way: WayName;
	/** Generation times of the videos, in ms. */
	times: readonly number[];
	/** Concurrency limit of the account. */
	slots: number;
}

/** All times in ms, all sizes in bytes. */
export interface Reading {
	way: WayName;
	videos: number;
	slots: number;
	/** Of the execution. */
	status: string;
	/** The makespan of the generation times in these slots, without any request. */
	ideal: number;
	/** From the trigger to the end of the execution. */
	wall: number;
	/** Requests to create a video, and status checks of either kind. */
	createRequests: number;
	statusRequests: number;
	/** From a video's end at Kling to the request for its file. */
	meanLag: number;
	maxLag: number;
	/** For how long the execution was running, and not suspended. */
	running: number;
	/** By which n8n's database has grown. */
	databaseGrowth: number;
	/** By which n8n's resident memory grew at most. */
	memoryGrowth: number;
	/** Videos with a file in the output. */
	delivered: number;
	/** Tasks beyond the first one of each video. */
	chargedTwice: number;
	/** Videos that were paid for and are not in the output. */
	lost: number;
	/** Replies that were faults. */
	faults: number;
}

/** Runs a way once with a video that takes no time, so that n8n has loaded what it needs for it. */
export async function warmUp(host: Host, emulator: Emulator, way: WayName): Promise<void> {
	await execute(host, await prepare(host, emulator, way, { videos: [NO_TIME], slots: 1 }));
	emulator.reset();
}

/** Runs a way once. @param emulator whose account no other trial uses at the same time */
export async function measure(host: Host, emulator: Emulator, trial: Trial): Promise<Reading> {
	const { times, slots } = trial;
	const way = WAYS[trial.way];
	const prepared = await prepare(host, emulator, trial.way, { videos: [...times.keys()], slots });
	const { execution, startedAt, running, databaseGrowth, memoryGrowth } = await execute(
		host,
		prepared,
	);
	const requests = emulator.requests();
	const count = (...routes: string[]) =>
		requests.filter(({ route = '' }) => routes.includes(route)).length;
	return {
		way: trial.way,
		videos: times.length,
		slots,
		status: execution.status,
		ideal: idealMakespan(times, slots),
		wall: execution.stoppedAt!.getTime() - startedAt,
		createRequests: count('create'),
		statusRequests: count('query', 'list'),
		running,
		databaseGrowth,
		memoryGrowth,
		faults: requests.filter(({ fault }) => fault !== undefined).length,
		...outcome(emulator, deliveredItems(way, execution)),
	};
}

type Outcome = Pick<Reading, 'delivered' | 'chargedTwice' | 'lost' | 'meanLag' | 'maxLag'>;

/** What has become of the videos, by the tasks that the emulator has charged for. */
function outcome(emulator: Emulator, items: readonly unknown[]): Outcome {
	const tasks = emulator.tasks();
	const output = JSON.stringify(items);
	const delivered = tasks.filter(({ id }) => output.includes(id));
	const videos = (of: typeof tasks) => new Set(of.map(({ body }) => videoOf(body))).size;
	const lags = delivered.map(({ id, updatedAt }) => {
		const request = emulator
			.requests()
			.find(
				({ route, path, outcome: end }) =>
					route === 'video' && path.includes(id) && end === 'replied',
			);
		return (request?.time ?? NaN) - updatedAt;
	});
	return {
		delivered: videos(delivered),
		chargedTwice: tasks.length - videos(tasks),
		lost: videos(tasks) - videos(delivered),
		meanLag: mean(lags),
		maxLag: Math.max(...lags),
	};
}

/** A workflow that is ready to be started. */
interface Prepared {
	workflowId: string;
	/** Of its webhook. */
	path: string;
}

let workflows = 0;

async function prepare(
	host: Host,
	emulator: Emulator,
	way: WayName,
	order: Pick<Setting, 'videos' | 'slots'>,
): Promise<Prepared> {
	const path = `bench-${++workflows}`;
	emulator.updateAccount(EMULATOR_ACCOUNT.name, { concurrency: order.slots });
	const [kling, header] = await Promise.all([
		host.createCredential(`Kling ${path}`, klingAccount(emulator)),
		host.createCredential(
			`Header ${path}`,
			{ name: 'Authorization', value: `Bearer ${EMULATOR_API_KEY}` },
			'httpHeaderAuth',
		),
	]);
	const workflow = WAYS[way].build({ url: emulator.url, kling, header, path, ...order });
	const { id: workflowId } = await host.importWorkflow(workflow);
	await host.activate(workflowId);
	return { workflowId, path };
}

interface Run extends Pick<Reading, 'running' | 'databaseGrowth' | 'memoryGrowth'> {
	execution: Execution;
	/** By the system's clock, in ms. */
	startedAt: number;
}

/** Starts an execution, and looks at it and at n8n's memory until it is over. */
async function execute(host: Host, { workflowId, path }: Prepared): Promise<Run> {
	let before: SelfCheck | undefined;
	let memory = 0;
	let last = 0;
	let wasOver = false;
	const run = { startedAt: 0, running: 0, databaseGrowth: 0, memoryGrowth: 0 };
	for await (const look of looksAt(host, workflowId)) {
		const { at, statuses, bytes } = look;
		if (before === undefined) {
			before = look;
			memory = await residentMemory(host.pid);
			run.startedAt = last = Date.now();
			const { status } = await host.trigger(path, {});
			if (status !== 200) throw new Error(`n8n answered HTTP ${status}`);
			continue;
		}
		if (statuses.some(isRunning)) run.running += at - last;
		last = at;
		run.memoryGrowth = Math.max(run.memoryGrowth, (await residentMemory(host.pid)) - memory);
		run.databaseGrowth = bytes - before.bytes;
		// One look more: n8n may save the data a moment after the state.
		if (wasOver) break;
		wasOver = statuses.some(isOver);
	}
	const [executionId] = await host.executionIds(workflowId);
	const execution = await host.execution(executionId!);
	await host.deactivate(workflowId);
	return { ...run, execution };
}

function isRunning(status: ExecutionStatus): boolean {
	return status === 'new' || status === 'running';
}

function isOver(status: ExecutionStatus): boolean {
	return ['success', 'error', 'crashed', 'canceled'].includes(status);
}
