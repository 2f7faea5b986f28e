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
		for (const [key, { setAt }] of this.entries) {
			const isTooMuch = this.weight > this.most && this.entries.size > 1;
			if (!isTooMuch && now - setAt <= this.lifetime) return;
			this.delete(key);
		}
	}
}
