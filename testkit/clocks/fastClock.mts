/** In the place of the node's clock module: a second of waiting lasts ten milliseconds. */
import { setTimeout as delay } from 'node:timers/promises';
import { StoppedError, type Clock } from '../../nodes/shared/waiting/clock.ts';

const SPEED = 100;
const startedAt = Date.now();

export const systemClock: Clock = {
	now: () => startedAt + (Date.now() - startedAt) * SPEED,

	async sleep(ms, signal) {
		try {
			await delay(ms / SPEED, undefined, { signal });
		} catch {
			throw new StoppedError();
		}
	},
};
