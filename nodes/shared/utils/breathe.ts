/** Long work in pieces: all executions of a process share one event loop. */

/** How long the event loop may be kept at once; milliseconds. */
const LONGEST_TURN = 20;

let turnBegan = 0;

/** All wait for the same one: if each began a turn of its own, nobody else would come in between. */
let nextTurn: Promise<void> | undefined;

/**
 * To be awaited between two pieces of work, of a few milliseconds each: lets the others have the event
 * loop once it has been kept for long.
 */
export async function breathe(): Promise<void> {
	if (performance.now() - turnBegan < LONGEST_TURN) return;
	nextTurn ??= giveWay();
	await nextTurn;
}

async function giveWay(): Promise<void> {
	await turn();
	turnBegan = performance.now();
	nextTurn = undefined;
}

/** A timer would take a millisecond at least. */
async function turn(): Promise<void> {
	const { port1, port2 } = new MessageChannel();
	await new Promise<void>((resolve) => {
		port1.once('message', () => resolve());
		port2.postMessage(undefined);
	});
	port1.close();
}
