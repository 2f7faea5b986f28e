/**
 * Lets work run at once up to a size: so many pieces, or pieces that weigh so much together, such as
 * files in bytes. The others wait in order, also behind one that is too heavy for what is free.
 */
export class Semaphore {
	private free: number;
	private readonly queue: Array<{ weight: number; admit: () => void }> = [];

	constructor(private readonly size: number) {
		this.free = size;
	}

	/**
	 * Waits for room.
	 * @param weight what weighs more than everything has to be alone
	 * @returns what gives the room back
	 */
	async acquire(weight = 1): Promise<() => void> {
		const taken = Math.min(weight, this.size);
		if (this.queue.length === 0 && taken <= this.free) this.free -= taken;
		else {
			await new Promise<void>((resolve) => this.queue.push({ weight: taken, admit: resolve }));
		}
		return () => this.giveBack(taken);
	}

	/**
	 * Runs the work as soon as there is room for it.
	 * @returns, or throws, what the work does
	 */
	async run<Result>(work: () => Promise<Result>, weight = 1): Promise<Result> {
		const release = await this.acquire(weight);
		try {
			return await work();
		} finally {
			release();
		}
	}

	private giveBack(taken: number): void {
		this.free += taken;
		for (let next = this.queue[0]; next && next.weight <= this.free; next = this.queue[0]) {
			this.queue.shift();
			this.free -= next.weight;
			next.admit();
		}
	}
}
