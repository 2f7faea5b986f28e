/** How Create and Wait waits. These parameters hold for the whole batch and are read for the first item. */

import { z } from 'zod';

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
const optionsSchema = z.object({
	pollingInterval: numberIn('pollingInterval', 1, 3600).default(WAIT_DEFAULTS.pollingInterval),
	timeout: numberIn('timeout', 0, 24 * 60).default(WAIT_DEFAULTS.timeout),
	maxConcurrency: wholeNumberIn('maxConcurrency', 1, 1000).default(WAIT_DEFAULTS.maxConcurrency),
	onTimeout: oneOf('onTimeout', choices(['continue', 'error'], ON_TIMEOUT_LABELS)).default(
		WAIT_DEFAULTS.onTimeout,
	),
});

/** @throws {InputError} */
export function readWaitParameters(parameters: ParameterReader): WaitParameters {
	const waitFor = parameters.read('waitFor', waitForSchema);
	const given = fieldsOf(parameters.raw('waitOptions'));
	const { pollingInterval, timeout, maxConcurrency, onTimeout } = check(
		optionsSchema,
		given,
		'timeout',
	);
	return {
		waitFor,
		timeout: timeout * 60_000,
		maxConcurrency,
		polling: { pollingInterval: pollingInterval * 1000, onTimeout },
	};
}
