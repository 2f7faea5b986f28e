/**
 * A service whose behaviour is written in a script, as the function that carries the node's requests: no
 * sockets, and time that passes only while everybody waits. It keeps the books: what was really created.
 */

import { type ApiReply, type ApiRequest, TransportError } from '../../nodes/shared/api/http.ts';
import type { VirtualClock } from '../clocks/virtualClock.mts';
import { bodyOf, type Creation, idIn, mayHaveCreated, USUAL } from './creations.mts';
import type { NodeProcess } from './process.mts';
import type { Check, Fate, LookUp, Script } from './script.mts';
import {
	IMPOSSIBLE_ID,
	absentReply,
	createdReply,
	foundReply,
	listReply,
	type Question,
	questionOf,
	type Shown,
} from './wire.mts';

/** A task that was really created, and is charged unless it fails. */
export interface RealTask {
	id: string;
	item: number;
	/** Which request of the item it was created for. */
	variant: number;
	/** In which execution; executions that repeat another one count as the same. */
	execution: number;
	externalId?: string;
	fate: Fate;
	createdAt: number;
	/** The kind of answer that its creation got. */
	answer: string;
	/** The task's ID has reached the node, in a form that can be read or as text. */
	seen?: 'readable' | 'inText';
	/** What the node knew of it was lost: until it is seen again nothing can be said of it. */
	isToBeFound?: boolean;
	/** What the node knew of it is stored nowhere: only the process remembers it. */
	isInProcessOnly?: boolean;
	/** What the node knew of it was lost, and nothing obliges it to find it. */
	isForgotten?: boolean;
}

/** A request, for those who read what happened. */
export interface Row {
	asked: string;
	answered: string;
	/** The task that was charged. */
	charged?: string;
}

const GOOD_FATE: Fate = { ends: 'completed', after: 20_000 };

/** How long it takes until a connection counts as lost; milliseconds. */
const RESET_AFTER = 300;
const TIMEOUTS = { GET: 20_000, POST: 60_000 } as const;
const DELAY = 100;

/** No run needs as many requests. */
const MOST_REQUESTS = 3_000;

/** Which node asks. */
export interface Asker {
	process: NodeProcess;
	execution: number;
	/** Told of each request that creates a task. */
	onCreated(task: RealTask): void;
}

export class Service {
	readonly tasks: RealTask[] = [];
	readonly rows: Row[] = [];
	requests = 0;
	/** It has answered with web pages only, so that nobody would take it for the Kling API. */
	private isElsewhere = false;
	private readonly creations: Creation[];
	private readonly lookUps: LookUp[];
	private readonly checks: Check[];
	private readonly fates: Fate[];

	constructor(
		private readonly script: Script,
		private readonly virtual: VirtualClock,
	) {
		this.creations = [...script.creations];
		this.lookUps = [...script.lookUps];
		this.checks = [...script.checks];
		this.fates = [...script.fates];
	}

	/**
	 * Carries one request.
	 * @throws {TransportError}
	 */
	async send(request: ApiRequest, asker: Asker): Promise<ApiReply> {
		const { process } = asker;
		if (++this.requests > MOST_REQUESTS) await new Promise(() => undefined);
		await process.step();
		if (process.signal.aborted) throw new TransportError('aborted', 'stopped');
		const { answer, delay } = this.answerTo(request, asker);
		await process.step();
		await this.pause(delay, process);
		await process.step();
		const { reply, seen } = answer;
		if (reply instanceof Error) throw reply;
		for (const { task, as } of seen) if (task.seen !== 'readable') task.seen = as;
		return reply;
	}

	/** @throws {TransportError} as soon as the node is stopped */
	private async pause(ms: number, { signal }: NodeProcess): Promise<void> {
		const slept = await this.virtual.sleep(ms, signal).then(
			() => true,
			() => false,
		);
		if (!slept || signal.aborted) throw new TransportError('aborted', 'stopped');
	}

	private answerTo(request: ApiRequest, asker: Asker): Answered {
		const question = questionOf(this.script.format, request);
		const [answered, asked] = {
			creation: () => this.create(request, question as QuestionOf<'creation'>, asker),
			lookUp: () => this.lookUp(question as QuestionOf<'lookUp'>),
			check: () => this.check((question as QuestionOf<'check'>).ids),
			list: () => this.check(),
		}[question.is]();
		const { reply, said } = answered.answer;
		const charged = answered.created?.id;
		const transport = reply instanceof TransportError ? reply.failure : undefined;
		this.rows.push({
			asked,
			answered: said ?? transport ?? '',
			...(charged !== undefined && { charged }),
		});
		return answered;
	}

	private create(
		request: ApiRequest,
		{ externalId }: QuestionOf<'creation'>,
		{ execution, onCreated }: Asker,
	): [Answered, string] {
		const creation = this.creations.shift() ?? USUAL;
		const marker = /item-(\d+) variant-(\d+)/.exec(JSON.stringify(request.body)) ?? [];
		const [item, variant] = [Number(marker[1]), Number(marker[2])];
		const asked = `create item ${item}${variant > 0 ? ` (request ${variant})` : ''}`;
		if (isWhole(creation) && externalId !== undefined) {
			const refusal = this.refusalOf(externalId, creation);
			if (refusal) return [refusal, asked];
		}
		const isCreated = (idIn(creation) && !creation.lost) || creation.creates;
		const created =
			isCreated && mayHaveCreated(creation) && !(this.isElsewhere && isPage(creation))
				? this.addTask({ item, variant, execution, externalId, answer: kindOf(creation) })
				: undefined;
		if (created) onCreated(created);
		return [{ ...this.creationReply(creation, created), created }, asked];
	}

	/** Whether the service takes the user's own ID. */
	private refusalOf(externalId: string, { words, code }: Creation): Answered | undefined {
		const { externalIds } = this.script;
		if (externalIds === 'refused') {
			return this.refused(400, 'external_task_id is not supported');
		}
		const isTaken = this.tasks.some((task) => task.externalId === externalId);
		if (externalIds !== 'kept' || !isTaken) return undefined;
		const says = ['external_task_id already exists', 'Invalid parameters'][code % 2 === 0 ? 0 : 1];
		return this.refused(words === 'oops' ? 409 : 400, says ?? '');
	}

	private refused(status: number, message: string): Answered {
		const body = JSON.stringify({ code: 1201, message, request_id: 'r' });
		return answered(status, body, `${status} 1201 ${message}`);
	}

	/** Notes a task as created now. */
	addTask(facts: Omit<RealTask, 'id' | 'fate' | 'createdAt'>): RealTask {
		const task: RealTask = {
			...facts,
			id: `84710000000000${String(this.tasks.length + 1).padStart(4, '0')}`,
			externalId: this.script.externalIds === 'kept' ? facts.externalId : undefined,
			fate: this.fates.shift() ?? GOOD_FATE,
			createdAt: this.virtual.now(),
		};
		this.tasks.push(task);
		return task;
	}

	private creationReply(creation: Creation, created: RealTask | undefined): Answered {
		const { lost, status, body: name, delay } = creation;
		const said = nameOf(creation);
		if (lost)
			return { answer: { reply: lostReply(lost), seen: [], said }, delay: delayOf(lost, 'POST') };
		const id = created?.id ?? '84719999999999';
		const text =
			bodyOf(name, { ...creation, id }) ??
			createdReply(this.script.format, created ? this.show(created) : phantom(id));
		const as = idIn(creation);
		const seen = created && as ? [{ task: created, as }] : [];
		return { answer: { reply: reply(status, text), seen, said }, delay };
	}

	private lookUp({ externalId }: QuestionOf<'lookUp'>): [Answered, string] {
		const said = this.lookUps.shift() ?? 'truth';
		return [this.lookUpReply(this.honest(said, externalId), externalId), 'look up'];
	}

	/**
	 * Kling AI never says of a task that it is not there. Others may, but in Kling's own words only when
	 * it is true.
	 */
	private honest(said: LookUp, externalId: string): LookUp {
		const { service, externalIds } = this.script;
		const mayFail: readonly LookUp[] = [
			'truth',
			'reset',
			'timeout',
			'serverError',
			'tooMany',
			'webPage',
			'emptyBody',
		];
		if (service === 'official') return mayFail.includes(said) ? said : 'truth';
		const hasAny = this.tasks.length > 0;
		const isFound = this.tasks.some((task) => task.externalId === externalId);
		return said === 'truth' && hasAny && !isFound && externalIds !== 'kept' ? 'bareNotFound' : said;
	}

	private lookUpReply(said: LookUp, externalId: string): Answered {
		const { format } = this.script;
		const found = this.tasks.filter((task) => task.externalId === externalId);
		const answers: Record<LookUp, () => Answered> = {
			truth: () => {
				const [task] = found;
				if (!task) {
					const { status, body } = absentReply(format);
					return answered(status, body, 'no such task (Kling)');
				}
				const body = foundReply(format, [this.show(task)]);
				const seen = [{ task, as: 'readable' as const }];
				return { answer: { reply: reply(200, body), seen, said: 'the task' }, delay: DELAY };
			},
			noEcho: () => {
				const [task] = found;
				if (!task) return answered(404, '', '404');
				const body = foundReply(format, [{ ...this.show(task), externalId: undefined }]);
				return answered(200, body, 'the task without its ID');
			},
			reset: () => lost('reset'),
			timeout: () => lost('timeout'),
			serverError: () => answered(503, '{"message":"upstream"}', '503'),
			tooMany: () => answered(429, '{"message":"too many requests"}', '429'),
			webPage: () => answered(200, '<html></html>', 'web page'),
			emptyBody: () => answered(200, '', 'empty'),
			bareNotFound: () => answered(404, '', '404'),
			badRequest: () => answered(400, '{"message":"invalid task id"}', '400'),
			dataNull: () => answered(200, '{"code":0,"message":"SUCCEED","data":null}', 'data: null'),
			ownWords: () =>
				answered(404, '{"code":"task_not_exist","message":"task_not_exist"}', 'task_not_exist'),
			otherTask: () => answered(200, foundReply(format, [OTHER]), 'another task'),
			otherWithoutId: () =>
				answered(200, foundReply(format, [phantom(OTHER.id)]), 'another task without an ID'),
			otherTasks: () => answered(200, listReply(format, [OTHER, OTHER]), 'other tasks'),
			otherJson: () => answered(200, '{"request_id":"abc"}', 'other JSON'),
		};
		return answers[said]();
	}

	/** @param ids absent when the newest tasks are asked for */
	private check(ids?: readonly string[]): [Answered, string] {
		const drawn = this.checks.shift() ?? 'truth';
		const isImpossible = ids?.includes(IMPOSSIBLE_ID) === true;
		// A service that has created something is the Kling API, and answers as such.
		const said = isImpossible && drawn === 'webPage' && this.tasks.length > 0 ? 'notFound' : drawn;
		this.isElsewhere ||= isImpossible && said === 'webPage';
		const asked = ids ? `check ${ids.join(', ')}` : 'list';
		return [this.checkReply(said, ids), asked];
	}

	private checkReply(said: Check, ids?: readonly string[]): Answered {
		const { format } = this.script;
		const tasks = ids ? this.tasks.filter(({ id }) => ids.includes(id)) : this.tasks;
		const answers: Record<Check, () => Answered> = {
			truth: () => {
				const shown = tasks.map((task) => this.show(task));
				if (!ids) return answered(200, listReply(format, shown), 'list');
				const absent = absentReply(format);
				if (shown.length === 0) return answered(absent.status, absent.body, 'no such task');
				const words = shown.map(({ status }) => status).join(', ');
				return answered(200, foundReply(format, shown), words);
			},
			stillRunning: () => {
				const shown = tasks.map((task) => ({ ...this.show(task), ...RUNNING }));
				if (!ids) return answered(200, listReply(format, shown), 'list, all processing');
				const absent = absentReply(format);
				if (shown.length === 0) return answered(absent.status, absent.body, 'no such task');
				return answered(200, foundReply(format, shown), 'processing');
			},
			reset: () => lost('reset'),
			timeout: () => lost('timeout'),
			serverError: () => answered(503, '{"message":"upstream"}', '503'),
			tooMany: () => answered(429, '{"message":"too many requests"}', '429'),
			webPage: () => answered(200, '<html></html>', 'web page'),
			otherJson: () => answered(200, '{"request_id":"abc"}', 'other JSON'),
			notFound: () => answered(404, '', '404'),
		};
		return answers[said]();
	}

	/** Whether a task has failed, so that it costs nothing. */
	hasFailed(task: RealTask): boolean {
		return this.show(task).status === 'failed';
	}

	/** Whether a task has come to its end. */
	isOver(task: RealTask): boolean {
		return ['completed', 'failed'].includes(this.show(task).status);
	}

	private show({ id, externalId, fate, createdAt }: RealTask): Shown {
		const isOver = fate.ends !== 'never' && this.virtual.now() >= createdAt + fate.after;
		if (!isOver) {
			const status = this.virtual.now() === createdAt ? 'submitted' : 'processing';
			return { id, externalId, status, hasVideo: false };
		}
		const status = fate.ends === 'failed' ? 'failed' : 'completed';
		return { id, externalId, status, hasVideo: fate.ends === 'completed' };
	}
}

type QuestionOf<Is extends Question['is']> = Extract<Question, { is: Is }>;

interface Answered {
	answer: {
		reply: ApiReply | TransportError;
		/** Whose IDs stand in it. */
		seen: ReadonlyArray<{ task: RealTask; as: 'readable' | 'inText' }>;
		said: string;
	};
	/** Milliseconds. */
	delay: number;
	created?: RealTask;
}

const RUNNING = { status: 'processing', hasVideo: false } as const;

/** Somebody else's task. */
export const OTHER = { ...phantom('84718888888888'), externalId: 'somebody-elses' };

function phantom(id: string): Shown {
	return { id, status: 'submitted', hasVideo: false };
}

function reply(status: number, body: string): ApiReply {
	const isRedirect = status >= 300 && status < 400;
	return { status, headers: isRedirect ? { location: '/elsewhere' } : {}, body };
}

function answered(status: number, body: string, said: string): Answered {
	return { answer: { reply: reply(status, body), seen: [], said }, delay: DELAY };
}

function lost(how: 'reset' | 'timeout'): Answered {
	return { answer: { reply: lostReply(how), seen: [], said: how }, delay: delayOf(how, 'GET') };
}

function isPage({ body }: Creation): boolean {
	return body === 'page' || body === 'pageWithId';
}

function isWhole({ lost: how }: Creation): boolean {
	return how !== 'unreachable' && how !== 'cut';
}

function lostReply(how: NonNullable<Creation['lost']>): TransportError {
	// A body that was cut off on its way never reaches the service.
	if (how === 'unreachable' || how === 'cut')
		return new TransportError('unreachable', 'ECONNREFUSED');
	return new TransportError(how === 'reset' ? 'interrupted' : 'timeout', how);
}

function delayOf(how: NonNullable<Creation['lost']>, method: 'GET' | 'POST'): number {
	return how === 'timeout' ? TIMEOUTS[method] : RESET_AFTER;
}

/** The same for answers of which nobody expects that they mean different things. */
function kindOf(creation: Creation): string {
	const { lost: how, status, body, code } = creation;
	if (how) return how;
	const id = { readable: 'with the ID', inText: 'with the ID in text', none: undefined }[
		idIn(creation) ?? 'none'
	];
	const kind = {
		klingCode: `with code ${code}`,
		quotedCode: `with code ${code}`,
		relayWord: 'with a relay’s code',
		relayCode: 'with a relay’s code',
		message: 'with words',
		error: 'with words',
		detail: 'with words',
		plainText: 'with words',
		page: 'with a page',
	}[body as string];
	if (status === 200 && body === 'usual') return 'as usual';
	return `${String(status)[0]}xx ${id ?? kind ?? 'with nothing'}`;
}

/** What a creation is answered with, in a few words. */
function nameOf({ lost: how, status, body, code, codeWord, words }: Creation): string {
	if (how) return how;
	const details = {
		besideCode: `${code}`,
		klingCode: `${code}`,
		quotedCode: `${code}`,
		relayWord: codeWord,
		relayCode: codeWord,
		message: words,
		error: words,
		detail: words,
		plainText: words,
	}[body as string];
	return [status, body, details].filter((part) => part !== undefined).join(' ');
}
