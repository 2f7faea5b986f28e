import type { LookUp } from '../../../../nodes/shared/api/client';
import { KlingError, type KlingErrorFacts } from '../../../../nodes/shared/api/errors/klingError';
import type { ErrorKind } from '../../../../nodes/shared/api/errors/kinds';
import { findTarget, type Target } from '../../../../nodes/shared/api/modelLookup';
import type { FormatName } from '../../../../nodes/shared/api/routes';
import { knownById } from '../../../../nodes/shared/api/task';
import { StoppedError } from '../../../../nodes/shared/engine/clock';
import { externalTaskIdOf } from '../../../../nodes/shared/engine/externalIds';
import { type LedgerEntry, VideoRecord } from '../../../../nodes/shared/engine/ledger';
import type { CreateOutcome } from '../../../../nodes/shared/engine/lookUp';
import { outcomeOfFailedCreate } from '../../../../nodes/shared/engine/lookUp';
import { submit } from '../../../../nodes/shared/engine/submit';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';
import { MemoryLedger } from '../../../../testkit/memoryLedger.mts';
import { REQUEST, TARGET } from '../../gatewayReplies';

const OFFICIAL = findTarget('kling-v2-6', ['v1']) as Target;
const KEY = 'key';
const NAME = 'n8n-1-0-abc';
const HOUR = 60 * 60_000;

/** What is stored of a request that has left. */
const SENT = { externalTaskId: NAME, format: 'v1', modelId: 'kling-v2-6' };

const taskOf = (id: string, format: FormatName = 'v1') => knownById({ id, format });

/** An answer of Kling's: a task, a word, or the kind of error it ends in. */
type Answer = 'none' | 'unknown' | { task: string } | { error: ErrorKind; facts?: KlingErrorFacts };

interface Setting {
	/** The answers to create requests; the last one counts for all that follow. */
	create?: Answer[];
	/** The answers to look-ups. */
	find?: Answer[];
	/** What a check of a task that cannot exist ends in. */
	addressCheck?: ErrorKind;
	entry?: LedgerEntry;
	target?: Target;
	ownId?: string;
	timeout?: number;
	signal?: AbortSignal;
	/** What keeps the request from being prepared. */
	unprepared?: ErrorKind;
}

/** Submits one video, and tells what came of it and what Kling was asked. */
async function submitted({
	create = [{ task: 'new' }],
	find = ['none'],
	addressCheck = 'notFound',
	entry,
	target = OFFICIAL,
	ownId,
	timeout = HOUR,
	signal = new AbortController().signal,
	unprepared,
}: Setting) {
	const clock = new VirtualClock();
	const ledger = new MemoryLedger();
	if (entry) ledger.write(KEY, entry);
	const asked: string[] = [];
	/** What the ledger held while a create request was on its way. */
	const duringCreation: LedgerEntry[] = [];
	const next = (answers: Answer[]): LookUp => {
		const answer = (answers.length > 1 ? answers.shift() : answers[0]) as Answer;
		if (answer === 'none') return { is: 'notCreated' };
		if (answer === 'unknown') return { is: 'unknown' };
		if ('error' in answer) throw new KlingError(answer.error, answer.facts);
		return { is: 'created', task: taskOf(answer.task, target.format) };
	};
	const outcome = await submit(
		{
			key: KEY,
			name: NAME,
			request: { ...REQUEST, externalTaskId: ownId },
			target,
		},
		{
			service: {
				create: async (_video, externalTaskId, onLeaving) => {
					if (unprepared) throw new KlingError(unprepared);
					onLeaving();
					asked.push(`create ${externalTaskId}`);
					duringCreation.push({ ...ledger.read(KEY) });
					return (next(create) as { task: ReturnType<typeof taskOf> }).task;
				},
				findByExternalId: async ({ externalTaskId }) => {
					asked.push(`find ${externalTaskId}`);
					return next(find);
				},
				refresh: (tasks) =>
					tasks.map(async ({ id }) => {
						asked.push(`check ${id}`);
						return { error: new KlingError(addressCheck) };
					}),
			},
			clock,
			ledger,
			deadline: clock.now() + timeout,
			signal,
		},
	);
	return {
		outcome: resultOf(outcome),
		is: outcome.is,
		asked,
		clock,
		duringCreation,
		entry: ledger.read(KEY),
	};
}

/** The task, or the error. */
function resultOf(outcome: CreateOutcome): unknown {
	return outcome.is === 'created'
		? { task: outcome.task, isReused: outcome.isReused }
		: outcome.error;
}

const reused = (id: string) => ({ task: taskOf(id), isReused: true });
const isNew = (id: string) => ({ task: taskOf(id), isReused: false });

describe('a video', () => {
	it('is created under its name, and its task is remembered', async () => {
		const { outcome, asked, entry } = await submitted({});
		expect(outcome).toEqual(isNew('new'));
		expect(asked).toEqual([`create ${NAME}`]);
		expect(entry).toEqual({ name: NAME, failures: 0, task: { id: 'new', format: 'v1' } });
	});

	it('is noted as unsure before the request is sent: a worker that dies then tells nobody', async () => {
		const { duringCreation } = await submitted({});
		expect(duringCreation).toEqual([{ name: NAME, failures: 0, isUnsure: true, sent: SENT }]);
	});

	it('that an earlier attempt created is reused without a request', async () => {
		const { outcome, asked } = await submitted({
			entry: { name: 'earlier', failures: 2, task: { id: 'old', format: 'v1' } },
		});
		expect(outcome).toEqual(reused('old'));
		expect(asked).toEqual([]);
	});

	it('whose tasks have failed gets another ID, derived from the first attempt’s name', async () => {
		const { asked, entry } = await submitted({ entry: { name: 'earlier', failures: 2 } });
		expect(asked).toEqual(['create earlier-2']);
		expect(entry).toMatchObject({ name: 'earlier', failures: 2, task: { id: 'new' } });
	});

	it('keeps the ID that the user gave', async () => {
		const { asked } = await submitted({ ownId: 'mine', entry: { name: NAME, failures: 1 } });
		expect(asked).toEqual(['create mine']);
	});

	it('has no ID where the format knows none', async () => {
		const { asked } = await submitted({ target: TARGET });
		expect(asked).toEqual(['create undefined']);
	});
});

describe('a creation whose outcome is unknown', () => {
	const LOST: Answer = { error: 'timeout' };

	it('is looked up, and the task reused if there is one', async () => {
		const { outcome, asked, entry } = await submitted({ create: [LOST], find: [{ task: 'lost' }] });
		expect(outcome).toEqual(reused('lost'));
		expect(asked).toEqual([`create ${NAME}`, `find ${NAME}`]);
		expect(entry).toEqual({ name: NAME, failures: 0, task: { id: 'lost', format: 'v1' } });
	});

	it('is repeated once Kling says that it has no such task', async () => {
		const { outcome, asked, entry } = await submitted({
			create: [LOST, { error: 'serverError' }, { task: 'new' }],
		});
		expect(outcome).toEqual(isNew('new'));
		expect(asked).toEqual([
			`create ${NAME}`,
			`find ${NAME}`,
			`create ${NAME}`,
			`find ${NAME}`,
			`create ${NAME}`,
		]);
		expect(entry.isUnsure).toBeUndefined();
	});

	it('is repeated for some minutes at the most, while Kling says each time that it has no such task', async () => {
		const { outcome, asked, clock, entry } = await submitted({ create: [LOST] });
		expect(outcome).toMatchObject({ kind: 'timeout' });
		const creations = asked.filter((each) => each.startsWith('create'));
		expect(creations.length).toBeGreaterThan(3);
		expect(creations.length).toBeLessThanOrEqual(8);
		expect(clock.seconds).toBeLessThanOrEqual(300);
		expect(entry.isUnsure).toBeUndefined();
	});

	it('is not looked up for ever', async () => {
		const { outcome, asked, clock, entry } = await submitted({
			create: [LOST],
			find: [{ error: 'serverError' }],
		});
		expect(outcome).toMatchObject({ kind: 'timeout' });
		expect(asked.filter((each) => each.startsWith('find')).length).toBeLessThanOrEqual(8);
		expect(clock.seconds).toBeLessThanOrEqual(180);
		expect(entry.isUnsure).toBe(true);
	});

	it('is looked up until Kling answers', async () => {
		const { outcome, asked } = await submitted({
			create: [LOST],
			find: [{ error: 'proxyError' }, { error: 'webPage' }, { task: 'lost' }],
		});
		expect(outcome).toEqual(reused('lost'));
		expect(asked.slice(1)).toEqual(Array<string>(3).fill(`find ${NAME}`));
	});

	it.each<[string, Setting]>([
		['a relay may not know such IDs', { find: ['unknown'] }],
		['Kling does not answer until the deadline', { find: [{ error: 'serverError' }] }],
		['the answer is final', { find: [{ error: 'badKey' }] }],
		['the format knows no IDs', { target: TARGET }],
	])('is not repeated when %s, and stays unsure', async (_name, setting) => {
		const { outcome, asked, entry } = await submitted({
			create: [LOST],
			timeout: 60_000,
			...setting,
		});
		expect(outcome).toMatchObject({ kind: 'timeout' });
		expect(asked.filter((each) => each.startsWith('create'))).toHaveLength(1);
		expect(entry).toMatchObject({ name: NAME, failures: 0, isUnsure: true });
	});

	it('may be a bug', async () => {
		const broken = new TypeError('a bug');
		const ledger = new MemoryLedger();
		const clock = new VirtualClock();
		const outcome = await submit(
			{ key: KEY, name: NAME, request: REQUEST, target: TARGET },
			{
				service: {
					create: async (_video, _id, onLeaving) => {
						onLeaving();
						throw broken;
					},
					findByExternalId: async () => ({ is: 'unknown' }),
					refresh: () => [],
				},
				clock,
				ledger,
				deadline: clock.now() + HOUR,
				signal: new AbortController().signal,
			},
		);
		expect(outcome).toEqual({ is: 'unknown', error: broken });
		expect(ledger.read(KEY).isUnsure).toBe(true);
	});
});

describe('a reply that is not understood', () => {
	const PAGE: Setting = { create: [{ error: 'webPage' }], find: [{ error: 'webPage' }] };

	it('says that nothing was created when nothing there is the Kling API', async () => {
		const { outcome, asked, clock, entry } = await submitted({ ...PAGE, addressCheck: 'webPage' });
		expect(outcome).toMatchObject({ kind: 'notTheApi' });
		expect(asked.at(-1)).toMatch(/^check /);
		expect(asked.filter((each) => each.startsWith('create'))).toHaveLength(1);
		expect(clock.seconds).toBeLessThan(60);
		expect(entry).toEqual({ name: NAME, failures: 0 });
	});

	it.each<ErrorKind>(['notFound', 'badKey', 'timeout', 'serverError', 'unsupported'])(
		'leaves it unsure when something there may be the Kling API: %s',
		async (addressCheck) => {
			const { outcome, entry } = await submitted({ ...PAGE, addressCheck });
			expect(outcome).toMatchObject({ kind: 'webPage' });
			expect(entry.isUnsure).toBe(true);
		},
	);

	it.each<[string, Setting]>([
		['the reply was JSON', { create: [{ error: 'otherShape' }], addressCheck: 'webPage' }],
		['the check was answered by JSON', { ...PAGE, addressCheck: 'otherShape' }],
	])('fails as quickly, but stays unsure, when %s', async (_name, setting) => {
		const { is, outcome, clock, entry } = await submitted({ ...PAGE, ...setting });
		expect(is).toBe('unknown');
		expect(outcome).toMatchObject({ kind: 'notTheApi' });
		expect(clock.seconds).toBeLessThan(60);
		expect(entry.isUnsure).toBe(true);
	});

	it.each([
		['found nothing but web pages', { answersPagesOnly: true }, 'notCreated'],
		['was refused with a web page, as by a firewall', { httpStatus: 401 }, 'unknown'],
	] as const)('and was given up because another video %s', async (_name, facts, is) => {
		const outcome = await outcomeOfFailedCreate(
			new KlingError('webPage'),
			{ format: 'gateway', modelId: 'kling-v1-6' },
			true,
			{
				service: {
					findByExternalId: () => Promise.reject(new KlingError('webPage')),
					refresh: () => [],
				},
				clock: new VirtualClock(),
				deadline: Infinity,
				signal: AbortSignal.abort(new KlingError('notTheApi', facts)),
			},
		);
		expect(outcome.is).toBe(is);
	});

	it('is looked up all the same, and the task reused if there is one', async () => {
		const { outcome } = await submitted({
			create: [{ error: 'otherShape' }],
			find: [{ task: 'lost' }],
			addressCheck: 'webPage',
		});
		expect(outcome).toEqual(reused('lost'));
	});
});

describe('an earlier attempt whose outcome is unknown', () => {
	const entry: LedgerEntry = { name: 'earlier', failures: 0, isUnsure: true };

	it('is looked up first, under its own name', async () => {
		const { outcome, asked } = await submitted({ entry, find: [{ task: 'lost' }] });
		expect(outcome).toEqual(reused('lost'));
		expect(asked).toEqual(['find earlier']);
	});

	it('is created again when Kling has no such task', async () => {
		const { outcome, asked } = await submitted({ entry });
		expect(outcome).toEqual(isNew('new'));
		expect(asked).toEqual(['find earlier', 'create earlier']);
	});

	it.each<[string, Setting]>([
		['at a relay', { find: ['unknown'] }],
		['where there are no IDs', { target: TARGET }],
		['while Kling does not answer', { find: [{ error: 'timeout' }], timeout: 60_000 }],
	])('is not created again %s', async (_name, setting) => {
		const { outcome, asked, entry: after } = await submitted({ entry, ...setting });
		expect(outcome).toMatchObject({ kind: 'unknownOutcome' });
		expect(asked.filter((each) => each.startsWith('create'))).toEqual([]);
		expect(after.isUnsure).toBe(true);
	});
});

describe('a refusal', () => {
	it('is final, and leaves nothing unsure', async () => {
		const { outcome, asked, entry } = await submitted({ create: [{ error: 'moderation' }] });
		expect(outcome).toMatchObject({ kind: 'moderation' });
		expect(asked).toEqual([`create ${NAME}`]);
		expect(entry).toEqual({ name: NAME, failures: 0 });
	});

	it.each<ErrorKind>(['badRequest', 'badParameter', 'conflict'])(
		'that may be about the derived ID is looked up: a worker that died may have created the task (%s)',
		async (error) => {
			const found = await submitted({ create: [{ error }], find: [{ task: 'lost' }] });
			expect(found.outcome).toEqual(reused('lost'));
			const none = await submitted({ create: [{ error }] });
			expect(none.outcome).toMatchObject({ kind: error });
			expect(none.asked).toEqual([`create ${NAME}`, `find ${NAME}`]);
			expect(none.entry).toEqual({ name: NAME, failures: 0 });
		},
	);

	it('of the user’s own ID is not looked up: the task may be another video', async () => {
		const { outcome, asked } = await submitted({
			create: [{ error: 'badParameter' }],
			find: [{ task: 'another' }],
			ownId: 'mine',
		});
		expect(outcome).toMatchObject({ kind: 'badParameter' });
		expect(asked).toEqual(['create mine']);
	});

	it('by a limit is passed on, for the throttle', async () => {
		const { outcome, asked } = await submitted({ create: [{ error: 'concurrencyLimit' }] });
		expect(outcome).toMatchObject({ kind: 'concurrencyLimit' });
		expect(asked).toHaveLength(1);
	});

	it.each<[ErrorKind, number]>([
		['unreachable', 3],
		['tokenExpired', 2],
		['tokenEarly', 2],
	])('of nothing that arrived is tried a few times: %s %i times', async (error, tries) => {
		const { outcome, asked } = await submitted({ create: [{ error }] });
		expect(outcome).toMatchObject({ kind: error });
		expect(asked).toHaveLength(tries);
	});
});

describe('Stop', () => {
	it('before the request lets nothing be created', async () => {
		const { outcome, asked } = await submitted({ signal: AbortSignal.abort() });
		expect(outcome).toBeInstanceOf(StoppedError);
		expect(asked).toEqual([]);
	});

	it('during the request leaves the video unsure, for the next attempt to look up', async () => {
		const stop = new AbortController();
		stop.abort();
		const entry: LedgerEntry = { name: NAME, failures: 0, isUnsure: true };
		const { outcome, entry: after } = await submitted({ entry, signal: stop.signal });
		expect(outcome).toBeInstanceOf(StoppedError);
		expect(after).toEqual(entry);
	});
});

describe('a task that failed', () => {
	it('is counted, and forgotten', () => {
		const ledger = new MemoryLedger();
		ledger.write(KEY, { name: NAME, failures: 1, task: { id: 't', format: 'v1' } });
		new VideoRecord(ledger, { key: KEY, name: NAME }).failed();
		expect(ledger.read(KEY)).toEqual({ name: NAME, failures: 2 });
	});
});

describe('the external task ID', () => {
	it.each<[FormatName, string | undefined, number, string | undefined]>([
		['v1', undefined, 0, NAME],
		['v1', undefined, 1, `${NAME}-1`],
		['path', undefined, 7, `${NAME}-7`],
		['v1', 'mine', 0, 'mine'],
		['path', 'mine', 3, 'mine'],
		['gateway', undefined, 0, undefined],
		['gateway', 'mine', 0, undefined],
	])('in %s, with the own ID %s, after %i failures is %s', (format, ownId, failures, expected) => {
		const video = {
			request: { ...REQUEST, externalTaskId: ownId },
			target: { ...TARGET, format },
		};
		const record = { name: NAME, failures, hasNoExternalId: false };
		expect(externalTaskIdOf(video, record)).toBe(expected);
	});
});
