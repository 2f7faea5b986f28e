/** Work that is wanted again while it is being done is not begun again: all share its outcome. */
export class SingleFlight<Result> {
	private readonly underWay = new Map<string, Promise<Result>>();

	has(key: string): boolean {
		return this.underWay.has(key);
	}

	/** @returns, or throws, what the work of this key does that is under way, or else begins now */
	async run(key: string, work: () => Promise<Result>): Promise<Result> {
		const shared = this.underWay.get(key);
		if (shared) return await shared;
		const begun = work().finally(() => this.underWay.delete(key));
		this.underWay.set(key, begun);
		return await begun;
	}
}
