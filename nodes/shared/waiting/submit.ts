/** Creates a task exactly once, whatever happens to the request or its reply. */

import { isFinal, KlingError } from '../api/errors';
import { knownById, type Task } from '../api/task';
import { backoff } from './backoff';
import { type Clock, StoppedError } from './clock';
import type { Ledger } from './ledger';

export interface Order {
	/** The same video has the same key in every repetition of the node run. */
	key: string;
	/** Unique in the account. */
	name: string;
	/**
	 * Starts the video at Kling.
	 * @param name derived from the order's; another one after each failed task
	 */
	create(name: string): Promise<Task>;
	/** Whether the task really gets the name, so that no other task can have it. */
	isNamed: boolean;
	/**
	 * Finds the task that a lost request may have created. Absent where the service has no such query.
	 * @returns undefined when Kling has no such task
	 */
	lookUp?(name: string): Promise<Task | undefined>;
}

export interface Submission {
	clock: Clock;
	ledger: Ledger;
	/** Milliseconds since the epoch. */
	deadline: number;
	signal: AbortSignal;
}

/** Whether an earlier attempt bought the video is not known, and cannot be found out. */
export class UnsureError extends Error {
	constructor() {
		super(
			'The video is not created again, because an earlier try may have started it without telling its task ID',
		);
		this.name = 'UnsureError';
	}
}

/** How often an address that cannot be reached is tried; it is more likely mistyped than busy. */
const TRIES_UNREACHABLE = 3;

/** How often a refused token is signed afresh. */
const TRIES_RESIGN = 2;

/** A task, and whether it was found instead of created. */
export interface Submitted {
	task: Task;
	isTakenUp: boolean;
}

/**
 * Creates the order's task, or takes up the one that an earlier try created. A request whose
 * outcome is unknown is repeated only after Kling has said that it has no such task.
 * @throws {KlingError} Kling's answer, also "not yet"; with `retry: 'maybe'` it stayed unknown whether
 * the task was created
 * @throws {UnsureError} when that stayed unknown in an earlier try
 * @throws {StoppedError} when the signal is aborted between requests
 */
export async function submit(order: Order, submission: Submission): Promise<Submitted> {
	const { ledger } = submission;
	const { failures, task, isUnsure, name: base = order.name } = ledger.read(order.key);
	if (task) return { task: knownById(task), isTakenUp: true };
	const name = nameOf(base, failures);
	ledger.write(order.key, { name: base, failures, isUnsure });
	const earlier = isUnsure ? await findLost(order, name, submission, new UnsureError()) : undefined;
	const submitted: Submitted = earlier
		? { task: earlier, isTakenUp: true }
		: await create(order, name, submission);
	const { id, format } = submitted.task;
	ledger.write(order.key, { name: base, failures, task: { id, format } });
	return submitted;
}

/** @returns the name of the task that follows after so many failed ones */
export function nameOf(base: string, failures: number): string {
	return failures === 0 ? base : `${base}-${failures}`;
}

/** Remembers that the task of an order's key failed, so that a repetition creates another one. */
export function recordFailure(key: string, ledger: Ledger): void {
	const { name, failures } = ledger.read(key);
	ledger.write(key, { name, failures: failures + 1 });
}

async function create(order: Order, name: string, submission: Submission): Promise<Submitted> {
	const { clock, ledger, deadline, signal } = submission;
	const { name: base, failures } = ledger.read(order.key);
	for (let tries = 1; ; tries++) {
		if (signal.aborted) throw new StoppedError();
		// Written before the request: afterwards the execution may have been stopped.
		ledger.write(order.key, { name: base, failures, isUnsure: true });
		const [outcome] = await Promise.allSettled([order.create(name)]);
		if (outcome.status === 'fulfilled') return { task: outcome.value, isTakenUp: false };
		const error: unknown = outcome.reason;
		const isUnsure = mayHaveCreated(error);
		if (isUnsure || (order.isNamed && mayBeNameTaken(error))) {
			const found = await findLost(order, name, submission, error);
			if (found) return { task: found, isTakenUp: true };
		}
		ledger.write(order.key, { name: base, failures });
		const pause = backoff(tries - 1);
		const isWorthATry = isUnsure || tries < triesAllowed(error);
		if (!isWorthATry || clock.now() + pause >= deadline) throw error;
		await clock.sleep(pause, signal);
	}
}

/**
 * Asks until Kling says whether it has the task.
 * @param cause why that is not known; thrown when it cannot be found out
 */
async function findLost(
	{ lookUp }: Order,
	name: string,
	{ clock, deadline, signal }: Submission,
	cause: unknown,
): Promise<Task | undefined> {
	for (let tries = 0; ; tries++) {
		if (signal.aborted) throw new StoppedError();
		if (!lookUp) throw cause;
		const [outcome] = await Promise.allSettled([lookUp(name)]);
		if (outcome.status === 'fulfilled') return outcome.value;
		const pause = backoff(tries);
		if (isFinal(outcome.reason) || clock.now() + pause >= deadline) throw cause;
		await clock.sleep(pause, signal);
	}
}

function mayHaveCreated(error: unknown): boolean {
	return !(error instanceof KlingError) || error.details.retry === 'maybe';
}

/**
 * Kling refuses a second task of the same name, and only the words would tell (kling-api.md,
 * section 3.1): so every refused parameter may be the name of a task that a dead worker created.
 */
function mayBeNameTaken(error: unknown): boolean {
	return error instanceof KlingError && REFUSED_PARAMETER.includes(error.details.httpStatus ?? 0);
}

const REFUSED_PARAMETER = [400, 409];

function triesAllowed(error: unknown): number {
	if (!(error instanceof KlingError)) return 1;
	if (error.details.retry === 'unsent') return TRIES_UNREACHABLE;
	return error.details.retry === 'resign' ? TRIES_RESIGN : 1;
}
