import { UserError } from '../api/errors/userError';

/** The video is finished, but its file did not come whole. */
export class DownloadError extends UserError<'download'> {
	constructor(
		/** What went wrong, for the user. */
		readonly reason: string,
		readonly url: string,
		/** Whether a fresh request may bring the file. */
		readonly isPassing: boolean,
	) {
		super('download', reason);
		this.name = 'DownloadError';
	}
}
