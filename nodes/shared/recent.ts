/** Remembers names for a while, in this process only. */
export class Recent {
	/** Since when each name is known; milliseconds since the epoch. */
	private readonly since = new Map<string, number>();

	/** @param lifetime how long a name is remembered, in milliseconds */
	constructor(private readonly lifetime: number) {}

	has(name: string): boolean {
		const now = Date.now();
		for (const [each, since] of this.since) {
			if (now - since > this.lifetime) this.since.delete(each);
		}
		return this.since.has(name);
	}

	add(name: string): void {
		this.since.set(name, Date.now());
	}
}
