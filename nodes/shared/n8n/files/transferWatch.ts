/** Sees to it that a transfer gets somewhere. */

import { attempt } from '../../utils/attempt';
import { onAbort } from '../../utils/onAbort';

/** What a stream that n8n reads from does with each piece that arrives. */
interface Transfer {
	readonly readableLength: number;
	push(chunk: unknown, encoding?: BufferEncoding): boolean;
}

/** Why a transfer is given up. */
type TransferProblem = 'stalled' | 'tooLarge';

/**
 * A minute must bring this much. Less is a connection that died without a word, or a host that keeps
 * it open byte by byte: at this pace no video would come within the time limit.
 */
const WINDOW = 60_000;
const LEAST_BYTES = 64_000;

/** Far beyond the longest video in the highest resolution. What is larger fills disk or memory; bytes. */
const MOST_BYTES = 1_000_000_000;

/** The same where n8n keeps files in memory, and in the execution's data as Base64; bytes. */
const MOST_IN_MEMORY = 200_000_000;

export class TransferWatch {
	private bytes = 0;
	/** Ends what is being waited for at present. */
	private disarm: () => void = () => {};

	private isLarge = false;

	/**
	 * Begins with the request: the first minute must bring the reply.
	 * @param isKeptInMemory asked once the file is too large for it
	 */
	constructor(
		private readonly giveUp: (problem: TransferProblem) => void,
		private readonly isKeptInMemory: () => Promise<boolean>,
	) {
		this.expect(0);
	}

	/**
	 * Watches what arrives. The pieces are counted as they come in, because a listener would start
	 * the flow before n8n is ready for it.
	 */
	watch(transfer: Transfer): void {
		this.stop();
		this.count(transfer.readableLength);
		this.expect(LEAST_BYTES);
		const push = transfer.push.bind(transfer);
		transfer.push = (chunk, encoding) => {
			// All has come; what n8n still does with it takes its time.
			if (chunk === null) this.stop();
			else this.count((chunk as Uint8Array).length);
			return push(chunk, encoding);
		};
	}

	stop(): void {
		this.disarm();
	}

	private count(bytes: number): void {
		this.bytes += bytes;
		if (this.bytes > MOST_BYTES) this.giveUp('tooLarge');
		if (this.bytes <= MOST_IN_MEMORY || this.isLarge) return;
		this.isLarge = true;
		void this.refuseInMemory();
	}

	private async refuseInMemory(): Promise<void> {
		const inMemory = await attempt(this.isKeptInMemory);
		if (inMemory.ok && inMemory.value) this.giveUp('tooLarge');
	}

	/** @param least how much more must have come when the time is up; 0 for the reply itself */
	private expect(least: number): void {
		const before = this.bytes;
		this.disarm = onAbort(AbortSignal.timeout(WINDOW), () => {
			if (least > 0 && this.bytes - before >= least) this.expect(least);
			else this.giveUp('stalled');
		});
	}
}
