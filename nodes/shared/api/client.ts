/** The Kling API as functions, over an injected transport: the one place that knows what to ask where. */

import { attempt } from '../utils/attempt';
import { jsonBytes, lengthOf } from '../utils/pieces';
import { mergeBody } from './additionalBody';
import { type Account, accountRequest, readAccount } from './account';
import type { Connection } from './connection';
import { absentTask, KlingError, noAccount, otherShape } from './errors/klingError';
import { isAbsent, meaningOf } from './errors/explainedError';
import { type Answer, answerIn, exchange, receive } from './exchange';
import { FORMATS } from './formats';
import { isFields, numberOf } from './formats/fields';
import { readCreatedTask, ShapeError } from './formats/reply';
import type { ApiRequest, Send } from './http';
import { servedModel, type Target } from './modelLookup';
import { askedIn, type FormatName } from './routes';
import { Refresher, type Refreshed } from './refresh';
import type { VideoRequest } from './request';
import { oldestOf, passes, type TaskFilters, isFiltered } from './taskFilters';
import type { Task, TaskReply } from './task';

/**
 * How many pages of a list are read at most: 100,000 tasks. Some services would go on for ever, and
 * what is read is kept in memory.
 */
const MOST_PAGES = 200;

/** A creation that was sent, by what its task can be found. */
export interface SentTask {
	format: FormatName;
	modelId: string;
	externalTaskId: string;
}

/** What the service says of the task that a request may have created. */
export type LookUp =
	| { is: 'created'; task: Task }
	| { is: 'notCreated' }
	/** The answer proves neither. */
	| { is: 'unknown' };

export class KlingClient {
	private readonly refresher: Refresher;
	/** Whether a model's tasks bore their external IDs in the replies to their creation. */
	private readonly keepsExternalIds = new Map<string, boolean>();

	/** @param now milliseconds since the epoch */
	constructor(
		private readonly connection: Pick<Connection, 'formats' | 'isRelay' | 'mayLackFormats'>,
		private readonly send: Send,
		private readonly now: () => number = Date.now,
	) {
		this.refresher = new Refresher({
			askForTask: async ({ format, id }, request) => await this.askForTask(format, request, id),
			askForTasks: async (format, request) => await this.askForTasks(format, request),
		});
	}

	/**
	 * Starts a video. This is what costs money.
	 * @param onLeaving called when all is prepared, right before the request leaves
	 * @throws {KlingError} when the reply names no task; whether one was created all the same:
	 * errors/creation.ts
	 */
	async create(request: VideoRequest, target: Target, onLeaving: () => void): Promise<Task> {
		const apiRequest = await toCreateRequest(request, target);
		onLeaving();
		const received = await receive(this.send, apiRequest);
		const { json, verdict, reply } = received;
		const task = readCreatedTask(json, reply.body, verdict.isRefusal);
		if (task) {
			this.noteExternalId(request, target, task);
			return { ...task, format: askedIn(target.format) };
		}
		const answer = answerIn(received, this.now());
		throw otherShape(answer.reply.status, answer.reply.body, { is: 'noTask' });
	}

	/** Whether a model's tasks keep the external IDs that they are given shows in the replies. */
	private noteExternalId({ externalTaskId }: VideoRequest, target: Target, task: TaskReply): void {
		if (externalTaskId === undefined) return;
		this.keepsExternalIds.set(
			nameOf(target.format, target.id),
			task.externalTaskId === externalTaskId,
		);
	}

	/**
	 * Finds a task by its ID or by the user's own ID for it, in whichever format it was created.
	 * @throws {KlingError}
	 */
	async find(id: string): Promise<Task> {
		let absent: unknown;
		for (const format of this.connection.formats) {
			for (const request of FORMATS[format].find(id)) {
				const found = await attempt(this.askForTask(format, request, id));
				if (found.ok) return found.value;
				if (!this.mayKnowOtherFormat(found.error)) throw found.error;
				absent ??= found.error;
			}
		}
		throw absent;
	}

	/**
	 * Finds a task by its own ID, in whichever format it was created. A task that only bears the ID as
	 * its external one, which anybody can guess, is not it.
	 * @param raw what is known of it so far, whose shape tells which formats it can be of
	 * @throws {KlingError}
	 */
	async findByTaskId({ id, raw }: Pick<TaskReply, 'id' | 'raw'>): Promise<Task> {
		const isV1 = isFields(raw) && 'task_id' in raw;
		// Tasks of the path format have an `id`; relays may say so of any.
		const likely = this.connection.formats.filter((format) => format !== 'path' || !isV1);
		let absent: unknown;
		for (const format of likely) {
			const [request] = FORMATS[format].find(id);
			const found = await attempt(this.askForTask(format, request as ApiRequest, id));
			if (found.ok && found.value.id === id) return found.value;
			if (!found.ok && !this.mayKnowOtherFormat(found.error)) throw found.error;
			absent ??= found.ok ? absentTask(true) : found.error;
		}
		throw absent;
	}

	/**
	 * Looks for the task that a creation with an external task ID started. That it is not found proves
	 * nothing where such IDs may get lost: at a relay, unless it says so in Kling's own words, and with
	 * a model that is not known to keep them. And a task that does not bear the ID may be anybody's.
	 * @throws {KlingError} when there is no answer
	 */
	async findByExternalId({ format, modelId, externalTaskId }: SentTask): Promise<LookUp> {
		const request = FORMATS[format].findByExternalId?.(externalTaskId);
		if (!request) return { is: 'unknown' };
		const found = await attempt(async () => {
			const answer = await this.ask(request);
			return read((json) => FORMATS[format].readTask(json, externalTaskId), answer);
		});
		if (found.ok) {
			const bears = found.value.externalTaskId;
			const isIt = bears === undefined ? !this.connection.isRelay : bears === externalTaskId;
			return isIt
				? { is: 'created', task: { ...found.value, format: askedIn(format) } }
				: { is: 'unknown' };
		}
		if (!isAbsent(found.error)) throw found.error;
		const { unproven } = servedModel(modelId, format) ?? {};
		const isKept =
			this.keepsExternalIds.get(nameOf(format, modelId)) ?? !unproven?.includes('externalTaskId');
		const isReliable = isKept && (!this.connection.isRelay || isInKlingsWords(found.error));
		return { is: isReliable ? 'notCreated' : 'unknown' };
	}

	/**
	 * Checks running tasks, with as few requests as their formats allow.
	 * @param signal nothing further is asked once it is aborted
	 * @returns one outcome per task, in their order, each as soon as it is there; none ever rejects
	 */
	refresh(tasks: readonly Task[], signal?: AbortSignal): Array<Promise<Refreshed>> {
		return this.refresher.refresh(tasks, signal);
	}

	/**
	 * Lists the account's tasks, newest first.
	 * @param limit how many at most
	 * @param onCut called when the service has more pages than are read
	 * @throws {KlingError}
	 */
	async list(
		limit: number,
		filters: TaskFilters = {},
		onCut: () => void = () => {},
	): Promise<Task[]> {
		const lists: Task[][] = [];
		let absent: unknown;
		for (const format of this.connection.formats) {
			const list = await attempt(this.listIn(format, limit, filters, onCut));
			if (list.ok) lists.push(list.value);
			else if (this.mayKnowOtherFormat(list.error)) absent ??= list.error;
			else throw list.error;
		}
		if (lists.length === 0) throw absent;
		// A task created between two pages moves others from one page to the next.
		const tasks = new Map(lists.flat().map((task) => [`${task.format} ${task.id}`, task]));
		return [...tasks.values()]
			.sort((one, other) => (other.createdAt ?? 0) - (one.createdAt ?? 0))
			.slice(0, limit);
	}

	/** Asks for the account's resource packs. Free. @throws {KlingError} */
	async account(): Promise<Account> {
		const { json, reply } = await this.ask(accountRequest(this.now()));
		const account = readAccount(json);
		if (!account) throw noAccount(reply.status, reply.body);
		return account;
	}

	/** Relays answer the routes of a format that they do not know as they like, often with their web page. */
	private mayKnowOtherFormat(error: unknown): boolean {
		const { checking, isAboutRoute } = meaningOf(error);
		return (
			checking === 'absent' ||
			isAboutRoute === true ||
			(this.connection.mayLackFormats && checking === 'notUnderstood')
		);
	}

	private async listIn(
		format: FormatName,
		limit: number,
		filters: TaskFilters,
		onCut: () => void,
	): Promise<Task[]> {
		const { list, readTasks } = FORMATS[format];
		const seen = new Set<string>();
		const matches = new Map<string, Task>();
		if (!list) return [];
		const pageSize = Math.min(isFiltered(filters) ? Infinity : limit, list.pageSize);
		let cursor: string | undefined;
		let known: number;
		let oldest: number | undefined = Infinity;
		let pages = 0;
		do {
			if (pages++ === MOST_PAGES) {
				onCut();
				break;
			}
			const answer = await this.ask(list.request(pageSize, cursor));
			known = seen.size;
			const page = read(readTasks, answer);
			for (const task of page) {
				seen.add(task.id);
				if (passes(task, filters)) matches.set(task.id, { ...task, format });
			}
			oldest = oldestOf(page, oldest);
			if (oldest !== undefined && oldest < (filters.createdAfter ?? -Infinity)) break;
			cursor = list.next(answer.json, pageSize, cursor);
			// Some services ignore the page's number, or promise more for ever.
		} while (cursor !== undefined && matches.size < limit && seen.size > known);
		return [...matches.values()];
	}

	private async askForTask(format: FormatName, request: ApiRequest, id: string): Promise<Task> {
		const answer = await this.ask(request);
		const task = read((json) => FORMATS[format].readTask(json, id), answer);
		// A relay may answer with the ID that the task has behind it, and would not know it.
		const isOther = task.id !== id && task.externalTaskId !== id;
		return { ...task, ...(isOther && { id }), format };
	}

	private async askForTasks(format: FormatName, request: ApiRequest): Promise<Task[]> {
		return read(FORMATS[format].readTasks, await this.ask(request)).map((task) => ({
			...task,
			format,
		}));
	}

	/** @throws {KlingError} */
	private async ask(request: ApiRequest): Promise<Answer> {
		return await exchange(this.send, request, this.now);
	}
}

/** Longer bodies have images in them, and would hold up n8n if they were written at once; characters. */
const LONG_BODY = 500_000;

async function toCreateRequest(request: VideoRequest, target: Target): Promise<ApiRequest> {
	const { body: own = {}, ...others } = FORMATS[target.format].create(request, target);
	const { additionalBody } = request;
	const body = additionalBody ? mergeBody(own, additionalBody) : own;
	return { ...others, body: lengthOf(body) > LONG_BODY ? await jsonBytes(body) : body };
}

/** A model in its wire format. */
function nameOf(format: FormatName, modelId: string): string {
	return `${format} ${modelId}`;
}

/** @throws {KlingError} */
function read<Result extends TaskReply | TaskReply[]>(
	reader: (json: unknown) => Result,
	{ json, reply }: Answer,
): Result {
	try {
		return reader(json);
	} catch (error) {
		if (!(error instanceof ShapeError)) {
			throw otherShape(reply.status, reply.body, { is: 'notUnderstood' });
		}
		if (error.isEmptyList || saysNothing(json)) throw absentTask(isEmptyList(json));
		throw otherShape(
			reply.status,
			reply.body,
			error.field === '' ? { is: 'noTask' } : { is: 'badField', field: error.field },
		);
	}
}

/** Kling's envelope, all well, around nothing. */
function saysNothing(json: unknown): boolean {
	return isFields(json) && numberOf(json.code) === 0 && json.data === null;
}

/** How Kling says in the path format that it has no such task. */
function isEmptyList(json: unknown): boolean {
	return (
		isFields(json) &&
		numberOf(json.code) === 0 &&
		Array.isArray(json.data) &&
		json.data.length === 0
	);
}

/** Kling's code for what it does not have. */
const NO_SUCH_TASK = 1203;

/** Whether "no such task" was said in Kling's own words. */
function isInKlingsWords(error: unknown): boolean {
	if (!(error instanceof KlingError)) return false;
	return error.facts.code === NO_SUCH_TASK || error.facts.isKlings === true;
}
