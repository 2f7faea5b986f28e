/**
 * Fault injection: what goes wrong between a client and Kling, on demand. A fault waits for the requests it matches, and acts
 * on each for as many times as it was asked to.
 */
import type { z } from 'zod';
import { faultSchema, ROUTES_OF, type AnyAction } from './fault-schema.mts';
import type { RecordedRequest } from './log.mts';

type ActiveFault = z.output<typeof faultSchema>;

/** The faults that wait for their requests. */
export class Faults {
	private waiting: Array<ActiveFault & { seen: number }> = [];

	/**
	 * @returns a function that takes the fault away again
	 * @throws Error naming what is wrong with the fault
	 */
	add(fault: unknown): () => void {
		const result = faultSchema.safeParse(fault);
		if (!result.success) {
			const problems = result.error.issues.map(
				({ path, message }) => `${path.join('.') || 'fault'}: ${message}`,
			);
			throw new Error(`Invalid fault: ${problems.join('; ')}`);
		}
		const active = { ...result.data, seen: 0 };
		this.waiting.push(active);
		return () => {
			this.waiting = this.waiting.filter((other) => other !== active);
		};
	}

	/** What the oldest fault that hits a request does to it. Faults injected later do not see (nor count) a request that is hit. */
	take(entry: RecordedRequest): AnyAction | undefined {
		const hit = this.waiting.find((fault) => {
			if (!matches(fault, entry)) return false;
			fault.seen += 1;
			return fault.seen > fault.match.skip;
		});
		if (hit && hit.seen - hit.match.skip >= hit.times) {
			this.waiting = this.waiting.filter((other) => other !== hit);
		}
		return hit?.action;
	}

	/** The faults still waiting; `times` says how many requests each is yet to hit (null: forever, as JSON has it). */
	pending(): Array<Pick<ActiveFault, 'match' | 'action'> & { times: number }> {
		return this.waiting.map(({ match, action, times, seen }) => ({
			match,
			action,
			times: times - Math.max(0, seen - match.skip),
		}));
	}

	clear(): void {
		this.waiting = [];
	}
}

function matches({ match, action }: ActiveFault, entry: RecordedRequest): boolean {
	if (!entry.route) return false;
	const routes = match.route ? [match.route] : ROUTES_OF[action.type];
	return (
		(routes?.includes(entry.route) ?? true) &&
		(match.format === undefined || match.format === entry.format) &&
		(match.contains === undefined ||
			decodedUrl(entry).includes(match.contains) ||
			entry.body.includes(match.contains))
	);
}

function decodedUrl({ url }: RecordedRequest): string {
	try {
		return decodeURIComponent(url);
	} catch {
		return url;
	}
}
