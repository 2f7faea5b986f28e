/** Expectations of a page that takes its time. */
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 100;

/** `expect(await read()).toEqual(wanted)`, with time for the page to get there. */
export async function expectSoon(read: () => Promise<unknown>, wanted: unknown): Promise<void> {
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		try {
			return expect(await read()).toEqual(wanted);
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await delay(LOOK_AGAIN_MS);
		}
	}
}
