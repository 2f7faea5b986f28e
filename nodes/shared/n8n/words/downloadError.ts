/** A download that failed, as an error. */
import { ExplainedError } from '../../api/errors/explainedError';
import type { TransportProblem } from '../../api/http';

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
