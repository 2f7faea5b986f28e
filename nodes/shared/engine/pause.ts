/** Pauses that can be cut short. */
import { attempt } from '../utils/attempt';
import { type Clock, StoppedError } from './clock';

/** A pause that somebody else may end early. */
export class Pause {
	private end?: () => void;

	constructor(private readonly clock: Pick<Clock, 'sleep'>) {}

	/**
	 * @param ms how long at most, in milliseconds
	 * @throws {StoppedError} as soon as the signal is aborted
	 */
	async run(ms: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) throw new StoppedError();
		const ended = new AbortController();
		this.end = () => ended.abort();
		const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
		await attempt(this.clock.sleep(ms, either));
		this.end = undefined;
		if (signal?.aborted) throw new StoppedError();
	}

	/** Ends the pause that is going on, if there is one. */
	endNow(): void {
		this.end?.();
	}
}
