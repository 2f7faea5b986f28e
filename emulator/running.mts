/** What a running emulator offers to those who have started it. */
import type { CallbackDelivery, CallbackRequest } from './callbacks.mts';
import type { Fault } from './fault-schema.mts';
import type { RecordedRequest } from './log.mts';
import type { AccountOptions } from './options.mts';
import type { RelayName } from './relays.mts';
import type { TaskSummary } from './state.mts';

/** A running emulator. */
export interface Emulator {
	/** Base URL of Kling AI, without a trailing slash. */
	readonly url: string;
	/** Base URL of the Kling-compatible gateway. */
	readonly gatewayUrl: string;
	/** Base URL of a relay that answers in this dialect, for Kling AI with a custom region. */
	relayUrl: (name: RelayName) => string;
	readonly port: number;
	/** Every request so far, the video host's and the refused ones included; the oldest first. Open ones fill in later. */
	requests: () => RecordedRequest[];
	clearRequests: () => void;
	/**
	 * Makes something go wrong with a later request.
	 *
	 * @returns a function that takes the fault away again
	 * @throws Error when the fault makes no sense, or the emulator was started without faults
	 */
	addFault: (fault: Fault) => () => void;
	/** The faults still waiting for their requests. */
	faults: () => unknown[];
	clearFaults: () => void;
	/** Every task so far, the oldest first, as it stands now. */
	tasks: () => TaskSummary[];
	/** Changes an account, found by its name, while the emulator runs. */
	updateAccount: (name: string, changes: Partial<AccountOptions>) => void;
	/** Every callback sent so far. */
	callbacks: () => CallbackDelivery[];
	/** Sends the callbacks due by the emulator's clock; needed after turning a virtual one. Resolves when received. */
	flushCallbacks: () => Promise<void>;
	/** Sends a callback by hand: pass a recorded delivery to repeat it, or make one up to forge it. */
	sendCallback: (callback: CallbackRequest) => Promise<CallbackDelivery>;
	/** Forgets tasks, requests, callbacks and faults. */
	reset: () => void;
	/** Ends all connections, also hanging ones, and stops listening. */
	close: () => Promise<void>;
}
