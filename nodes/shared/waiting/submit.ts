import { KlingError } from '../api/errors';
import type { Task } from '../api/task';
import { backoff } from './backoff';
import type { Clock } from './clock';

/** How often an address that cannot be reached is tried; it is more likely mistyped than busy. */
const TRIES_UNREACHABLE = 3;

/**
 * Creates a task, trying again for as long as Kling says "not yet". Only answers after which
 * nothing was bought are tried again; a POST whose outcome is unknown never is.
 * @param deadline milliseconds since the epoch
 * @throws {KlingError} the last answer
 * @throws {StoppedError} when the signal is aborted during a pause
 */
export async function submit(
	create: () => Promise<Task>,
	{ clock, deadline, signal }: { clock: Clock; deadline: number; signal?: AbortSignal },
): Promise<Task> {
	for (let attempt = 0; ; attempt++) {
		const [outcome] = await Promise.allSettled([create()]);
		if (outcome.status === 'fulfilled') return outcome.value;
		const pause = pauseAfter(outcome.reason, attempt);
		if (pause === undefined || clock.now() + pause >= deadline) throw outcome.reason;
		await clock.sleep(pause, signal);
	}
}

/** @returns milliseconds, or undefined when the answer is final */
function pauseAfter(error: unknown, attempt: number): number | undefined {
	if (!(error instanceof KlingError)) return undefined;
	const { retry, retryAfter } = error.details;
	if (retry === 'whenFree') return backoff(attempt, retryAfter);
	if (retry === 'unsent' && attempt + 1 < TRIES_UNREACHABLE) return backoff(attempt);
	if (retry === 'resign' && attempt === 0) return backoff(attempt);
	return undefined;
}
