/**
 * Whether a failed request to create a video created one all the same. Money depends on it, and it is
 * decided here only: what is not proven counts as unknown.
 */

import type { Evidence } from './codes';
import type { ErrorKind } from './kinds';
import { KlingError } from './klingError';
import { meaningOf } from './explainedError';

interface Proof {
	evidence: readonly Evidence[];
	/** HTTP statuses, from the first to the last. */
	statuses: readonly [number, number];
	/** Absent: of every kind. */
	kinds?: readonly ErrorKind[];
}

/**
 * The replies that prove that nothing was created, as long as they name no task (a reply with a task's ID
 * never comes here: it is that task). Nothing else does: no sentence, no server error, no redirect, and no
 * empty, unreadable or odd reply of HTTP 200.
 */
const PROOFS: readonly Proof[] = [
	// A client error.
	{ evidence: ['klingCode', 'words', 'status'], statuses: [400, 499] },
	// Kling's own refusal, which relays may pass on under HTTP 200.
	{ evidence: ['klingCode'], statuses: [200, 299] },
	// A proxy may put a server error on top of Kling's limits; of other codes it may be the proxy's own.
	{ evidence: ['klingCode'], statuses: [500, 599], kinds: ['rateLimited', 'concurrencyLimit'] },
	// A relay that refused before it passed the request on.
	{ evidence: ['relayCode'], statuses: [200, 599] },
];

/**
 * @param error what a request to create a video ended in
 * @returns whether it proves that no video was created; otherwise that is unknown
 */
export function provesNothingCreated(error: unknown): boolean {
	const { creating } = meaningOf(error);
	if (creating === 'unknown') return false;
	const { httpStatus, evidence } = error instanceof KlingError ? error.facts : {};
	// No reply: the kind says how far the request came.
	if (httpStatus === undefined || evidence === undefined) return httpStatus === undefined;
	return PROOFS.some(
		(proof) =>
			proof.evidence.includes(evidence) &&
			httpStatus >= proof.statuses[0] &&
			httpStatus <= proof.statuses[1] &&
			(proof.kinds?.includes((error as KlingError).kind) ?? true),
	);
}
