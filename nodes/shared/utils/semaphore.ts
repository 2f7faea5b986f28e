/** Lets at most `size` pieces of work run at once. The others wait in order. */
export class Semaphore {
	private free: number;
	private readonly queue: Array<() => void> = [];

	constructor(size: number) {
		this.free = size;
	}

	/** Waits for a permit. @returns what gives it back */
	async acquire(): Promise<() => void> {
		if (this.free > 0) this.free--;
		else await new Promise<void>((resolve) => this.queue.push(resolve));
		return () => {
			const next = this.queue.shift();
			if (next) next();
			else this.free++;
		};
	}

	/** Runs the work as soon as a permit is free. @returns, or throws, what the work does */
	async run<Result>(work: () => Promise<Result>): Promise<Result> {
		const release = await this.acquire();
		try {
			return await work();
		} finally {
			release();
		}
	}
}
