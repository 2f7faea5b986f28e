/** Remembers that something has been there, for a while. */
import { ExpiringMap } from './expiringMap';

/** How many members a set has at most, if nobody says otherwise. */
const MOST_MEMBERS = 100_000;

/**
 * A set whose members leave it after a while, the oldest ones earlier when there are too many. It
 * lives in this process only.
 */
export class ExpiringSet {
	private readonly addedAt: ExpiringMap<true>;

	/**
	 * @param lifetime how long a member stays; milliseconds
	 * @param most how many members there can be
	 */
	constructor(lifetime: number, most = MOST_MEMBERS) {
		this.addedAt = new ExpiringMap(lifetime, most);
	}

	has(member: string): boolean {
		return this.addedAt.has(member);
	}

	add(member: string): void {
		this.addedAt.set(member, true);
	}
}
