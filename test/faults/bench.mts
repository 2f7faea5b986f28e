/** What a cell of the matrix runs against: an emulator of its own, behind a door that can be shut. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { startEmulator, type Emulator, type RecordedRequest } from '../../emulator/index.mts';
import { fastNow } from '../../testkit/clocks/fastClock.mts';
import { joinSockets } from '../../testkit/network/joinSockets.mts';

/** How long the emulator takes for a video; milliseconds. */
export const GENERATION = 4_000;

/** How long a connection may outlive its run; really, milliseconds. */
const PATIENCE = 20_000;

/** Turns of the event loop in which nothing is to arrive: one may pass between a connection and its request. */
const QUIET_TURNS = 5;

/** A way to the emulator on a port of its own. */
class Door {
	private server?: Server;
	private readonly sockets = new Set<Socket>();
	private port = 0;

	constructor(private readonly target: number) {}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get isUnused(): boolean {
		return this.sockets.size === 0;
	}

	async open(): Promise<void> {
		if (this.server) return;
		this.server = createServer((socket) => {
			joinSockets(socket, connect(this.target, '127.0.0.1'), this.sockets);
		});
		await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
		this.port = (this.server.address() as AddressInfo).port;
	}

	/** From now on connections are refused, and those there are end. */
	async shut(): Promise<void> {
		const { server } = this;
		if (!server) return;
		this.server = undefined;
		for (const socket of this.sockets) socket.destroy();
		await new Promise((resolve) => server.close(resolve));
	}
}

export class Bench {
	/** How far Kling's clock is set forward; milliseconds. */
	offset = 0;
	/** Called when an exchange is over. */
	onRequest: (request: RecordedRequest) => void = () => {};

	private constructor(
		readonly emulator: Emulator,
		readonly door: Door,
	) {}

	static async start(): Promise<Bench> {
		const bench: { current?: Bench } = {};
		const emulator = await startEmulator({
			now: () => fastNow() + (bench.current?.offset ?? 0),
			generationMs: GENERATION,
			queueMs: GENERATION / 4,
			accountIntervalMs: 0,
			onRequest: (request) => bench.current?.onRequest(request),
		});
		bench.current = new Bench(emulator, new Door(emulator.port));
		return bench.current;
	}

	/**
	 * Waits until nothing is on its way any more: on a busy machine a request may still be unread
	 * when the run that sent it has been stopped, and would count as the next run's.
	 *
	 * @throws Error when something stays connected
	 */
	async settle(): Promise<void> {
		const deadline = Date.now() + PATIENCE;
		for (let quietTurns = 0; quietTurns < QUIET_TURNS; ) {
			await turn();
			const isQuiet = this.door.isUnused && (await this.emulator.connections()) === 0;
			quietTurns = isQuiet ? quietTurns + 1 : 0;
			if (Date.now() > deadline) throw new Error('Something stays connected to the emulator');
		}
	}

	async clear({ concurrency = 20 }: { concurrency?: number } = {}): Promise<void> {
		this.onRequest = () => {};
		this.offset = 0;
		this.emulator.reset();
		// Valid at all times, so that tasks can be made in the past.
		const resourcePacks = [{ purchaseTime: 0, effectiveTime: 0 }];
		this.emulator.updateAccount('emulator', { concurrency, resourcePacks });
		await this.door.open();
	}

	async close(): Promise<void> {
		await this.door.shut();
		await this.emulator.close();
	}
}
