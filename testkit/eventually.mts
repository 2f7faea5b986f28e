/** Waiting in real time for what another process or a socket does. */
import { setTimeout as pause } from 'node:timers/promises';

/** Waits for so many milliseconds. */
export { pause };

/** Pauses grow from the first to the longest; milliseconds. */
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 100;

/**
 * Waits for something that happens elsewhere: at a socket, at the emulator, in n8n.
 *
 * @param timeoutMs milliseconds
 * @throws Error when it does not come true in time
 */
export async function eventually(
	holds: () => boolean | Promise<boolean>,
	timeoutMs = 60_000,
): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	for (let ms = FIRST_PAUSE; !(await holds()); ms = Math.min(ms * 1.5, LONGEST_PAUSE)) {
		if (Date.now() > deadline)
			throw new Error(`It did not come true within ${timeoutMs} ms: ${holds}`);
		await pause(ms);
	}
}
