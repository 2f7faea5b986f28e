/** The errors that carry words, or what words are chosen by, of what is not Kling's: parameters and files. */

import { ExplainedError } from '../../api/errors/explainedError';
import type { TransportProblem } from '../../api/http';
import type { Parameter } from './labels';
import type { Words } from './phrases';

/** A parameter that can't be used, found out before anything is sent. */
export class InputError extends ExplainedError<'input'> {
	constructor(
		readonly parameter: Parameter | undefined,
		readonly words: Words,
	) {
		super('input', words.message);
		this.name = 'InputError';
	}
}

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

/** What the user can do something about: the connection, or an address that nothing is fetched from. */
export type DownloadProblem = TransportProblem | 'refusedAddress';

/** The video is finished, but its file did not come whole. */
export class DownloadError extends ExplainedError<'download'> {
	constructor(
		/** What went wrong, for the user. */
		readonly reason: string,
		readonly url: string,
		/** Whether a fresh request may bring the file. */
		readonly isPassing: boolean,
		readonly problem?: DownloadProblem,
	) {
		super('download', reason);
		this.name = 'DownloadError';
	}
}
