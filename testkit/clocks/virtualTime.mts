/**
 * Virtual time for tests that run node and service in one process: all timers and clocks of the
 * process are those of one virtual clock. Time passes only while somebody waits for it, everybody
 * sleeps, and nothing is on its way; so a test comes out the same on every machine, however busy.
 */
import { AsyncResource } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Traffic } from './traffic.mts';
import { VirtualClock } from './virtualClock.mts';

/** Between two looks at something that time alone does not bring; really, milliseconds. */
const LOOK_AGAIN = 20;
/** How long nothing may move at all; really, milliseconds. */
const PATIENCE = 60_000;

interface Watcher {
	holds(): boolean;
	resolve(): void;
}

class ProcessClock extends VirtualClock {
	/** How far the wall clock was set forward, and `performance.now` was not; milliseconds. */
	jump = 0;

	private readonly traffic = new Traffic();
	private watchers: Watcher[] = [];
	/** How many wait for time to pass. */
	private waiting = 0;
	private uninstall: () => void = () => {};

	/** Puts it in the place of all timers and clocks; to be taken back by `remove`. */
	install(): void {
		this.traffic.watch();
		this.uninstall = replaceGlobals(this);
	}

	remove(): void {
		this.uninstall();
		this.traffic.stop();
	}

	/** Time passes until the work is done. */
	async during<Result>(work: Promise<Result>): Promise<Result> {
		this.waiting++;
		this.goOn();
		try {
			return await work;
		} finally {
			this.waiting--;
		}
	}

	/** Lets so much time pass; milliseconds. */
	async pass(ms: number): Promise<void> {
		await this.during(this.sleep(ms));
	}

	/**
	 * Lets time pass until something has come true, which is looked at whenever everybody sleeps. Time
	 * then stands still.
	 * @throws Error when it cannot come true any more, because nothing moves
	 */
	async until(holds: () => boolean): Promise<void> {
		let watcher: Watcher | undefined;
		const comesTrue = new Promise<void>((resolve) => {
			watcher = { holds, resolve };
			this.watchers.push(watcher);
		});
		const giveUp = new AbortController();
		const nothingMoves = this.standstill(holds, giveUp.signal);
		try {
			await this.during(Promise.race([comesTrue, nothingMoves]));
		} finally {
			giveUp.abort();
			this.watchers = this.watchers.filter((other) => other !== watcher);
		}
	}

	protected override get isBusy(): boolean {
		return this.traffic.isOnItsWay;
	}

	protected override get happenings(): number {
		return super.happenings + this.traffic.arrivals;
	}

	protected override get isAwaited(): boolean {
		return this.waiting > 0 && (super.isAwaited || this.watchers.length > 0);
	}

	protected override mayPass(): boolean {
		const come = this.watchers.filter(({ holds }) => holds());
		this.watchers = this.watchers.filter((watcher) => !come.includes(watcher));
		for (const { resolve } of come) resolve();
		return come.length === 0 && super.isAwaited;
	}

	/** @throws Error once nothing has moved for long */
	private async standstill(holds: () => boolean, signal: AbortSignal): Promise<void> {
		for (let [seen, left] = [NaN, PATIENCE]; left > 0; left -= LOOK_AGAIN) {
			if (seen !== this.happenings) [seen, left] = [this.happenings, PATIENCE];
			await pause(LOOK_AGAIN, undefined, { signal }).catch(() => {});
			if (signal.aborted) return await new Promise(() => {});
		}
		throw new Error(`Nothing moves any more, and it has not come true: ${holds}`);
	}
}

/** The one of this process. */
export const time = new ProcessClock();

/** A timer that Node's users can do with what they do with Node's own. */
class VirtualTimeout {
	private cancel: () => void = () => {};
	private readonly call: () => void;

	constructor(
		private readonly clock: ProcessClock,
		callback: () => void,
		private readonly ms: number,
		private readonly repeats: boolean,
	) {
		// What runs later runs in the context of who asked for it, as with Node's own.
		this.call = AsyncResource.bind(callback);
		this.refresh();
	}

	refresh(): this {
		this.cancel();
		this.cancel = this.clock.schedule(this.ms, () => {
			if (this.repeats) this.refresh();
			this.call();
		});
		return this;
	}

	close(): void {
		this.cancel();
	}

	/** Time passes while somebody waits for it: it makes no difference who else does. */
	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}

	hasRef(): boolean {
		return true;
	}
}

type Callback = (...args: unknown[]) => void;

/** @returns puts back what was there */
function replaceGlobals(clock: ProcessClock): () => void {
	const { setTimeout, setInterval, clearTimeout, clearInterval, Date, performance } = globalThis;
	const { now } = Date;
	const { timeout } = AbortSignal;
	const timer =
		(repeats: boolean, least: number) =>
		(callback: Callback, ms = 0, ...args: unknown[]) =>
			new VirtualTimeout(clock, () => callback(...args), Math.max(least, Number(ms) || 0), repeats);
	const clear = (real: (timer: never) => void) => (cleared: unknown) => {
		if (cleared instanceof VirtualTimeout) cleared.close();
		else real(cleared as never);
	};
	const wallClock = () => clock.now() + clock.jump;
	const firstTick = clock.now();
	Date.now = wallClock;
	AbortSignal.timeout = (ms) => {
		const controller = new AbortController();
		clock.schedule(ms, () =>
			controller.abort(
				new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
			),
		);
		return controller.signal;
	};
	Object.assign(globalThis, {
		setTimeout: timer(false, 0),
		setInterval: timer(true, 1),
		clearTimeout: clear(clearTimeout),
		clearInterval: clear(clearInterval),
		Date: new Proxy(Date, {
			construct: (target, args, self) =>
				Reflect.construct(target, args.length > 0 ? args : [wallClock()], self) as object,
		}),
		performance: Object.create(performance, {
			timeOrigin: { value: firstTick },
			now: { value: () => clock.now() - firstTick },
		}),
	});
	return () => {
		Date.now = now;
		AbortSignal.timeout = timeout;
		Object.assign(globalThis, {
			setTimeout,
			setInterval,
			clearTimeout,
			clearInterval,
			Date,
			performance,
		});
	};
}
