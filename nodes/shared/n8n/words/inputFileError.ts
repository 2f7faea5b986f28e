/** An input file that can't be had, as an error. */
import { ExplainedError } from '../../api/errors/explainedError';
import type { Parameter } from './labels';

/** What n8n's stores say of a file that they do not have, and n8n of a store that it does not know. */
const GONE =
	/not ?found|no such (file|key)|ENOENT|NoSuchKey|does ?n.t exist|no binary data manager|invalid.*manager|no such file any more/i;

/** A file that the item has, but that n8n does not give out. Nothing was sent. */
export class InputFileError extends ExplainedError<'inputFile'> {
	/** Asking again does not help: n8n does not have it any more, or not here. */
	readonly isGone: boolean;

	/** The store's own words. */
	readonly detail: string;

	constructor(
		readonly parameter: Parameter,
		cause: unknown,
	) {
		const detail = cause instanceof Error ? cause.message : String(cause);
		super('inputFile', detail);
		this.name = 'InputFileError';
		this.detail = detail;
		this.isGone = GONE.test(detail.slice(0, 1000));
	}
}
