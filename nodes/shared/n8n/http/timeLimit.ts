/** Work on the network that must come to an end, whatever the other side does. */

import { TransportError } from '../../api/http';
import { onAbort } from '../../utils/onAbort';
import { wasNeverSent } from './transportError';

interface Limits {
	/** How long the work may take from beginning to end; milliseconds. */
	limit: number;
	/** Ends the work when aborted: the execution was stopped. */
	stopSignal?: AbortSignal;
}

/** What the work is handed. */
interface Reins {
	/** To be passed to n8n's helpers: cancels the request. Aborted at the end in any case. */
	signal: AbortSignal;
	/** Ends the work with this error. */
	end(error: Error): void;
}

/** What a canceled request may still take to fail by itself, and to tell how far it came; milliseconds. */
const GRACE = 100;

/** Why what is left of work that has come to its end is canceled. */
const OVER = 'over';

/**
 * Does the work within a limit. What does not heed its signal is left behind.
 * @throws {TransportError} `timeout` when the limit has passed, `aborted` when the execution was
 * stopped, `unreachable` when until then the request had not left whole
 */
export async function withinLimit<Result>(
	{ limit, stopSignal }: Limits,
	work: (reins: Reins) => Promise<Result>,
): Promise<Result> {
	const request = new AbortController();
	let cause: Error | undefined;
	let leave: (error: Error) => void;
	const left = new Promise<never>((_, reject) => {
		leave = reject;
	});
	const end = (error: Error) => {
		if (cause) return;
		cause = error;
		request.abort();
		onAbort(AbortSignal.timeout(GRACE), () => leave(error));
	};
	// This timer keeps no process alive.
	const forgetLimit = onAbort(AbortSignal.timeout(limit), () => end(passed(limit)));
	const forgetStop = onAbort(stopSignal, () => end(new TransportError('aborted', 'canceled')));
	try {
		return await Promise.race([work({ signal: request.signal, end }), left]);
	} catch (error) {
		throw cause ? explain(cause, error) : error;
	} finally {
		forgetLimit();
		forgetStop();
		// A reason of its own, because Node makes an error with a stack for each abort without one.
		request.abort(OVER);
	}
}

function passed(limit: number): TransportError {
	return new TransportError('timeout', `no complete reply within ${limit / 1000} seconds`);
}

/** A request that never left, or not whole, cannot have been carried out. */
function explain(cause: Error, error: unknown): Error {
	return cause instanceof TransportError && wasNeverSent(error)
		? new TransportError('unreachable', cause.detail.replace('complete reply', 'connection'))
		: cause;
}
