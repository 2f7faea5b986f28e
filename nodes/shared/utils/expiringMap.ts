/** What is kept of one key. */
interface Entry<Value> {
	value: Value;
	/** When it was set last; milliseconds since the epoch. */
	setAt: number;
	weight: number;
}

/**
 * A map whose entries leave it after a while, and whose oldest ones make room for new ones. It lives
 * in this process only. Every call takes constant time on average, however many entries there are.
 */
export class ExpiringMap<Value> {
	/** In the order in which they were set, so that those to leave come first. */
	private readonly entries = new Map<string, Entry<Value>>();
	private weight = 0;
	/** Goes on where it stopped: a new one would walk over all that was deleted before. */
	private walk = this.entries.entries();
	private head?: [key: string, entry: Entry<Value>];

	/**
	 * @param lifetime how long an entry stays; milliseconds
	 * @param most the largest sum of the entries' weights; the newest entry stays in any case
	 */
	constructor(
		private readonly lifetime: number,
		private readonly most: number,
	) {}

	get size(): number {
		this.expire();
		return this.entries.size;
	}

	get(key: string): Value | undefined {
		this.expire();
		return this.entries.get(key)?.value;
	}

	has(key: string): boolean {
		this.expire();
		return this.entries.has(key);
	}

	/** Sets an entry, whose lifetime begins now. @param weight how much of the room it takes */
	set(key: string, value: Value, weight = 1): void {
		this.delete(key);
		this.entries.set(key, { value, setAt: Date.now(), weight });
		this.weight += weight;
		this.expire();
	}

	delete(key: string): void {
		const entry = this.entries.get(key);
		if (!entry) return;
		this.entries.delete(key);
		this.weight -= entry.weight;
	}

	private expire(): void {
		const now = Date.now();
		for (let oldest = this.oldest(); oldest; oldest = this.oldest()) {
			const [key, { setAt }] = oldest;
			const isTooMuch = this.weight > this.most && this.entries.size > 1;
			if (!isTooMuch && now - setAt <= this.lifetime) return;
			this.delete(key);
		}
	}

	private oldest(): [key: string, entry: Entry<Value>] | undefined {
		// What was set again since is a newer entry, which the walk has yet to reach.
		while (!this.head || this.entries.get(this.head[0]) !== this.head[1]) {
			const next = this.walk.next();
			this.head = next.done ? undefined : next.value;
			if (!next.done) continue;
			// It has passed all there were, and ends for good.
			this.walk = this.entries.entries();
			return undefined;
		}
		return this.head;
	}
}
