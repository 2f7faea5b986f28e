/** npm and tsx may pass on the same Ctrl-C once more; within this time it counts as one. */
const SAME_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The exit code of a script that was interrupted. */
export const INTERRUPTED = 130;

/** @returns a signal for the first Ctrl-C; a later one ends the process at once */
export function watchForInterrupt(): AbortSignal {
	const controller = new AbortController();
	let firstAt: number | undefined;
	for (const name of SIGNALS) {
		process.on(name, () => {
			if (firstAt !== undefined && Date.now() - firstAt > SAME_MS) process.exit(INTERRUPTED);
			firstAt ??= Date.now();
			controller.abort();
		});
	}
	return controller.signal;
}
