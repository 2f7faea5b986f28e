/**
 * Takes many videos from request to delivery at once: submitted up to a limit, polled together,
 * each delivered as soon as Kling is done with it; the failure of one never harms another.
 */

import type { KlingClient } from '../api/client';
import { failedTask } from '../api/errors';
import type { Task } from '../api/task';
import { Slots } from '../slots';
import { type Clock, StoppedError } from './clock';
import { Gate } from './gate';
import type { Ledger } from './ledger';
import { Poller, TimeoutError } from './poller';
import { type Order, recordFailure, submit, type Submitted } from './submit';

export interface Job<Result> extends Order {
	/** Jobs of one queue share the account's slots: Kling counts them per model. */
	queue: string;
	/**
	 * Makes the result of a task that is completed, or whose time is up if `onTimeout` is `continue`.
	 * @param signal aborted when the batch is stopped or given up
	 */
	deliver(task: Task, signal: AbortSignal): Promise<Result>;
}

export interface WaitOptions {
	/** Milliseconds. */
	pollingInterval: number;
	onTimeout: 'error' | 'continue';
}

export interface BatchOptions {
	clock: Clock;
	ledger: Ledger;
	/** How long one video may take, from its first submission on; milliseconds. */
	timeout: number;
	/** Videos under way at once, from their submission to the end of the wait. */
	maxConcurrency: number;
	/** Absent: deliver each task as soon as it is created. */
	wait?: WaitOptions;
	/** Give the whole batch up when one job fails: nothing further is created or waited for. */
	stopOnFailure: boolean;
	/** Stops everything when aborted. */
	signal?: AbortSignal;
	onProgress?(progress: Progress): void;
}

/** How many jobs have come how far. */
export type Progress = Readonly<Record<'waiting' | 'running' | 'finished' | 'failed', number>>;

/** A job is `submitting` while a request to create its task may be on its way. */
export type JobState = 'waiting' | 'submitting' | 'running' | 'finished' | 'failed';

const COUNTED_AS: Readonly<Record<JobState, keyof Progress>> = {
	waiting: 'waiting',
	submitting: 'waiting',
	running: 'running',
	finished: 'finished',
	failed: 'failed',
};

export interface Outcome<Result> {
	/** A job that was given up (stop, or another job's failure) keeps the state it was in. */
	state: JobState;
	/** What is known of the job's task, if it was created. */
	task?: Task;
	/** The task was created by an earlier try of this node run. */
	isTakenUp?: boolean;
	/** Set when the job finished. */
	result?: Result;
	/** Set when the job failed. */
	error?: unknown;
}

/** Runs all jobs. @returns their outcomes, in the order of the jobs; never throws */
export async function runBatch<Result>(
	jobs: ReadonlyArray<Job<Result>>,
	client: KlingClient,
	options: BatchOptions,
): Promise<Array<Outcome<Result>>> {
	return await new Batch(jobs, client, options).run();
}

/** Downloads under way at once. */
export const PARALLEL_DELIVERIES = 5;

class Batch<Result> {
	private readonly outcomes: Array<Outcome<Result>>;
	private readonly progress = { waiting: 0, running: 0, finished: 0, failed: 0 };
	private readonly givenUp = new AbortController();
	private readonly signal: AbortSignal;
	private readonly slots: Slots;
	private readonly deliveries = new Slots(PARALLEL_DELIVERIES);
	private readonly gates = new Map<string, Gate>();
	private readonly poller?: Poller;

	constructor(
		private readonly jobs: ReadonlyArray<Job<Result>>,
		private readonly client: KlingClient,
		private readonly options: BatchOptions,
	) {
		const { clock, wait, maxConcurrency, signal } = options;
		this.outcomes = jobs.map(() => ({ state: 'waiting' }));
		this.progress.waiting = jobs.length;
		this.signal = signal ? AbortSignal.any([signal, this.givenUp.signal]) : this.givenUp.signal;
		this.slots = new Slots(maxConcurrency);
		this.poller = wait && new Poller(client, { ...wait, clock, signal: this.signal });
	}

	async run(): Promise<Array<Outcome<Result>>> {
		await Promise.all(
			this.jobs.map(async (job, index) => {
				await this.runJob(job, this.outcomes[index] as Outcome<Result>);
			}),
		);
		return this.outcomes;
	}

	private async runJob(job: Job<Result>, outcome: Outcome<Result>): Promise<void> {
		try {
			const task = await this.slots.run(async () => await this.runAtKling(job, outcome));
			outcome.result = await this.deliveries.run(async () => await job.deliver(task, this.signal));
			this.enter(outcome, 'finished');
		} catch (error) {
			this.fail(outcome, error);
		}
	}

	private fail(outcome: Outcome<Result>, error: unknown): void {
		// A task that came to be while the batch was given up has been noted in the outcome.
		if (this.signal.aborted || outcome.state === 'failed') return;
		outcome.error = error;
		this.enter(outcome, 'failed');
		if (this.options.stopOnFailure) this.givenUp.abort();
	}

	private async runAtKling(job: Job<Result>, outcome: Outcome<Result>): Promise<Task> {
		if (this.signal.aborted) throw new StoppedError();
		const [settled] = await Promise.allSettled([this.createAndFollow(job, outcome)]);
		if (settled.status === 'fulfilled') return settled.value;
		// While the slot is still taken: after a failure that ends the batch nothing further is created.
		this.fail(outcome, settled.reason);
		throw settled.reason;
	}

	private async createAndFollow(job: Job<Result>, outcome: Outcome<Result>): Promise<Task> {
		const { clock, ledger, timeout } = this.options;
		const { signal } = this;
		const deadline = clock.now() + timeout;
		const gate = this.gateOf(job);
		const submitted = await gate.pass(
			async () => {
				this.enter(outcome, 'submitting');
				return await submit(job, { clock, ledger, deadline, signal });
			},
			{ deadline, signal, onRefused: () => this.enter(outcome, 'waiting') },
		);
		Object.assign(outcome, submitted);
		this.enter(outcome, 'running');
		try {
			outcome.task = await this.follow(outcome, submitted, deadline);
		} finally {
			// Without a wait the task goes on, and so does its hold on a slot.
			if (this.poller) gate.release();
		}
		if (outcome.task.status === 'failed') {
			recordFailure(job.key, ledger);
			if (this.poller) throw failedTask(outcome.task);
		}
		return outcome.task;
	}

	/** @returns the task as it is in the end; meanwhile the outcome shows it as it is */
	private async follow(
		outcome: Outcome<Result>,
		{ task, isTakenUp }: Submitted,
		deadline: number,
	): Promise<Task> {
		if (!this.poller) return isTakenUp ? await this.refresh(task) : task;
		const note = (latest: Task) => {
			outcome.task = latest;
		};
		const [waited] = await Promise.allSettled([
			this.poller.waitFor(task, deadline, isTakenUp, note),
		]);
		if (waited.status === 'fulfilled') return waited.value;
		const error: unknown = waited.reason;
		const isAccepted = error instanceof TimeoutError && this.options.wait?.onTimeout === 'continue';
		if (isAccepted) return error.lastTask;
		throw error;
	}

	/** What Kling knows of a task of which an earlier try left the ID only. */
	private async refresh(task: Task): Promise<Task> {
		const [refreshed] = await this.client.refresh([task]);
		return refreshed && 'task' in refreshed ? refreshed.task : task;
	}

	private gateOf({ queue }: Job<Result>): Gate {
		const gate = this.gates.get(queue) ?? new Gate(this.options.clock);
		this.gates.set(queue, gate);
		return gate;
	}

	private enter(outcome: Outcome<Result>, state: JobState): void {
		const wasCounted = COUNTED_AS[outcome.state];
		outcome.state = state;
		if (COUNTED_AS[state] === wasCounted) return;
		this.progress[wasCounted]--;
		this.progress[COUNTED_AS[state]]++;
		this.options.onProgress?.({ ...this.progress });
	}
}
