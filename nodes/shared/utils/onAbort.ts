/** Who waits for each signal. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal is aborted, or at once if it is already. However many wait for one
 * signal, it has one listener, and none once they all have stopped: Node warns of a leak when a
 * signal has more than ten.
 * @returns stops waiting
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
	if (!signal) return () => {};
	if (signal.aborted) {
		callback();
		return () => {};
	}
	// One of its own, so that who waits twice is called twice.
	const call = () => callback();
	const calls = waiting.get(signal) ?? listenTo(signal);
	calls.add(call);
	return () => {
		calls.delete(call);
		if (calls.size > 0 || waiting.get(signal) !== calls) return;
		waiting.delete(signal);
		signal.removeEventListener('abort', callAll);
	};
}

function listenTo(signal: AbortSignal): Set<() => void> {
	const calls = new Set<() => void>();
	waiting.set(signal, calls);
	signal.addEventListener('abort', callAll, { once: true });
	return calls;
}

function callAll(this: AbortSignal): void {
	const calls = waiting.get(this) ?? [];
	waiting.delete(this);
	for (const call of [...calls]) call();
}
