/**
 * The fault matrix: what goes wrong, and what must come of it in each operation and wire format. The expectations are
 * written from what the node promises (docs/fault-tolerance.md); nothing here is computed from what it does.
 *
 * Every cell runs with three items. Unless a row says otherwise the fault hits the second of them, once.
 */
import type { FaultAction } from '../../emulator/index.mts';
import {
	each,
	failing,
	fine,
	none,
	type Expectation,
	type Expected,
	type Format,
	type Row,
} from './row.mts';

const MAY_BE_BOUGHT = /may have (been started|started it)/;
const CREATES_NOTHING = none('Creates no video');
const NO_CREATE = { getStatus: CREATES_NOTHING, getMany: CREATES_NOTHING };
const WAITS_FOR_NOTHING = none('Asks for no task after it was created');
const ASKS_ONCE = none('Asks once, and fails as in the rows on its only request');
const NO_LIST = none('Is polled without a list');
const NO_FILE = none('Downloads nothing');
const NO_NAMES = none('Gateways know no names for tasks');
const NO_CODE = none('Gateways answer without service codes');
const NO_TOKEN = none('Takes API keys only, no signed tokens');
const OTHER_SERVICE = none('Only Kling’s v1 format is passed on by others');

const RETRIED = { counts: '3/3/3' };

/** What the operations that only ask make of one request that fails. */
function asked(says: RegExp, times = 1): { getStatus: Expectation; getMany: Expectation } {
	return {
		getStatus: failing(says, { stop: '0/0/1', continue: '0/2/3', retry: { counts: '0/3/3' } }),
		getMany: failing(says, {
			stop: '0/0/0',
			continue: `0/${3 - times}/3`,
			retry: { counts: '0/3/3' },
		}),
	};
}

/**
 * A create request whose outcome the node cannot know. Kling's own service is asked whether it has the task; on a gateway
 * the video is not created again.
 */
function unsure(says: RegExp, accepted: boolean): Expected {
	const lost = failing([says, MAY_BE_BOUGHT], {
		stop: accepted ? '3/0/3' : '2/0/2',
		continue: accepted ? '3/2/3' : '2/2/2',
		retry: { counts: accepted ? '3/0/3' : '2/0/2', says: [MAY_BE_BOUGHT] },
	});
	return each(fine(), lost);
}

interface LostReply {
	name: string;
	action: FaultAction | Readonly<Record<Format, FaultAction>>;
	says: RegExp;
	/** The video was started all the same. */
	accepted: boolean;
	/** Whether the operations that only ask run too; where nothing is accepted there is nothing to tell apart. */
	asks: boolean;
}

function lostReply({ name, action, says, accepted, asks }: LostReply): Row {
	const same = none('Changes nothing at Kling: the same as before acceptance');
	return {
		name,
		faults: [{ on: 'request', item: 1, action }],
		cells: {
			create: unsure(says, accepted),
			createAndWait: unsure(says, accepted),
			...(asks ? asked(says) : { getStatus: same, getMany: same }),
		},
	};
}

/** One row before and one after acceptance. */
function lostReplies(
	name: string,
	toAction: (when: 'before' | 'after') => FaultAction,
	says: RegExp,
): Row[] {
	return (['before', 'after'] as const).map((when) =>
		lostReply({
			name: `${name}, ${when} acceptance`,
			action: toAction(when),
			says,
			accepted: when === 'after',
			asks: when === 'before',
		}),
	);
}

const BROKEN = /The connection to Kling broke before the reply was complete/;
const UNUSABLE = /Kling’s reply cannot be used/;
const GATEWAY_500 = { type: 'kling-error', code: 5000 } as const;

const LOST_REPLIES: Row[] = [
	...lostReplies('Connection reset', (when) => ({ type: 'reset', when }), BROKEN),
	...lostReplies('No answer', (when) => ({ type: 'hang', when }), /Kling did not answer in time/),
	...lostReplies('500', (when) => ({ ...GATEWAY_500, when }), /Kling has trouble on its side/),
	...lostReplies(
		'502 with a web page',
		(when) => ({ type: 'html', status: 502, when }),
		/The server in front of Kling has trouble/,
	),
	...lostReplies(
		'503, maintenance (5001)',
		(when) => ({ type: 'kling-error', code: 5001, when }),
		/Kling (is under maintenance|has trouble on its side)/,
	),
	...lostReplies(
		'504, backlog (5002)',
		(when) => ({ type: 'kling-error', code: 5002, when }),
		/Kling(’s backlog is too long| has trouble on its side)/,
	),
	...lostReplies('200 without a body', (when) => ({ type: 'empty', when }), UNUSABLE),
	...lostReplies('200 with a web page', (when) => ({ type: 'html', status: 200, when }), UNUSABLE),
	lostReply({
		name: 'Reply cut off, after acceptance',
		action: { type: 'truncate' },
		says: BROKEN,
		accepted: true,
		asks: true,
	}),
	lostReply({
		name: 'Half a JSON document, after acceptance',
		action: { type: 'reply', status: 200, when: 'after', body: '{"data": {"task_id": "8' },
		says: UNUSABLE,
		accepted: true,
		asks: true,
	}),
	lostReply({
		name: 'JSON of another shape, after acceptance',
		action: { type: 'reshape', body: { hello: 'world' } },
		says: UNUSABLE,
		accepted: true,
		asks: true,
	}),
	lostReply({
		name: 'Task ID missing, after acceptance',
		action: {
			gateway: { type: 'reshape', body: { task_status: 'submitted' } },
			v1: { type: 'reshape', body: { code: 0, data: { task_status: 'submitted' } } },
			path: { type: 'reshape', body: { code: 0, data: { status: 'submitted' } } },
		},
		says: UNUSABLE,
		accepted: true,
		asks: true,
	}),
];

/** A "not yet" that passes. */
function notYet(name: string, action: FaultAction, says: RegExp, gateway?: Expectation): Row {
	const { getStatus, getMany } = asked(says, 2);
	const cell = (expectation: Expectation): Expected =>
		gateway ? each(expectation, gateway) : expectation;
	return {
		name: `${name}, twice`,
		faults: [{ on: 'request', item: 1, times: 2, action }],
		cells: {
			create: cell(fine()),
			createAndWait: cell(fine()),
			getStatus: cell(getStatus),
			getMany: cell(getMany),
		},
	};
}

const NO_FURTHER = /Kling takes no further request at the moment/;

const NOT_YETS: Row[] = [
	notYet(
		'429 without a code',
		{ type: 'reply', status: 429, headers: { 'Retry-After': '2' }, body: { message: 'busy' } },
		NO_FURTHER,
	),
	notYet(
		'429 with 1302',
		{ type: 'kling-error', code: 1302 },
		/Requests come too fast for Kling|Kling takes no further/,
	),
	notYet(
		'429 with 1303',
		{ type: 'kling-error', code: 1303 },
		/slots for parallel videos are taken|Kling takes no further/,
	),
	notYet(
		'429 with "1303" as text',
		{ type: 'reply', status: 429, body: { code: '1303', message: 'over limit' } },
		/slots for parallel videos are taken/,
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
			create: failing(NO_FURTHER, { stop: '0/0/0', continue: '0/0/0', retry: RETRIED }),
			createAndWait: failing(NO_FURTHER, { stop: '0/0/0', continue: '0/0/0', retry: RETRIED }),
			...NO_CREATE,
		},
	},
];

/** A refusal that repetitions do not change: nothing is bought, and nothing else harmed. */
function refused(
	name: string,
	action: FaultAction | Readonly<Record<Format, FaultAction>>,
	says: RegExp,
	{ asks = false, gateway }: { asks?: boolean; gateway?: Expectation } = {},
): Row {
	const failed = failing(says, { stop: '2/0/2', continue: '2/2/2', retry: '2/0/2' });
	const cell = gateway ? each(failed, gateway) : failed;
	return {
		name,
		faults: [{ on: 'request', item: 1, times: 'forever', action }],
		cells: {
			create: cell,
			createAndWait: cell,
			...(asks
				? {
						getStatus: failing(says, { stop: '0/0/1', continue: '0/2/3', retry: '0/0/1' }),
						getMany: failing(says, { stop: '0/0/0', continue: '0/0/0', retry: '0/0/0' }),
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

const REFUSALS: Row[] = [
	refused('429 with 1102, no balance', coded(429, 1102), /resource pack is used up/),
	refused('429 with "1102" as text', coded(429, '1102'), /resource pack is used up/),
	refused('200 with 1102', coded(200, 1102), /resource pack is used up/),
	refused('429 with 1304, address not allowed', coded(429, 1304), /IP address/, { asks: true }),
	refused('400 with 1301, content check', coded(400, 1301), /content check refused/),
	refused('400 with 1201, parameter', coded(400, 1201), /refused one of the request’s parameters/),
	refused('401 with 1000, wrong key', coded(401, 1000), /Kling refused the credential/, {
		asks: true,
	}),
	refused(
		'307 to another address',
		{ type: 'reply', status: 307, headers: { Location: '/gateway/v1/videos/text2video' } },
		/Something else than the Kling API answered/,
		{ asks: true },
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

/** With fewer slots than items, the tries of Retry On Fail do not get to the last item. */
const ONE_AFTER_THE_OTHER: Row = {
	name: 'No answer, after acceptance, to the first of three with Max Concurrency 2',
	faults: [{ on: 'create', item: 0, action: { type: 'hang', when: 'after' } }],
	setting: { wait: { maxConcurrency: 2 } },
	cells: {
		create: none('Has no Max Concurrency'),
		createAndWait: unsure(/Kling did not answer in time/, true),
		...NO_CREATE,
	},
};

function refusedBesideUnsure(): Expected {
	const says = /resource pack is used up/;
	return each(
		failing([says], { stop: '2/0/2', continue: '2/2/2', retry: RETRIED }),
		failing([says, MAY_BE_BOUGHT], {
			stop: '2/0/2',
			continue: '2/1/2',
			retry: { counts: '3/0/3', says: [MAY_BE_BOUGHT] },
		}),
	);
}

const HANG_AFTER = { type: 'hang', when: 'after' } as const;
const RESET_AFTER = { type: 'reset', when: 'after' } as const;
const LOOKUP_FAILS = {
	on: 'lookUp',
	times: 'forever',
	action: { type: 'kling-error', code: 5000 },
} as const;

const named = (expectation: Expectation): Expected => each(expectation, NO_NAMES);

const TAKEN = named(
	failing(/belongs to another task already/, {
		stop: '0/0/0',
		continue: '2/2/2',
		retry: '0/0/0',
	}),
);

const NAMES: Row[] = [
	{
		name: 'Worker crashes before the replies, execution restarts',
		faults: [{ on: 'create', action: HANG_AFTER }],
		event: { at: 'creating', does: 'die' },
		cells: { create: named(fine()), createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Worker crashes before the replies, execution restarts; no lookup is answered',
		faults: [{ on: 'create', action: HANG_AFTER }],
		event: { at: 'creating', does: 'die' },
		afterwards: [LOOKUP_FAILS],
		setting: { wait: { timeout: 2 } },
		cells: { create: named(nameTaken()), createAndWait: named(nameTaken()), ...NO_CREATE },
	},
	{
		name: 'Worker crashes while polling, execution restarts',
		event: { at: 'asking', does: 'die' },
		cells: { create: WAITS_FOR_NOTHING, createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Worker crashes after the node, execution restarts',
		event: { at: 'created', does: 'finish' },
		cells: { create: named(fine()), createAndWait: named(fine()), ...NO_CREATE },
	},
	{
		name: 'Worker crashes while polling, with External Task ID',
		event: { at: 'created', does: 'die' },
		setting: { named: true },
		cells: {
			create: WAITS_FOR_NOTHING,
			// Whose tasks these are cannot be told.
			createAndWait: named(
				failing(/belongs to another task already/, {
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
		setting: { named: true, taken: 24 * 3_600_000 },
		cells: { create: TAKEN, createAndWait: TAKEN, ...NO_CREATE },
	},
	{
		name: 'External Task ID in use by another video since a minute ago',
		setting: { named: true, taken: 60_000 },
		cells: { create: TAKEN, createAndWait: TAKEN, ...NO_CREATE },
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
				failing([BROKEN, MAY_BE_BOUGHT], { stop: '3/0/3', continue: '3/2/3', retry: RETRIED }),
			),
			createAndWait: named(
				failing([BROKEN, MAY_BE_BOUGHT], { stop: '3/0/3', continue: '3/2/3', retry: RETRIED }),
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
				failing([BROKEN, MAY_BE_BOUGHT], { stop: '3/0/3', continue: '3/2/3', retry: RETRIED }),
			),
			...NO_CREATE,
		},
	},
	...(['before', 'after'] as const).map((when): Row => {
		const isAccepted = when === 'after';
		const cell = {
			gateway: OTHER_SERVICE,
			path: OTHER_SERVICE,
			// There a task that is not found proves nothing.
			v1: isAccepted
				? fine()
				: failing([BROKEN, MAY_BE_BOUGHT], {
						stop: '2/0/2',
						continue: '2/2/2',
						retry: { counts: '2/0/2', says: [MAY_BE_BOUGHT] },
					}),
		};
		return {
			name: `Connection reset, ${when} acceptance, at a relay`,
			faults: [{ on: 'create', item: 1, action: { type: 'reset', when } }],
			setting: { relay: true },
			cells: { create: cell, createAndWait: cell, ...NO_CREATE },
		};
	}),
];

/** Tasks of these names may be a dead worker's, but that cannot be found out. */
function nameTaken(): Expectation {
	return failing(MAY_BE_BOUGHT, { stop: '3/0/3', continue: '3/0/3', retry: '3/0/3' });
}

/** Questions lost for half a minute do not lose a video. */
function lostPolls(name: string, action: FaultAction): Row {
	return {
		name: `Status checks for 30 s: ${name}`,
		faults: [{ on: 'ask', times: 'forever', forMs: 30_000, action }],
		cells: {
			create: WAITS_FOR_NOTHING,
			createAndWait: fine(),
			getStatus: ASKS_ONCE,
			getMany: ASKS_ONCE,
		},
	};
}

/** Only a wait sees it. */
function waiting(expected: Expected, others: Partial<Row['cells']> = {}): Row['cells'] {
	return {
		create: WAITS_FOR_NOTHING,
		createAndWait: expected,
		getStatus: ASKS_ONCE,
		getMany: ASKS_ONCE,
		...others,
	};
}

const TIMED_OUT = /did not finish the video within 'Timeout \(Minutes\)'/;
const NO_VIDEO = /calls the task completed, but its reply names no video/;
const RISK = 'Failure to pass the risk control system';
const COULD_NOT = /Kling could not make the video: Failure to pass the risk control system/;

const POLLS: Row[] = [
	lostPolls('connection reset', { type: 'reset' }),
	lostPolls('no answer', { type: 'hang' }),
	lostPolls('502 with a web page', { type: 'html', status: 502 }),
	lostPolls('200 with a web page', { type: 'html', status: 200 }),
	lostPolls('200 without a body', { type: 'empty' }),
	lostPolls('503, maintenance (5001)', { type: 'kling-error', code: 5001 }),
	lostPolls('429 with 1302', { type: 'kling-error', code: 1302 }),
	lostPolls('reply cut off', { type: 'truncate' }),
	lostPolls('JSON of another shape', { type: 'reshape', body: { hello: 'world' } }),
	{
		name: 'Status checks until the timeout: connection reset',
		faults: [{ on: 'ask', times: 'forever', action: { type: 'reset' } }],
		setting: { wait: { timeout: 2 } },
		cells: waiting(failing(TIMED_OUT, { stop: '3/0/3', continue: '3/0/3', retry: '3/0/3' })),
	},
	{
		name: 'Connections refused while polling',
		event: { at: 'created', does: { shut: 6 } },
		cells: waiting(fine()),
	},
	{
		name: 'Connections refused for a moment',
		event: { at: 'start', does: { shut: 3 } },
		cells: { create: fine(), createAndWait: fine(), getStatus: ASKS_ONCE, getMany: ASKS_ONCE },
	},
	{
		name: 'Connections refused for good',
		event: { at: 'start', does: { shut: Infinity } },
		passes: true,
		cells: {
			create: unreachable('0/0/0', RETRIED.counts),
			createAndWait: unreachable('0/0/0', RETRIED.counts),
			getStatus: failing(/Kling cannot be reached/, {
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
		faults: [{ on: 'ask', times: 'forever', action: { type: 'string-code' } }],
		cells: waiting(each(fine(), NO_CODE)),
	},
	{
		name: 'Unknown status word',
		faults: [{ on: 'ask', times: 2, action: { type: 'status', value: 'reticulating' } }],
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
			faults: [{ on: 'ask', times: 2, action: { type: 'status', value: 'processing' } }],
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
	...[1003, 1004].map((code): Row => {
		const says = /Kling says the signed token/;
		const { getStatus, getMany } = asked(says);
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
			{ on: 'ask', times: 'forever', forMs: 30_000, action: { type: 'kling-error', code: 1004 } },
		],
		setting: { authentication: 'accessKey' },
		cells: waiting(tokens(fine())),
	},
	{
		name: 'Key withdrawn while polling (1000)',
		faults: [{ on: 'ask', times: 'forever', action: { type: 'kling-error', code: 1000 } }],
		cells: waiting(
			failing(/Kling refused the (credential|API key)/, {
				stop: '3/0/3',
				continue: '3/0/3',
				retry: '3/0/3',
			}),
		),
	},
	{
		name: 'Key withdrawn while polling (1000), valid again for the second attempt',
		faults: [{ on: 'ask', times: 'forever', action: { type: 'kling-error', code: 1000 } }],
		passes: true,
		cells: waiting(
			failing(/Kling refused the (credential|API key)/, {
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
				on: 'ask',
				item: 1,
				times: 'forever',
				action: {
					gateway: { type: 'kling-error', code: 1203 },
					v1: { type: 'kling-error', code: 1203 },
					path: { type: 'reshape', body: { code: 0, message: 'SUCCEED', data: [] } },
				},
			},
			// So that tasks are asked for one by one.
			{ on: 'list', times: 'forever', action: { type: 'kling-error', code: 1202 } },
		],
		cells: waiting(
			failing(/Kling (does not know|refused the request’s parameters)/, {
				stop: '3/0/3',
				continue: '3/2/3',
				retry: '3/0/3',
			}),
			{
				getStatus: failing(/Kling (does not know|refused the request’s parameters)/, {
					stop: '0/0/1',
					continue: '0/2/3',
					retry: '0/0/1',
				}),
				getMany: none('Asks for no certain task'),
			},
		),
	},
	{
		name: 'Task fails (risk control)',
		faults: [{ on: 'create', item: 1, action: { type: 'fail-task', message: RISK } }],
		cells: waiting(failing(COULD_NOT, { stop: '2/0/2', continue: '2/2/2', retry: RETRIED }), {
			getStatus: none('See the next row'),
			getMany: none('See the next row'),
		}),
	},
	{
		name: 'Task has failed, seen by a status check',
		faults: [{ on: 'ask', item: 1, action: { type: 'fail-task', message: RISK } }],
		cells: {
			create: WAITS_FOR_NOTHING,
			createAndWait: none('See the row before'),
			getStatus: fine('0/2/3'),
			// One question for all: all of them fail.
			getMany: fine('0/3/3'),
		},
	},
	{
		name: 'Task fails for good (risk control)',
		faults: [
			{ on: 'create', item: 1, times: 'forever', action: { type: 'fail-task', message: RISK } },
		],
		cells: waiting(failing(COULD_NOT, { stop: '2/0/2', continue: '2/2/2', retry: '2/0/2' }), {
			getStatus: none('See the row before'),
			getMany: none('See the row before'),
		}),
	},
	{
		name: 'Task fails (risk control), with External Task ID',
		faults: [{ on: 'create', item: 1, action: { type: 'fail-task', message: RISK } }],
		setting: { named: true },
		cells: waiting(
			named(
				failing(COULD_NOT, {
					stop: '2/0/2',
					continue: '2/2/2',
					retry: { counts: '2/0/2', says: [/belongs to another task already/] },
				}),
			),
			{ getStatus: none('See the rows before'), getMany: none('See the rows before') },
		),
	},
	{
		name: 'Completed, the video is listed a moment later',
		faults: [{ on: 'ask', times: 2, action: { type: 'no-result' } }],
		cells: waiting(fine(), {
			getStatus: failing(NO_VIDEO, {
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
		cells: waiting(failing(NO_VIDEO, { stop: '3/0/3', continue: '3/2/3', retry: '3/0/3' }), {
			getStatus: none('See the row before'),
			getMany: none('See the row before'),
		}),
	},
	{
		name: 'Timeout, On Timeout: Error',
		faults: [{ on: 'create', item: 1, action: { type: 'status', value: 'processing' } }],
		setting: { wait: { timeout: 2 } },
		cells: waiting(failing(TIMED_OUT, { stop: '3/0/3', continue: '3/2/3', retry: '3/0/3' })),
	},
	{
		name: 'Timeout, On Timeout: Continue',
		faults: [{ on: 'create', item: 1, action: { type: 'status', value: 'processing' } }],
		setting: { wait: { timeout: 2, onTimeout: 'continue' } },
		cells: waiting(fine('3/2/3')),
	},
];

function unreachable(counts: string, retried: string): Expectation {
	return failing(/Kling cannot be reached/, {
		stop: counts,
		continue: counts,
		retry: { counts: retried },
	});
}

function tokens(v1: Expectation): Expected {
	return { gateway: NO_TOKEN, v1, path: NO_TOKEN };
}

function expiredForGood(): Expectation {
	return failing(/Kling says the signed token has expired/, {
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

/** The file does not come, and its address is named. @param passes under Retry On Fail the second try gets it */
function lostDownload(name: string, action: FaultAction, says: RegExp, passes = true): Row {
	const words = [/The video is finished, but could not be downloaded/, says];
	return {
		name: `File: ${name}`,
		faults: [{ on: 'download', item: 1, times: 'forever', action }],
		passes,
		cells: {
			create: NO_FILE,
			createAndWait: failing(words, {
				stop: '3/0/3',
				continue: '3/2/3',
				retry: passes ? RETRIED : '3/0/3',
			}),
			getStatus: failing(words, {
				stop: '0/0/1',
				continue: '0/2/3',
				retry: passes ? { counts: '0/3/3' } : '0/0/1',
			}),
			getMany: NO_FILE,
		},
	};
}

const DOWNLOADS: Row[] = [
	passingDownload('connection reset', { type: 'reset' }),
	passingDownload('cut off', { type: 'cut', bytes: 1000 }),
	passingDownload('stalled', { type: 'stall', bytes: 1000 }),
	passingDownload('no answer', { type: 'hang' }),
	passingDownload('empty', { type: 'zero' }),
	passingDownload('500', { type: 'reply', status: 500 }),
	passingDownload('web page with 200', { type: 'html', status: 200 }),
	passingDownload('redirected', { type: 'redirect' }),
	lostDownload('cut off every time', { type: 'cut', bytes: 1000 }, /broke off/),
	lostDownload('cut off in all tries', { type: 'cut', bytes: 1000 }, /broke off/, false),
	lostDownload('stalled every time', { type: 'stall', bytes: 1000 }, /broke off/),
	lostDownload('empty every time', { type: 'zero' }, /the file is empty/),
	lostDownload('link expired (403)', { type: 'expired' }, /the file host answered HTTP 403/),
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

const STOPPED = /canceled|stopped/;

function stopped(counts: string, says: readonly RegExp[] = [STOPPED]): Expectation {
	return failing(says, { stop: counts, continue: counts, retry: counts });
}

const STOPS: Row[] = [
	...(['before', 'after'] as const).map((when): Row => {
		const cell = stopped(when === 'after' ? '3/0/3' : '0/0/0', [STOPPED, MAY_BE_BOUGHT]);
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
			createAndWait: stopped('0/0/0'),
			...NO_CREATE,
		},
	},
	{
		name: 'Stop during the lookup of a lost request',
		faults: [
			{ on: 'create', action: RESET_AFTER },
			{ on: 'lookUp', times: 'forever', action: { type: 'hang' } },
		],
		event: { at: 'asking', does: 'stop' },
		cells: {
			create: named(stopped('3/0/3', [STOPPED, MAY_BE_BOUGHT])),
			createAndWait: named(stopped('3/0/3', [STOPPED, MAY_BE_BOUGHT])),
			...NO_CREATE,
		},
	},
	{
		name: 'Stop between status checks',
		faults: [{ on: 'ask', times: 'forever', action: { type: 'status', value: 'processing' } }],
		event: { at: 'asking', does: 'stop' },
		cells: {
			create: WAITS_FOR_NOTHING,
			createAndWait: stopped('3/0/3'),
			getStatus: none('Does not wait'),
			getMany: none('Does not wait'),
		},
	},
	{
		name: 'Stop during a status check',
		faults: [{ on: 'ask', times: 'forever', action: { type: 'hang' } }],
		event: { at: 'asking', does: 'stop' },
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
			getStatus: stopped('0/0/0'),
			getMany: NO_FILE,
		},
	},
];

export const TABLE: readonly Row[] = [
	...LOST_REPLIES,
	ONE_AFTER_THE_OTHER,
	...NOT_YETS,
	...REFUSALS,
	...NAMES,
	...POLLS,
	...DOWNLOADS,
	...STOPS,
];
