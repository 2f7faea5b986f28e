/** Joins two sockets, for proxies. */
import type { Socket } from 'node:net';

/**
 * Each of two sockets gets what the other receives, and ends with it.
 *
 * @param open has both for as long as they are open
 */
export function joinSockets(one: Socket, another: Socket, open: Set<Socket>): void {
	for (const [end, other] of [
		[one, another],
		[another, one],
	] as const) {
		open.add(end);
		end.pipe(other);
		end
			.on('error', () => {})
			.once('close', () => {
				open.delete(end);
				other.destroy();
			});
	}
}
