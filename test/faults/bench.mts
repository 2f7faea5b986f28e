/** What a cell of the matrix runs against: an emulator of its own, behind a door that can be shut. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startEmulator, type Emulator, type RecordedRequest } from '../../emulator/index.mts';
import { time } from '../../testkit/clocks/virtualTime.mts';
import { joinSockets } from '../../testkit/network/joinSockets.mts';

/** How long the emulator takes for a video: longer than until the first check of it; milliseconds. */
export const GENERATION = 7_000;

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
			now: () => time.now() + (bench.current?.offset ?? 0),
			generationMs: GENERATION,
			queueMs: GENERATION / 4,
			accountIntervalMs: 0,
			onRequest: (request) => bench.current?.onRequest(request),
		});
		bench.current = new Bench(emulator, new Door(emulator.port));
		return bench.current;
	}

	/** Whether every request has come to its end. */
	get isUnused(): boolean {
		const isOver = ({ outcome }: RecordedRequest) => outcome !== 'pending';
		return this.door.isUnused && this.emulator.requests().every(isOver);
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
