/** How Create and Wait waits. These parameters hold for the whole batch and are read for the first item. */

import { ON_TIMEOUT_LABELS, WAIT_FOR_LABELS } from '../n8n/words/labels';
import { DEFAULT_POLLING_INTERVAL } from '../engine/poller';
import type { PollingOptions } from '../engine/runBatch';
import {
	check,
	choices,
	fieldsOf,
	numberIn,
	oneOf,
	wholeNumberIn,
	withDefault,
} from './fieldTypes';
import type { ParameterReader } from './parameterReader';

/** In the units of the form: seconds, minutes. */
export const WAIT_DEFAULTS = {
	waitFor: 'polling',
	pollingInterval: DEFAULT_POLLING_INTERVAL / 1000,
	timeout: 60,
	maxConcurrency: 20,
	onTimeout: 'error',
} as const;

export interface WaitParameters {
	waitFor: keyof typeof WAIT_FOR_LABELS;
	/** How long one video may take; milliseconds. */
	timeout: number;
	/** Videos at once. */
	maxConcurrency: number;
	polling: PollingOptions;
}

const waitForSchema = withDefault(
	oneOf('waitFor', choices(['polling', 'callback'], WAIT_FOR_LABELS)),
	WAIT_DEFAULTS.waitFor,
);

// Whoever sets a limit wants one: an expression that finds nothing is refused.
const pollingIntervalSchema = numberIn('pollingInterval', 1, 3600).default(
	WAIT_DEFAULTS.pollingInterval,
);
const timeoutSchema = numberIn('timeout', 0, 24 * 60).default(WAIT_DEFAULTS.timeout);
const maxConcurrencySchema = wholeNumberIn('maxConcurrency', 1, 1000).default(
	WAIT_DEFAULTS.maxConcurrency,
);
const onTimeoutSchema = oneOf(
	'onTimeout',
	choices(['continue', 'error'], ON_TIMEOUT_LABELS),
).default(WAIT_DEFAULTS.onTimeout);

/** @throws {InputError} */
export function readWaitParameters(parameters: ParameterReader): WaitParameters {
	const options = fieldsOf(parameters.raw('waitOptions'));
	const waitFor = parameters.read('waitFor', waitForSchema);
	const seconds = check(pollingIntervalSchema, options.pollingInterval, 'pollingInterval');
	const minutes = check(timeoutSchema, options.timeout, 'timeout');
	const maxConcurrency = check(maxConcurrencySchema, options.maxConcurrency, 'maxConcurrency');
	const onTimeout = check(onTimeoutSchema, options.onTimeout, 'onTimeout');
	return {
		waitFor,
		timeout: minutes * 60_000,
		maxConcurrency,
		polling: { pollingInterval: seconds * 1000, onTimeout },
	};
}
