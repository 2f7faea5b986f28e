/** A set whose members leave it after a while. It lives in this process only. */
export class ExpiringSet {
	/** When each member was added; milliseconds since the epoch. */
	private readonly addedAt = new Map<string, number>();

	/** @param lifetime how long a member stays; milliseconds */
	constructor(private readonly lifetime: number) {}

	has(member: string): boolean {
		const now = Date.now();
		for (const [each, addedAt] of this.addedAt) {
			if (now - addedAt > this.lifetime) this.addedAt.delete(each);
		}
		return this.addedAt.has(member);
	}

	add(member: string): void {
		this.addedAt.set(member, Date.now());
	}
}
