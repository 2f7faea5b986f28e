/**
 * The fault matrix: what goes wrong, and what must come of it in each operation and wire format. The expectations are
 * written from what the node promises (docs/fault-tolerance.md); nothing here is computed from what it does.
 *
 * Every cell runs with three items. Unless a row says otherwise the fault hits the second of them, once.
 */
import { EMULATOR_API_KEY, type FaultAction } from '../../emulator/index.mts';
import type { ErrorKind } from '../../nodes/shared/api/errors/kinds.ts';
import { downloadReasons } from '../../nodes/shared/n8n/words/notes.ts';
import { slot } from '../engine/sentences.mts';
import {
	each,
	failing,
	fine,
	none,
	type Expectation,
	type Expected,
	type Failure,
	type FaultSpec,
	type Format,
	type Row,
} from './row.mts';

const CREATES_NOTHING = none('Creates no video');
const NO_CREATE = { getStatus: CREATES_NOTHING, getMany: CREATES_NOTHING };
const WAITS_FOR_NOTHING = none('Checks no task after it was created');
const CHECKS_ONCE = none('Checks once, and fails as in the rows on its only request');
const NO_LIST = none('Is checked without a list');
const NO_FILE = none('Downloads nothing');
const NO_EXTERNAL_IDS = none('Gateways have no external task IDs');
const NO_CODE = none('Gateways answer without service codes');
const NO_TOKEN = none('Takes API keys only, no signed tokens');
const NO_RELAY = none('Relays forward the v1 format only');

const RETRIED = { counts: '3/3/3' };

/** One kind, or several that formats tell apart. */
type Kinds = ErrorKind | readonly ErrorKind[];

function mayHaveStarted(kinds: Kinds): Failure {
	return { kinds: [kinds].flat(), mayHaveStarted: true };
}

/** What a retry says of a video that may have been started. */
const NOT_AGAIN = mayHaveStarted('unknownOutcome');

/** What the operations that only check make of one request that fails. */
function checked(kinds: Kinds, times = 1): { getStatus: Expectation; getMany: Expectation } {
	return {
		getStatus: failing(kinds, { stop: '0/0/1', continue: '0/2/3', retry: { counts: '0/3/3' } }),
		getMany: failing(kinds, {
			stop: '0/0/0',
			continue: `0/${3 - times}/3`,
			retry: { counts: '0/3/3' },
		}),
	};
}

/**
 * A create request whose outcome the node cannot know. At Kling AI the task is looked up; on a gateway the video is not
 * created again.
 */
function unsure(kinds: Kinds, accepted: boolean): Expected {
	const lost = failing(mayHaveStarted(kinds), {
		stop: accepted ? '3/0/3' : '2/0/2',
		continue: accepted ? '3/2/3' : '2/2/2',
		retry: { counts: accepted ? '3/0/3' : '2/0/2', fails: NOT_AGAIN },
	});
	return each(fine(), lost);
}

interface LostReply {
	name: string;
	action: FaultAction | Readonly<Record<Format, FaultAction>>;
	kinds: Kinds;
	/** The video was started all the same. */
	accepted: boolean;
	/** Whether the operations that only check run too; where nothing is accepted there is nothing to tell apart. */
	checks: boolean;
}

function lostReply({ name, action, kinds, accepted, checks }: LostReply): Row {
	const same = none('Changes nothing at Kling: the same as before acceptance');
	return {
		name,
		faults: [{ on: 'request', item: 1, action }],
		cells: {
			create: unsure(kinds, accepted),
			createAndWait: unsure(kinds, accepted),
			...(checks ? checked(kinds) : { getStatus: same, getMany: same }),
		},
	};
}

/** One row before and one after acceptance. */
function lostReplies(
	name: string,
	toAction: (when: 'before' | 'after') => FaultAction,
	kinds: Kinds,
): Row[] {
	return (['before', 'after'] as const).map((when) =>
		lostReply({
			name: `${name}, ${when} acceptance`,
			action: toAction(when),
			kinds,
			accepted: when === 'after',
			checks: when === 'before',
		}),
	);
}

const GATEWAY_500 = { type: 'kling-error', code: 5000 } as const;

const LOST_REPLIES: Row[] = [
	...lostReplies('Connection reset', (when) => ({ type: 'reset', when }), 'interrupted'),
	...lostReplies('No answer', (when) => ({ type: 'hang', when }), 'timeout'),
	...lostReplies('500', (when) => ({ ...GATEWAY_500, when }), 'serverError'),
	...lostReplies(
		'502 with a web page',
		(when) => ({ type: 'html', status: 502, when }),
		'proxyError',
	),
	...lostReplies('503, maintenance (5001)', (when) => ({ type: 'kling-error', code: 5001, when }), [
		'maintenance',
		'serverError',
	]),
	...lostReplies('504, backlog (5002)', (when) => ({ type: 'kling-error', code: 5002, when }), [
		'overloaded',
		'serverError',
	]),
	...lostReplies('200 without a body', (when) => ({ type: 'empty', when }), 'unreadable'),
	...lostReplies('200 with a web page', (when) => ({ type: 'html', status: 200, when }), 'webPage'),
	lostReply({
		name: 'Reply cut off, after acceptance',
		action: { type: 'truncate' },
		kinds: 'interrupted',
		accepted: true,
		checks: true,
	}),
	lostReply({
		name: 'Reply that trickles without end, after acceptance',
		action: { type: 'trickle' },
		kinds: 'timeout',
		accepted: true,
		checks: true,
	}),
	lostReply({
		name: 'Half a JSON document, after acceptance',
		action: { type: 'reply', status: 200, when: 'after', body: '{"data": {"task_id": "8' },
		kinds: 'unreadable',
		accepted: true,
		checks: true,
	}),
	lostReply({
		name: 'JSON of another shape, after acceptance',
		action: { type: 'reshape', body: { hello: 'world' } },
		kinds: 'otherShape',
		accepted: true,
		checks: true,
	}),
	lostReply({
		name: 'Task ID missing, after acceptance',
		action: {
			gateway: { type: 'reshape', body: { task_status: 'submitted' } },
			v1: { type: 'reshape', body: { code: 0, data: { task_status: 'submitted' } } },
			path: { type: 'reshape', body: { code: 0, data: { status: 'submitted' } } },
		},
		kinds: 'otherShape',
		accepted: true,
		checks: true,
	}),
];

/** A limit that passes. */
function limited(name: string, action: FaultAction, kinds: Kinds): Row {
	return {
		name: `${name}, twice`,
		faults: [{ on: 'request', item: 1, times: 2, action }],
		cells: {
			create: fine(),
			createAndWait: fine(),
			...checked(kinds, 2),
		},
	};
}

const LIMITS: Row[] = [
	limited(
		'429 without a code',
		{ type: 'reply', status: 429, headers: { 'Retry-After': '2' }, body: { message: 'busy' } },
		'busy',
	),
	limited('429 with 1302', { type: 'kling-error', code: 1302 }, ['rateLimited', 'busy']),
	limited('429 with 1303', { type: 'kling-error', code: 1303 }, ['concurrencyLimit', 'busy']),
	limited(
		'429 with "1303" as text',
		{ type: 'reply', status: 429, body: { code: '1303', message: 'over limit' } },
		'concurrencyLimit',
	),
	{
		name: 'Concurrency limit of one (1303)',
		setting: { concurrency: 1 },
		cells: { create: fine(), createAndWait: fine(), ...NO_CREATE },
	},
	{
		name: '429 until the timeout, all items',
		faults: [
			{
				on: 'create',
				times: 'forever',
				action: { type: 'reply', status: 429, body: { message: 'busy' } },
			},
		],
		passes: true,
		setting: { wait: { timeout: 2 } },
		cells: {
			create: failing('busy', { stop: '0/0/0', continue: '0/0/0', retry: RETRIED }),
			createAndWait: failing('busy', { stop: '0/0/0', continue: '0/0/0', retry: RETRIED }),
			...NO_CREATE,
		},
	},
];

/** A refusal that retries do not change: nothing is charged for the item, and no other is harmed. */
function refused(
	name: string,
	action: FaultAction | Readonly<Record<Format, FaultAction>>,
	kind: ErrorKind,
	{ checks = false, provesNothing = false }: { checks?: boolean; provesNothing?: boolean } = {},
): Row {
	const final = failing(kind, { stop: '2/0/2', continue: '2/2/2', retry: '2/0/2' });
	const cell = provesNothing
		? each(
				final,
				failing(mayHaveStarted(kind), {
					stop: '2/0/2',
					continue: '2/2/2',
					retry: { counts: '2/0/2', fails: NOT_AGAIN },
				}),
			)
		: final;
	return {
		name,
		faults: [{ on: 'request', item: 1, times: 'forever', action }],
		cells: {
			create: cell,
			createAndWait: cell,
			...(checks
				? {
						getStatus: failing(kind, { stop: '0/0/1', continue: '0/2/3', retry: '0/0/1' }),
						getMany: failing(kind, { stop: '0/0/0', continue: '0/0/0', retry: '0/0/0' }),
					}
				: NO_CREATE),
		},
	};
}

/** A service code under a given HTTP status, wherever the format has it. */
function coded(status: number, code: number | string): Readonly<Record<Format, FaultAction>> {
	const official: FaultAction = { type: 'reply', status, body: { code, message: 'no' } };
	return {
		gateway: { type: 'reply', status, body: { error: { code, message: 'no' } } },
		v1: official,
		path: official,
	};
}

/** Nothing is sent, so nothing is charged, and no task can be reported. */
function unsent(): Expectation {
	return failing('input', { stop: '0/0/0', continue: '0/0/0', retry: '0/0/0' });
}

/** The estimate is over the limit; at a gateway no price is known. */
const OVER_LIMIT = unsent();

const LIMITED: Row[] = [
	{
		name: 'Estimated cost of all items above Cost Limit',
		setting: { costLimit: 2 },
		cells: { create: OVER_LIMIT, createAndWait: OVER_LIMIT, ...NO_CREATE },
	},
];

/** Services quote what they refuse. */
const QUOTED = `Invalid token: Bearer ${EMULATOR_API_KEY}`;

const REFUSALS: Row[] = [
	refused('429 with 1102, no balance', coded(429, 1102), 'noUnits'),
	refused('429 with "1102" as text', coded(429, '1102'), 'noUnits'),
	refused('200 with 1102', coded(200, 1102), 'noUnits'),
	refused('429 with 1304, address not allowed', coded(429, 1304), 'ipNotAllowed', { checks: true }),
	refused('400 with 1301, content moderation', coded(400, 1301), 'moderation'),
	refused('400 with 1201, parameter', coded(400, 1201), 'badParameter'),
	refused('401 with 1000, wrong key', coded(401, 1000), 'badKey', {
		checks: true,
	}),
	refused(
		'401 that quotes the key',
		{
			type: 'reply',
			status: 401,
			body: { code: 1000, message: QUOTED, error: { message: QUOTED } },
		},
		'badKey',
		{ checks: true },
	),
	refused(
		'307 to another address',
		{ type: 'reply', status: 307, headers: { Location: '/gateway/v1/videos/text2video' } },
		'redirected',
		{ checks: true, provesNothing: true },
	),
	{
		name: 'One refused (1102) while another gets no answer, after acceptance',
		faults: [
			{ on: 'create', item: 0, action: coded(429, 1102) },
			{ on: 'create', item: 1, action: { type: 'hang', when: 'after' } },
		],
		cells: {
			create: refusedBesideUnsure(),
			createAndWait: refusedBesideUnsure(),
			...NO_CREATE,
		},
	},
];

/** With fewer places than items, the attempts of Retry On Fail do not get to the last item. */
const ONE_AFTER_THE_OTHER: Row = {
	name: 'No answer, after acceptance, to the first of three with Max Concurrency 2',
	faults: [{ on: 'create', item: 0, action: { type: 'hang', when: 'after' } }],
	setting: { wait: { maxConcurrency: 2 } },
	cells: {
		create: none('Has no Max Concurrency'),
		createAndWait: unsure('timeout', true),
		...NO_CREATE,
	},
};

function refusedBesideUnsure(): Expected {
	return each(
		failing(
			{ kinds: ['noUnits'], mayHaveStarted: 'perhaps' },
			{
				stop: '2/0/2',
				continue: { counts: '2/2/2', fails: { kinds: ['noUnits'] } },
				retry: RETRIED,
			},
		),
		failing(mayHaveStarted('noUnits'), {
			stop: '2/0/2',
			continue: { counts: '2/1/2', fails: mayHaveStarted(['noUnits', 'timeout']) },
			retry: { counts: '3/0/3', fails: NOT_AGAIN },
		}),
	);
}

/** Kling's refusal as relays pass it on. */
const NESTED_1303 = {
	type: 'reply',
	status: 429,
	body: {
		code: 'fail_to_fetch_task',
		message: '{"code":1303,"message":"parallel task over resource pack limit"}',
		data: null,
	},
} as const;

const HANG_AFTER = { type: 'hang', when: 'after' } as const;
const RESET_AFTER = { type: 'reset', when: 'after' } as const;
const LOOKUP_FAILS = {
	on: 'lookUp',
	times: 'forever',
	action: { type: 'kling-error', code: 5000 },
} as const;

const named = (expectation: Expectation): Expected => each(expectation, NO_EXTERNAL_IDS);

const IN_USE = named(
	failing('idInUse', {
		stop: '0/0/0',
		continue: '2/2/2',
		retry: '0/0/0',
	}),
);

const NAMES: Row[] = [
	{
		name: 'Worker crashes before the replies, execution restarts',
		faults: [{ on: 'create', action: HANG_AFTER }],
		event: { at: 'creating', does: 'crash' },
		cells: { create: named(fine()), createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Worker crashes before the replies, execution restarts; no lookup is answered',
		faults: [{ on: 'create', action: HANG_AFTER }],
		event: { at: 'creating', does: 'crash' },
		afterwards: [LOOKUP_FAILS],
		setting: { wait: { timeout: 2 } },
		cells: { create: named(idMayBeInUse()), createAndWait: named(idMayBeInUse()), ...NO_CREATE },
	},
	{
		name: 'Worker crashes while polling, execution restarts',
		event: { at: 'checking', does: 'crash' },
		cells: { create: WAITS_FOR_NOTHING, createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Worker crashes after the node, execution restarts',
		event: { at: 'created', does: 'finish' },
		cells: { create: named(fine()), createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Worker crashes while polling, with External Task ID',
		event: { at: 'created', does: 'crash' },
		setting: { named: true },
		cells: {
			create: WAITS_FOR_NOTHING,
			// Whose tasks these are cannot be told.
			createAndWait: named(
				failing('idInUse', {
					stop: '3/0/3',
					continue: '3/0/3',
					retry: '3/0/3',
				}),
			),
			...NO_CREATE,
		},
	},
	{
		name: 'External Task ID in use since a day ago',
		setting: { named: true, inUse: 24 * 3_600_000 },
		cells: { create: IN_USE, createAndWait: IN_USE, ...NO_CREATE },
	},
	{
		name: 'External Task ID in use by another video since a minute ago',
		setting: { named: true, inUse: 60_000 },
		cells: { create: IN_USE, createAndWait: IN_USE, ...NO_CREATE },
	},
	{
		name: 'Connection reset, after acceptance, with External Task ID',
		faults: [{ on: 'create', item: 1, action: RESET_AFTER }],
		setting: { named: true },
		cells: { create: named(fine()), createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Connection reset, after acceptance; the task is found late',
		faults: [
			{ on: 'create', item: 1, action: RESET_AFTER },
			{
				on: 'lookUp',
				action: {
					gateway: { type: 'kling-error', code: 1203 },
					v1: { type: 'kling-error', code: 1203 },
					path: { type: 'reshape', body: { code: 0, message: 'SUCCEED', data: [] } },
				},
			},
		],
		cells: { create: named(fine()), createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Connection reset, after acceptance; the first two lookups get no answer',
		faults: [
			{ on: 'create', item: 1, action: RESET_AFTER },
			{ on: 'lookUp', times: 2, action: { type: 'reset' } },
		],
		cells: { create: named(fine()), createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Connection reset, after acceptance; no lookup is answered',
		faults: [{ on: 'create', item: 1, action: RESET_AFTER }, LOOKUP_FAILS],
		passes: true,
		setting: { wait: { timeout: 2 } },
		cells: {
			create: named(
				failing(mayHaveStarted('interrupted'), {
					stop: '3/0/3',
					continue: '3/2/3',
					retry: RETRIED,
				}),
			),
			createAndWait: named(
				failing(mayHaveStarted('interrupted'), {
					stop: '3/0/3',
					continue: '3/2/3',
					retry: RETRIED,
				}),
			),
			...NO_CREATE,
		},
	},
	{
		name: 'The same for 10 minutes, with External Task ID',
		faults: [
			{ on: 'create', item: 1, action: RESET_AFTER },
			// The first one makes sure that the ID is free.
			{ ...LOOKUP_FAILS, item: 1, skip: 1 },
		],
		passes: true,
		setting: { named: true, wait: { timeout: 10 } },
		cells: {
			create: none('Gives up after 5 minutes, as in the row above'),
			createAndWait: named(
				failing(mayHaveStarted('interrupted'), {
					stop: '3/0/3',
					continue: '3/2/3',
					retry: RETRIED,
				}),
			),
			...NO_CREATE,
		},
	},
	...(['before', 'after'] as const).map((when): Row => {
		// "No such task" in Kling's own words is an answer there, too.
		const cell = { gateway: NO_RELAY, path: NO_RELAY, v1: fine() };
		return {
			name: `Connection reset, ${when} acceptance, at a relay`,
			faults: [{ on: 'create', item: 1, action: { type: 'reset', when } }],
			setting: { relay: 'forwards' },
			cells: { create: cell, createAndWait: cell, ...NO_CREATE },
		};
	}),
	inOwnWords(),
];

/** "No such task" in a relay's own words proves nothing: it may not know external task IDs. */
function inOwnWords(): Row {
	const cell = {
		gateway: NO_RELAY,
		path: NO_RELAY,
		v1: failing(mayHaveStarted('interrupted'), {
			stop: '2/0/2',
			continue: '2/2/2',
			retry: { counts: '2/0/2', fails: NOT_AGAIN },
		}),
	};
	return {
		name: 'Connection reset, before acceptance, at a relay that knows no external task IDs',
		faults: [
			{ on: 'create', item: 1, action: { type: 'reset', when: 'before' } },
			{
				on: 'lookUp',
				times: 'forever',
				action: { type: 'reply', status: 400, body: { code: 'task_not_exist', data: null } },
			},
		],
		setting: { relay: 'forwards' },
		cells: { create: cell, createAndWait: cell, ...NO_CREATE },
	};
}

/** Tasks of these external IDs may be a crashed worker's, but that cannot be found out. */
function idMayBeInUse(): Expectation {
	const refused = ['badRequest', 'badParameter', 'conflict'] as const;
	return failing(mayHaveStarted(refused), {
		stop: '3/0/3',
		continue: '3/0/3',
		retry: { counts: '3/0/3', fails: mayHaveStarted([...refused, 'unknownOutcome']) },
	});
}

/** Status checks lost for half a minute do not lose a video. */
function lostPolls(name: string, action: FaultAction): Row {
	return {
		name: `Status checks for 30 s: ${name}`,
		faults: [{ on: 'check', times: 'forever', forMs: 30_000, action }],
		cells: {
			create: WAITS_FOR_NOTHING,
			createAndWait: fine(),
			getStatus: CHECKS_ONCE,
			getMany: CHECKS_ONCE,
		},
	};
}

/** Only a wait sees it. */
function waiting(expected: Expected, others: Partial<Row['cells']> = {}): Row['cells'] {
	return {
		create: WAITS_FOR_NOTHING,
		createAndWait: expected,
		getStatus: CHECKS_ONCE,
		getMany: CHECKS_ONCE,
		...others,
	};
}

const RISK = 'Failure to pass the risk control system';
const RISKY: Failure = { kinds: ['taskFailed'], reason: RISK };

const POLLS: Row[] = [
	lostPolls('connection reset', { type: 'reset' }),
	lostPolls('no answer', { type: 'hang' }),
	lostPolls('502 with a web page', { type: 'html', status: 502 }),
	lostPolls('200 with a web page', { type: 'html', status: 200 }),
	lostPolls('200 without a body', { type: 'empty' }),
	lostPolls('503, maintenance (5001)', { type: 'kling-error', code: 5001 }),
	lostPolls('429 with 1302', { type: 'kling-error', code: 1302 }),
	lostPolls('reply cut off', { type: 'truncate' }),
	lostPolls('reply that trickles without end', { type: 'trickle' }),
	lostPolls('JSON of another shape', { type: 'reshape', body: { hello: 'world' } }),
	{
		name: 'Status checks until the timeout: connection reset',
		faults: [{ on: 'check', times: 'forever', action: { type: 'reset' } }],
		setting: { wait: { timeout: 2 } },
		cells: waiting(failing('timeLimit', { stop: '3/0/3', continue: '3/0/3', retry: '3/0/3' })),
	},
	{
		name: 'Connections refused while polling',
		event: { at: 'created', does: { shut: 6 } },
		cells: waiting(fine()),
	},
	{
		name: 'Connections refused for a moment',
		event: { at: 'start', does: { shut: 3 } },
		cells: { create: fine(), createAndWait: fine(), getStatus: CHECKS_ONCE, getMany: CHECKS_ONCE },
	},
	{
		name: 'Connections refused for good',
		event: { at: 'start', does: { shut: Infinity } },
		passes: true,
		cells: {
			create: unreachable('0/0/0', RETRIED.counts),
			createAndWait: unreachable('0/0/0', RETRIED.counts),
			getStatus: failing('unreachable', {
				stop: '0/0/1',
				continue: '0/0/3',
				retry: { counts: '0/3/3' },
			}),
			getMany: unreachable('0/0/0', '0/3/3'),
		},
	},
	{
		name: 'List without the newest tasks',
		faults: [
			{
				on: 'list',
				times: 'forever',
				action: { type: 'reshape', body: { code: 0, message: 'SUCCEED', data: [] } },
			},
		],
		cells: waiting(
			{ gateway: NO_LIST, v1: fine(), path: NO_LIST },
			{
				getStatus: none('Needs no list'),
				getMany: none('Is the list'),
			},
		),
	},
	{
		name: 'Code as text in every reply',
		faults: [{ on: 'request', times: 'forever', action: { type: 'string-code' } }],
		cells: {
			create: each(fine(), NO_CODE),
			createAndWait: each(fine(), NO_CODE),
			getStatus: each(fine('0/3/3'), NO_CODE),
			getMany: fine('0/3/3'),
		},
	},
	{
		name: 'Code as text in every status check',
		faults: [{ on: 'check', times: 'forever', action: { type: 'string-code' } }],
		cells: waiting(each(fine(), NO_CODE)),
	},
	{
		name: 'Unknown status word',
		faults: [{ on: 'check', times: 2, action: { type: 'status', value: 'reticulating' } }],
		cells: waiting(fine(), { getStatus: fine('0/1/3'), getMany: fine('0/3/3') }),
	},
	{
		name: 'Unknown status word until the timeout, On Timeout: Continue',
		faults: [{ on: 'create', item: 1, action: { type: 'status', value: 'reticulating' } }],
		setting: { wait: { timeout: 2, onTimeout: 'continue' } },
		cells: waiting(fine('3/2/3')),
	},
	...[1, -1].map(
		(sign): Row => ({
			name: `Clock set ${sign > 0 ? 'forward' : 'back'} by 1 h while waiting`,
			faults: [{ on: 'check', times: 2, action: { type: 'status', value: 'processing' } }],
			event: { at: 'created', does: { jump: sign * 3_600_000 } },
			cells: waiting(fine(), {
				getStatus: none('Measures no time'),
				getMany: none('Measures no time'),
			}),
		}),
	),
	...[1, -1].map(
		(sign): Row => ({
			name: `Clock set ${sign > 0 ? 'forward' : 'back'} by 1 h, before a retry at the concurrency limit`,
			faults: [
				{
					on: 'create',
					item: 1,
					times: 2,
					action: { type: 'reply', status: 429, body: { message: 'busy' } },
				},
			],
			event: { at: 'refused', does: { jump: sign * 3_600_000 } },
			cells: { create: fine(), createAndWait: fine(), ...NO_CREATE },
		}),
	),
	...(
		[
			[1003, 'tokenEarly'],
			[1004, 'tokenExpired'],
		] as const
	).map(([code, kind]): Row => {
		const { getStatus, getMany } = checked(kind);
		return {
			name: `Token rejected once (${code})`,
			faults: [{ on: 'request', item: 1, action: { type: 'kling-error', code } }],
			setting: { authentication: 'accessKey' },
			cells: {
				create: tokens(fine()),
				createAndWait: tokens(fine()),
				getStatus: tokens(getStatus),
				getMany: tokens(getMany),
			},
		};
	}),
	{
		name: 'Token rejected for good (1004)',
		faults: [
			{ on: 'create', item: 1, times: 'forever', action: { type: 'kling-error', code: 1004 } },
		],
		setting: { authentication: 'accessKey' },
		cells: {
			create: tokens(expiredForGood()),
			createAndWait: tokens(expiredForGood()),
			...NO_CREATE,
		},
	},
	{
		name: 'Status checks for 30 s: token rejected (1004)',
		faults: [
			{ on: 'check', times: 'forever', forMs: 30_000, action: { type: 'kling-error', code: 1004 } },
		],
		setting: { authentication: 'accessKey' },
		cells: waiting(tokens(fine())),
	},
	{
		name: 'Key withdrawn while polling (1000)',
		faults: [{ on: 'check', times: 'forever', action: { type: 'kling-error', code: 1000 } }],
		cells: waiting(
			failing('badKey', {
				stop: '3/0/3',
				continue: '3/0/3',
				retry: '3/0/3',
			}),
		),
	},
	{
		name: 'Key withdrawn while polling (1000), valid again for the second attempt',
		faults: [{ on: 'check', times: 'forever', action: { type: 'kling-error', code: 1000 } }],
		passes: true,
		cells: waiting(
			failing('badKey', {
				stop: '3/0/3',
				continue: '3/0/3',
				retry: RETRIED,
			}),
		),
	},
	{
		name: 'Task unknown while polling',
		faults: [
			{
				on: 'check',
				item: 1,
				times: 'forever',
				action: {
					gateway: { type: 'kling-error', code: 1203 },
					v1: { type: 'kling-error', code: 1203 },
					path: { type: 'reshape', body: { code: 0, message: 'SUCCEED', data: [] } },
				},
			},
			// So that tasks are checked one by one.
			{ on: 'list', times: 'forever', action: { type: 'kling-error', code: 1202 } },
		],
		cells: waiting(
			failing(['notFound', 'badRequest'], {
				stop: '3/0/3',
				continue: '3/2/3',
				retry: '3/0/3',
			}),
			{
				getStatus: failing(['notFound', 'badRequest'], {
					stop: '0/0/1',
					continue: '0/2/3',
					retry: '0/0/1',
				}),
				getMany: none('Checks no certain task'),
			},
		),
	},
	{
		name: 'Task fails (risk control)',
		faults: [{ on: 'create', item: 1, action: { type: 'fail-task', message: RISK } }],
		cells: waiting(failing(RISKY, { stop: '2/0/2', continue: '2/2/2', retry: RETRIED }), {
			getStatus: none('See the next row'),
			getMany: none('See the next row'),
		}),
	},
	{
		name: 'Task has failed, seen by a status check',
		faults: [{ on: 'check', item: 1, action: { type: 'fail-task', message: RISK } }],
		cells: {
			create: WAITS_FOR_NOTHING,
			createAndWait: none('See the row before'),
			getStatus: fine('0/2/3'),
			// One check for all: all of them fail.
			getMany: fine('0/3/3'),
		},
	},
	{
		name: 'Task fails for good (risk control)',
		faults: [
			{ on: 'create', item: 1, times: 'forever', action: { type: 'fail-task', message: RISK } },
		],
		cells: waiting(failing(RISKY, { stop: '2/0/2', continue: '2/2/2', retry: '2/0/2' }), {
			getStatus: none('See the row before'),
			getMany: none('See the row before'),
		}),
	},
	{
		name: 'Task fails for good, with a reason that quotes the key',
		faults: [
			{ on: 'create', item: 1, times: 'forever', action: { type: 'fail-task', message: QUOTED } },
		],
		cells: waiting(failing('taskFailed', { stop: '2/0/2', continue: '2/2/2', retry: '2/0/2' }), {
			getStatus: none('See the rows before'),
			getMany: none('See the rows before'),
		}),
	},
	{
		name: 'Task fails (risk control), with External Task ID',
		faults: [{ on: 'create', item: 1, action: { type: 'fail-task', message: RISK } }],
		setting: { named: true },
		cells: waiting(
			named(
				failing(RISKY, {
					stop: '2/0/2',
					continue: '2/2/2',
					retry: { counts: '2/0/2', fails: { kinds: ['idInUse'] } },
				}),
			),
			{ getStatus: none('See the rows before'), getMany: none('See the rows before') },
		),
	},
	{
		name: 'Completed, the video is listed a moment later',
		faults: [{ on: 'check', times: 2, action: { type: 'no-result' } }],
		cells: waiting(fine(), {
			getStatus: failing('noVideo', {
				stop: '0/0/1',
				continue: '0/1/3',
				retry: { counts: '0/3/3' },
			}),
			getMany: fine('0/3/3'),
		}),
	},
	{
		name: 'Completed, the video is never listed',
		faults: [{ on: 'create', item: 1, times: 'forever', action: { type: 'no-result' } }],
		cells: waiting(failing('noVideo', { stop: '3/0/3', continue: '3/2/3', retry: '3/0/3' }), {
			getStatus: none('See the row before'),
			getMany: none('See the row before'),
		}),
	},
	{
		name: 'Timeout, On Timeout: Error',
		faults: [{ on: 'create', item: 1, action: { type: 'status', value: 'processing' } }],
		setting: { wait: { timeout: 2 } },
		cells: waiting(failing('timeLimit', { stop: '3/0/3', continue: '3/2/3', retry: '3/0/3' })),
	},
	{
		name: 'Timeout, On Timeout: Continue',
		faults: [{ on: 'create', item: 1, action: { type: 'status', value: 'processing' } }],
		setting: { wait: { timeout: 2, onTimeout: 'continue' } },
		cells: waiting(fine('3/2/3')),
	},
];

function unreachable(counts: string, retried: string): Expectation {
	return failing('unreachable', {
		stop: counts,
		continue: counts,
		retry: { counts: retried },
	});
}

function tokens(v1: Expectation): Expected {
	return { gateway: NO_TOKEN, v1, path: NO_TOKEN };
}

function expiredForGood(): Expectation {
	return failing('tokenExpired', {
		stop: '2/0/2',
		continue: '2/2/2',
		retry: '2/0/2',
	});
}

/** The file host has trouble once, and the file comes on the second attempt. */
function passingDownload(name: string, action: FaultAction): Row {
	return {
		name: `File: ${name}`,
		faults: [{ on: 'download', item: 1, action }],
		cells: {
			create: NO_FILE,
			createAndWait: fine(),
			getStatus: fine('0/3/3'),
			getMany: NO_FILE,
		},
	};
}

/** The file does not come, and its address is named. @param passes under Retry On Fail the second attempt gets it */
function lostDownload(name: string, action: FaultAction, reason: string, passes = true): Row {
	const failed: Failure = { kinds: ['download'], reason };
	return {
		name: `File: ${name}`,
		faults: [{ on: 'download', item: 1, times: 'forever', action }],
		passes,
		cells: {
			create: NO_FILE,
			createAndWait: failing(failed, {
				stop: '3/0/3',
				continue: '3/2/3',
				retry: passes ? RETRIED : '3/0/3',
			}),
			getStatus: failing(failed, {
				stop: '0/0/1',
				continue: '0/2/3',
				retry: passes ? { counts: '0/3/3' } : '0/0/1',
			}),
			getMany: NO_FILE,
		},
	};
}

const INTERRUPTED = downloadReasons.interrupted(slot('detail'));

const DOWNLOADS: Row[] = [
	passingDownload('connection reset', { type: 'reset' }),
	passingDownload('cut off', { type: 'cut', bytes: 1000 }),
	passingDownload('stalled', { type: 'stall', bytes: 1000 }),
	passingDownload('no answer', { type: 'hang' }),
	passingDownload('empty', { type: 'zero' }),
	passingDownload('500', { type: 'reply', status: 500 }),
	passingDownload('web page with 200', { type: 'html', status: 200 }),
	passingDownload('redirected', { type: 'redirect' }),
	lostDownload('cut off every time', { type: 'cut', bytes: 1000 }, INTERRUPTED),
	lostDownload('cut off in all tries', { type: 'cut', bytes: 1000 }, INTERRUPTED, false),
	lostDownload('stalled every time', { type: 'stall', bytes: 1000 }, downloadReasons.stalled),
	lostDownload('empty every time', { type: 'zero' }, downloadReasons.empty),
	lostDownload('link expired (403)', { type: 'expired' }, downloadReasons.status(403)),
	{
		name: 'File: half of it, announced as the whole',
		faults: [{ on: 'download', item: 1, action: { type: 'short-length' } }],
		cells: {
			create: NO_FILE,
			// Nothing but the film itself would tell.
			createAndWait: fine('3/2/3'),
			getStatus: fine('0/2/3'),
			getMany: NO_FILE,
		},
	},
];

const STOPPED = ['stopped', 'aborted'] as const;

function stopped(counts: string, failure: Failure = { kinds: STOPPED }): Expectation {
	return failing(failure, { stop: counts, continue: counts, retry: counts });
}

const STOPS: Row[] = [
	...(['before', 'after'] as const).map((when): Row => {
		const cell = stopped(when === 'after' ? '3/0/3' : '0/0/0', mayHaveStarted(STOPPED));
		return {
			name: `Stop while creating, ${when} acceptance`,
			faults: [{ on: 'create', action: { type: 'hang', when } }],
			event: { at: 'creating', does: 'stop' },
			cells: { create: cell, createAndWait: cell, ...NO_CREATE },
		};
	}),
	{
		name: 'Stop while waiting at the concurrency limit',
		faults: [
			{
				on: 'create',
				times: 'forever',
				action: { type: 'reply', status: 429, headers: { 'Retry-After': '600' } },
			},
		],
		event: { at: 'refused', does: 'stop' },
		setting: { wait: { timeout: 1000 } },
		cells: {
			create: none('Waits for 5 minutes at most: the pause would be longer'),
			// Requests of the other items may be on their way.
			createAndWait: stopped('0/0/0', { kinds: STOPPED, mayHaveStarted: 'perhaps' }),
			...NO_CREATE,
		},
	},
	{
		name: 'Stop during the lookup of a lost request',
		faults: [
			{ on: 'create', action: RESET_AFTER },
			{ on: 'lookUp', times: 'forever', action: { type: 'hang' } },
		],
		event: { at: 'checking', does: 'stop' },
		cells: {
			create: named(stopped('3/0/3', mayHaveStarted(STOPPED))),
			createAndWait: named(stopped('3/0/3', mayHaveStarted(STOPPED))),
			...NO_CREATE,
		},
	},
	{
		name: 'Stop between status checks',
		faults: [{ on: 'check', times: 'forever', action: { type: 'status', value: 'processing' } }],
		event: { at: 'checking', does: 'stop' },
		cells: {
			create: WAITS_FOR_NOTHING,
			createAndWait: stopped('3/0/3'),
			getStatus: none('Does not wait'),
			getMany: none('Does not wait'),
		},
	},
	{
		name: 'Stop during a status check',
		faults: [{ on: 'check', times: 'forever', action: { type: 'hang' } }],
		event: { at: 'checking', does: 'stop' },
		cells: {
			create: WAITS_FOR_NOTHING,
			createAndWait: stopped('3/0/3'),
			// Their items bring the IDs along.
			getStatus: stopped('0/0/0'),
			getMany: stopped('0/0/0'),
		},
	},
	{
		name: 'Stop during a download',
		faults: [{ on: 'download', times: 'forever', action: { type: 'stall', bytes: 1000 } }],
		event: { at: 'downloading', does: 'stop' },
		cells: {
			create: NO_FILE,
			createAndWait: stopped('3/0/3'),
			getStatus: stopped('0/0/0', { kinds: [...STOPPED, 'download'] }),
			getMany: NO_FILE,
		},
	},
];

/** What isn't the Kling API, or says no, is not waited for: a minute, and what the machine takes. */
const SOON = { minutes: 3, requests: 45 };

/** Whatever is asked for, whoever asks. */
function everywhere(action: FaultAction): FaultSpec[] {
	return (['request', 'list', 'lookUp'] as const).map((on) => ({
		on,
		times: 'forever',
		action,
		isEverywhere: true,
		...(on !== 'request' && { isPerhaps: true as const }),
	}));
}

/** Nothing is sent to anybody who could start a video, and all items are told so. */
function nowhere(kinds: Kinds, gateway: Kinds | Failure = kinds): Expected {
	const official = failing(kinds, { stop: '0/0/0', continue: '0/0/0', retry: '0/0/0' });
	const other: Failure =
		typeof gateway === 'object' && 'kinds' in gateway ? gateway : { kinds: [gateway].flat() };
	return each(official, failing(other, { stop: '0/0/0', continue: '0/0/0', retry: '0/0/0' }));
}

function wrongAddress(
	name: string,
	action: FaultAction,
	kinds: Kinds,
	gateway: Kinds | Failure,
): Row {
	return {
		name: `Wrong address: ${name}`,
		faults: everywhere(action),
		bounds: SOON,
		cells: {
			create: nowhere(kinds, gateway),
			createAndWait: nowhere(kinds, gateway),
			getStatus: failing(kinds, { stop: '0/0/1', continue: '0/0/3', retry: '0/0/1' }),
			getMany: failing(kinds, { stop: '0/0/0', continue: '0/0/0', retry: '0/0/0' }),
		},
	};
}

const ADDRESSES: Row[] = [
	wrongAddress(
		'a web page for everything',
		{ type: 'html', status: 200 },
		['notTheApi', 'webPage'],
		'notTheApi',
	),
	wrongAddress(
		'JSON with 404 for everything',
		{
			type: 'reply',
			status: 404,
			body: { error: { message: 'Invalid URL', type: 'invalid_request_error' } },
		},
		['notTheApi', 'notFound'],
		['notTheApi', 'notFound'],
	),
	{
		name: 'Wrong address: https to a port that speaks http',
		setting: { https: true },
		bounds: SOON,
		cells: {
			create: nowhere('unreachable'),
			createAndWait: nowhere('unreachable'),
			getStatus: failing('unreachable', { stop: '0/0/1', continue: '0/0/3', retry: '0/0/1' }),
			getMany: failing('unreachable', { stop: '0/0/0', continue: '0/0/0', retry: '0/0/0' }),
		},
	},
];

/** A refusal stands, whatever the lookup after it says. */
const BROKEN_LOOKUPS: Row[] = (
	[
		['500', { type: 'kling-error', code: 5000 }],
		[
			'data: null',
			{ type: 'reply', status: 200, body: { code: 0, message: 'SUCCEED', data: null } },
		],
		['a web page', { type: 'html', status: 200 }],
	] as Array<[string, FaultAction]>
).map(([name, action]) => {
	const row = refused(
		`400 with 1201, the lookup answers ${name}`,
		coded(400, 1201),
		'badParameter',
	);
	return {
		...row,
		bounds: SOON,
		faults: [...(row.faults ?? []), { on: 'lookUp', times: 'forever', isPerhaps: true, action }],
	};
});

/** Every create request ends in trouble, for longer than the node keeps trying. */
const OUTAGE: Row = {
	name: '500 to every create request',
	faults: [{ on: 'create', times: 'forever', action: GATEWAY_500 }],
	passes: true,
	cells: {
		create: nowhereAtFirst(),
		createAndWait: nowhereAtFirst(),
		...NO_CREATE,
	},
};

function nowhereAtFirst(): Expected {
	return each(
		failing('serverError', {
			// The others may be given up in the middle of their lookups.
			stop: { counts: '0/0/0', fails: { kinds: ['serverError'], mayHaveStarted: 'perhaps' } },
			continue: '0/0/0',
			retry: RETRIED,
		}),
		failing(mayHaveStarted('serverError'), {
			stop: '0/0/0',
			continue: '0/0/0',
			retry: { counts: '0/0/0', fails: NOT_AGAIN },
		}),
	);
}

const UNKNOWN_TASK = {
	gateway: { type: 'kling-error', code: 1203 },
	v1: { type: 'kling-error', code: 1203 },
	path: { type: 'reshape', body: { code: 0, message: 'SUCCEED', data: [] } },
} as const;

const TRANSIENT: Row = {
	name: 'Task unknown twice while polling',
	faults: [
		{ on: 'check', item: 1, times: 2, action: UNKNOWN_TASK },
		// So that tasks are checked one by one.
		{ on: 'list', times: 'forever', action: { type: 'kling-error', code: 1202 } },
	],
	cells: waiting(fine()),
};

/** Relays in dialects of their own: the table's other rows are about who forwards Kling's words. */
const RELAYS: Row[] = (['new-api', 'new-api-older', 'data-url'] as const).flatMap(
	(relay): Row[] => {
		const only = (expectation: Expectation): Expected => ({
			gateway: NO_RELAY,
			path: NO_RELAY,
			v1: expectation,
		});
		const noList = none('Relays of this kind have no list');
		const unknown = failing(mayHaveStarted('interrupted'), {
			stop: '3/0/3',
			continue: '3/2/3',
			retry: { counts: '3/0/3', fails: NOT_AGAIN },
		});
		return [
			{
				name: `Relay ${relay}: all is well`,
				setting: { relay },
				cells: {
					create: only(fine()),
					createAndWait: only(fine()),
					getStatus: only(fine('0/3/3')),
					getMany: noList,
				},
			},
			{
				name: `Relay ${relay}: connection reset, after acceptance`,
				faults: [{ on: 'create', item: 1, action: RESET_AFTER }],
				setting: { relay },
				cells: { create: only(unknown), createAndWait: only(unknown), ...NO_CREATE },
			},
			{
				name: `Relay ${relay}: task fails for good`,
				faults: [
					{ on: 'create', item: 1, times: 'forever', action: { type: 'fail-task', message: RISK } },
				],
				setting: { relay },
				cells: waiting(only(failing(RISKY, { stop: '2/0/2', continue: '2/2/2', retry: '2/0/2' })), {
					getStatus: none('See the row before'),
					getMany: noList,
				}),
			},
			{
				name: `Relay ${relay}: concurrency limit (1303) in a text, twice`,
				faults: [{ on: 'create', item: 1, times: 2, action: NESTED_1303 }],
				setting: { relay },
				cells: { create: only(fine()), createAndWait: only(fine()), ...NO_CREATE },
			},
		];
	},
);

export const TABLE: readonly Row[] = [
	...LOST_REPLIES,
	ONE_AFTER_THE_OTHER,
	...LIMITS,
	...REFUSALS,
	...LIMITED,
	...NAMES,
	...POLLS,
	...DOWNLOADS,
	...STOPS,
	...ADDRESSES,
	...BROKEN_LOOKUPS,
	OUTAGE,
	TRANSIENT,
	...RELAYS,
];
