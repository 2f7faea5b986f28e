/** How much is asked at once, and how often and for how long what failed is tried again. All of it stands here. */

/**
 * Requests to Kling at once, of one node run and of all callbacks together: so many that none of
 * them waits long, and so few that neither Kling nor a relay takes them for an attack.
 */
export const PARALLEL_REQUESTS = 20;

export interface RetryPolicy {
	/** How often something is tried at the most, the first time included; absent: no limit. */
	tries?: number;
	/** No further try begins later than this after the first one; milliseconds. Absent: no limit. */
	within?: number;
}

/** Of retries: doubling from the first to the longest. Milliseconds. */
export const PAUSES = { first: 1_000, longest: 30_000 } as const;

/** What a creation that created nothing is repeated for, by what another request may bring. */
export const CREATION = {
	/** An address that can't be reached is more likely mistyped than busy. */
	unsent: { tries: 3 },
	/** A token that the service takes for too old or too new is signed again. */
	signAgain: { tries: 2 },
	/**
	 * Trouble at the service, after which it says that it has no such task: long enough for a restart,
	 * and no burden on a service that is down.
	 */
	unknown: { tries: 8, within: 5 * 60_000 },
} as const satisfies Record<string, RetryPolicy>;

/** Looking for the task that a lost creation may have started. */
export const LOOK_UP = { tries: 8, within: 3 * 60_000 } as const satisfies RetryPolicy;

/** The same, as long as nothing that answers seems to be the Kling API. */
export const LOOK_UP_NOT_UNDERSTOOD = { tries: 4 } as const satisfies RetryPolicy;

/** Asking whether the user's own ID for a task is free. */
export const ID_CHECK = { tries: 3 } as const satisfies RetryPolicy;

/** A callback's own question that gets no answer, before the callback is given back. */
export const CALLBACK_CHECK = { tries: 3 } as const satisfies RetryPolicy;

/**
 * When a task is checked again whose callback is ahead of its status, or whose video is not listed
 * yet: after these pauses, which are half a minute together. Milliseconds.
 */
export const PAUSES_BEHIND = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

/** Reading a file from n8n's store. */
export const FILE_READ = { tries: 3 } as const satisfies RetryPolicy;

/** Downloading a video. */
export const DOWNLOAD = { tries: 3 } as const satisfies RetryPolicy;
