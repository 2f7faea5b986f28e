/** Draws scripts at random, the simplest first, so that what fails shrinks to what matters. */

import fc from 'fast-check';

import type { FormatName } from '../../nodes/shared/api/routes.ts';
import { BODY_NAMES, CODE_WORDS, CODES, type Creation, USUAL, WORDS } from './creations.mts';
import type { Check, Execution, Fate, LookUp, Script } from './script.mts';

const STATUSES = [
	200, 200, 200, 200, 200, 201, 202, 500, 302, 303, 307, 400, 401, 403, 404, 408, 409, 413, 422,
	429, 500, 502, 503, 504, 524,
] as const;

const delays = fc.constantFrom(100, 0, 5_000, 30_000);

/** Nothing is answered. */
const lostCreations = fc
	.record({
		creates: fc.boolean(),
		lost: fc.constantFrom('reset' as const, 'timeout', 'unreachable', 'cut'),
	})
	.map((drawn): Creation => ({ ...USUAL, ...drawn }));

/** Anything is answered. */
const oddCreations: fc.Arbitrary<Creation> = fc.record({
	creates: fc.boolean(),
	status: fc.constantFrom(...STATUSES),
	body: fc.constantFrom(...BODY_NAMES),
	code: fc.constantFrom(...CODES),
	codeWord: fc.constantFrom(...CODE_WORDS),
	words: fc.constantFrom(...WORDS),
	delay: delays,
});

const creations = fc.oneof(
	{ withCrossShrink: true },
	{ weight: 2, arbitrary: fc.constant(USUAL) },
	{ weight: 2, arbitrary: lostCreations },
	{ weight: 6, arbitrary: oddCreations },
);

const lookUps: fc.Arbitrary<LookUp> = fc.constantFrom(
	'truth',
	'truth',
	'noEcho',
	'reset',
	'timeout',
	'serverError',
	'tooMany',
	'webPage',
	'emptyBody',
	'bareNotFound',
	'badRequest',
	'dataNull',
	'ownWords',
	'otherTask',
	'otherWithoutId',
	'otherTasks',
	'otherJson',
);

const checks: fc.Arbitrary<Check> = fc.constantFrom(
	'truth',
	'truth',
	'stillRunning',
	'reset',
	'timeout',
	'serverError',
	'tooMany',
	'webPage',
	'otherJson',
	'notFound',
);

const fates: fc.Arbitrary<Fate> = fc.record({
	ends: fc.constantFrom('completed', 'failed', 'failed', 'never', 'withoutVideo'),
	after: fc.constantFrom(20_000, 0, 90_000),
});

const executions: fc.Arbitrary<Execution> = fc.record(
	{
		ends: fc.constantFrom('stopped' as const, 'crashed'),
		at: fc.record({
			step: fc.nat({ max: 24 }),
			later: fc.constantFrom(0, 50, 1_500, 20_000),
		}),
		isLedgerKept: fc.boolean(),
		isProcessKept: fc.boolean(),
		changedItem: fc.nat({ max: 3 }),
	},
	{ requiredKeys: ['at', 'isLedgerKept', 'isProcessKept'] },
);

const FORMATS_OF: Readonly<Record<Script['service'], readonly FormatName[]>> = {
	official: ['v1', 'path', 'v1-image', 'path-image'],
	relay: ['v1', 'path', 'v1-image', 'path-image'],
	gateway: ['gateway'],
};

/** The service, and what is agreed with it. */
const settings = fc
	.constantFrom<Script['service'][]>('official', 'relay', 'gateway')
	.chain((service) =>
		fc
			.record({
				service: fc.constant(service),
				format: fc.constantFrom(...FORMATS_OF[service]),
				isUndocumented: fc.constantFrom(false, false, true),
				externalIds: fc.constantFrom<Script['externalIds'][]>('kept', 'kept', 'ignored', 'refused'),
			})
			.map(({ isUndocumented, externalIds, ...drawn }) => {
				const isPathFormat = drawn.format.startsWith('path');
				const mayLackIds = service !== 'official' || (isPathFormat && isUndocumented);
				return {
					...drawn,
					isUndocumented: isPathFormat && isUndocumented,
					externalIds: mayLackIds ? externalIds : ('kept' as const),
				};
			}),
	);

export const scripts: fc.Arbitrary<Script> = fc
	.tuple(
		settings,
		fc.record(
			{
				items: fc.integer({ min: 1, max: 4 }),
				maxConcurrency: fc.integer({ min: 1, max: 4 }),
				stopsOnFailure: fc.boolean(),
				waits: fc.boolean(),
				timeout: fc.constantFrom(5 * 60_000, 60_000, 20 * 60_000),
				pollingInterval: fc.constantFrom(30_000, 5_000),
				onTimeout: fc.constantFrom('error' as const, 'continue'),
				tries: fc.integer({ min: 1, max: 3 }),
				// Rarely: what comes of it hides everything else.
				volatileItem: fc.constantFrom(undefined, undefined, undefined, undefined, 0, 1),
				creations: fc.array(creations, { maxLength: 8 }),
				lookUps: fc.array(lookUps, { maxLength: 6 }),
				checks: fc.array(checks, { maxLength: 6 }),
				fates: fc.array(fates, { maxLength: 4 }),
				executions: fc.array(executions, { minLength: 1, maxLength: 3 }),
			},
			{
				requiredKeys: [
					'items',
					'maxConcurrency',
					'stopsOnFailure',
					'waits',
					'timeout',
					'pollingInterval',
					'onTimeout',
					'tries',
					'volatileItem',
					'creations',
					'lookUps',
					'checks',
					'fates',
					'executions',
				],
			},
		),
	)
	.map(([setting, drawn]) => ({ ...setting, ...drawn }));
