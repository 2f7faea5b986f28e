/** What all errors of this package have in common. */
import { type ErrorKind, type ErrorMeaning, MEANINGS } from './kinds';

/**
 * The base of every error a user may read. Its words stand in n8n/words/errors.ts, one entry for each
 * kind, so that none is missed.
 */
export abstract class ExplainedError<Kind extends ErrorKind = ErrorKind> extends Error {
	/** @param facts for whoever reads a stack trace; users never see it */
	constructor(
		readonly kind: Kind,
		facts: string = kind,
	) {
		super(facts);
	}
}

/** What an error means. One that is none of this package's tells nothing about a creation. */
export function meaningOf(error: unknown): ErrorMeaning {
	return error instanceof ExplainedError
		? MEANINGS[error.kind as ErrorKind]
		: { creating: 'unknown', checking: 'final' };
}

/** Whether a request that only asks got no answer, so that asking again may bring one. */
export function isUnanswered(error: unknown): boolean {
	const { checking } = meaningOf(error);
	return checking === 'unanswered' || checking === 'notUnderstood';
}

/** Whether the answer was that there is no such thing. */
export function isAbsent(error: unknown): boolean {
	return meaningOf(error).checking === 'absent';
}
