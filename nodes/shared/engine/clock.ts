/** The clock of the waiting engine, and the error that ends its waiting. */
import { ExplainedError } from '../api/errors/explainedError';

/** Time as the waiting engine sees it: n8n's in production, a virtual one in tests and benchmarks. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/**
	 * @param ms how long to sleep, in milliseconds
	 * @throws {StoppedError} as soon as the signal is aborted
	 */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The execution was stopped, or the batch was given up, while something was being waited for. */
export class StoppedError extends ExplainedError<'stopped'> {
	constructor() {
		super('stopped');
		this.name = 'StoppedError';
	}
}
