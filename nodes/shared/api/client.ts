/** The Kling API as functions, over an injected transport: the only place that knows how to ask. */

import { Slots } from '../slots';
import { type Account, accountRequest, readAccount } from './account';
import { fromTransport, KlingError, otherShape, refusal, unknownTask, unreadable } from './errors';
import { FORMATS } from './formats';
import { ShapeError, wire } from './formats/reply';
import { type ApiReply, type ApiRequest, type Send, toTransportError } from './http';
import type { FormatName, Target } from './models';
import type { VideoRequest } from './request';
import type { Task, TaskReply } from './task';

/** Queries for single tasks under way at once. */
const PARALLEL_QUERIES = 5;

/** How often in a row a request for many tasks may be lost before tasks are queried one by one. */
const IN_VAIN_LIMIT = 2;

/** What a query for one of several tasks came to. */
export type Refreshed = { task: Task } | { error: unknown };

export class KlingClient {
	private readonly slots = new Slots(PARALLEL_QUERIES);
	/** How often a format's request for many tasks was of no use lately; from the limit on it is not made. */
	private readonly manyInVain = new Map<FormatName, number>();

	/**
	 * @param formats those that the credential can use, the preferred one first
	 * @param isRelay the service passes Kling's API on, perhaps in one of the formats only
	 */
	constructor(
		private readonly formats: readonly FormatName[],
		private readonly send: Send,
		private readonly now: () => number = Date.now,
		private readonly isRelay = false,
	) {}

	/**
	 * Starts a video. This is what costs money.
	 * @throws {KlingError} with `retry: 'maybe'` when the video may have been started all the same
	 */
	async create(request: VideoRequest, target: Target): Promise<Task> {
		return await this.askForTask(target.format, FORMATS[target.format].create(request, target));
	}

	/**
	 * Finds a task by its ID or by the user's own ID for it, in whichever format it was created.
	 * @throws {KlingError}
	 */
	async find(id: string): Promise<Task> {
		let unknown: unknown;
		for (const format of this.formats) {
			for (const request of FORMATS[format].find(id)) {
				const [outcome] = await Promise.allSettled([this.askForTask(format, request)]);
				if (outcome.status === 'fulfilled') return outcome.value;
				if (!this.isForeign(outcome.reason)) throw outcome.reason;
				unknown ??= outcome.reason;
			}
		}
		throw unknown;
	}

	/** Whether tasks of a format can be found by the user's own ID for them. */
	canLookUp(format: FormatName): boolean {
		return FORMATS[format].findByExternalId !== undefined;
	}

	/**
	 * Finds a task by the user's own ID for it.
	 * @returns undefined when the service has no such task
	 * @throws {KlingError}
	 */
	async lookUp(format: FormatName, externalTaskId: string): Promise<Task | undefined> {
		const request = FORMATS[format].findByExternalId?.(externalTaskId);
		if (!request) return undefined;
		const [outcome] = await Promise.allSettled([this.askForTask(format, request)]);
		if (outcome.status === 'fulfilled') return outcome.value;
		if (isUnknown(outcome.reason)) return undefined;
		throw outcome.reason;
	}

	/**
	 * Queries running tasks, with as few requests as their formats allow.
	 * @returns one outcome per task, in their order; never throws
	 */
	async refresh(tasks: readonly Task[]): Promise<Refreshed[]> {
		const formats = new Set(tasks.map(({ format }) => format));
		const refreshed = new Map<Task, Refreshed>();
		for (const format of formats) {
			const its = tasks.filter((task) => task.format === format);
			for (const [task, outcome] of await this.refreshIn(format, its)) {
				refreshed.set(task, outcome);
			}
		}
		return tasks.map((task) => refreshed.get(task) as Refreshed);
	}

	/**
	 * Lists the account's tasks, the newest first.
	 * @param limit how many at most
	 * @throws {KlingError}
	 */
	async list(limit: number): Promise<Task[]> {
		const lists: Task[][] = [];
		let unknown: unknown;
		for (const format of this.formats) {
			const [outcome] = await Promise.allSettled([this.listIn(format, limit)]);
			if (outcome.status === 'fulfilled') lists.push(outcome.value);
			else if (this.isForeign(outcome.reason)) unknown ??= outcome.reason;
			else throw outcome.reason;
		}
		if (lists.length === 0) throw unknown;
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
		if (!account) throw unreadable(reply.status, reply.body, 'it tells nothing of the account');
		return account;
	}

	/** Relays answer the routes of a format that they do not know as they like, often with their web page. */
	private isForeign(error: unknown): boolean {
		return isUnknown(error) || (this.isRelay && isWebPage(error) && !isServerTrouble(error));
	}

	private async refreshIn(
		format: FormatName,
		tasks: readonly Task[],
	): Promise<ReadonlyArray<readonly [Task, Refreshed]>> {
		const { many } = FORMATS[format];
		const inVain = this.manyInVain.get(format) ?? 0;
		if (!many || tasks.length < 2 || inVain >= IN_VAIN_LIMIT) return await this.refreshEach(tasks);
		const found: Array<readonly [Task, Refreshed]> = [];
		const missing: Task[] = [];
		for (let start = 0; start < tasks.length; start += many.limit) {
			const part = tasks.slice(start, start + many.limit);
			const request = many.request(part.map(({ id }) => id));
			const [outcome] = await Promise.allSettled([this.askForTasks(format, request)]);
			if (outcome.status === 'rejected' && isPassing(outcome.reason)) {
				this.manyInVain.set(format, inVain + 1);
				found.push(...part.map((task) => [task, { error: outcome.reason as unknown }] as const));
				continue;
			}
			this.manyInVain.delete(format);
			const byId = new Map(
				(outcome.status === 'fulfilled' ? outcome.value : []).map((task) => [task.id, task]),
			);
			for (const task of part) {
				const fresh = byId.get(task.id);
				if (fresh) found.push([task, { task: fresh }]);
				else missing.push(task);
			}
		}
		// A service that does not know the request, or lists the oldest first, is not asked again.
		if (missing.length > found.length) this.manyInVain.set(format, IN_VAIN_LIMIT);
		return [...found, ...(await this.refreshEach(missing))];
	}

	private async refreshEach(
		tasks: readonly Task[],
	): Promise<ReadonlyArray<readonly [Task, Refreshed]>> {
		return await Promise.all(
			tasks.map(async (task) => {
				const [request] = FORMATS[task.format].find(task.id);
				const [outcome] = await Promise.allSettled([
					this.slots.run(async () => await this.askForTask(task.format, request as ApiRequest)),
				]);
				const refreshed: Refreshed =
					outcome.status === 'fulfilled'
						? { task: outcome.value }
						: { error: outcome.reason as unknown };
				return [task, refreshed] as const;
			}),
		);
	}

	private async listIn(format: FormatName, limit: number): Promise<Task[]> {
		const { list, readTasks } = FORMATS[format];
		const tasks: Task[] = [];
		if (!list) return tasks;
		const pageSize = Math.min(limit, list.pageSize);
		let cursor: string | undefined;
		do {
			const { json, reply } = await this.ask(list.request(pageSize, cursor));
			tasks.push(...read(readTasks, json, reply).map((task) => ({ ...task, format })));
			cursor = list.next(json, pageSize, cursor);
		} while (cursor !== undefined && tasks.length < limit);
		return tasks;
	}

	private async askForTask(format: FormatName, request: ApiRequest): Promise<Task> {
		const { json, reply } = await this.ask(request);
		return { ...read(FORMATS[format].readTask, json, reply), format };
	}

	private async askForTasks(format: FormatName, request: ApiRequest): Promise<Task[]> {
		const { json, reply } = await this.ask(request);
		return read(FORMATS[format].readTasks, json, reply).map((task) => ({ ...task, format }));
	}

	/** @returns the reply of a request that was carried out. @throws {KlingError} */
	private async ask(request: ApiRequest): Promise<{ json: unknown; reply: ApiReply }> {
		const reply = await this.carry(request);
		const json = parseJson(reply.body);
		const said = readVerdict(json, reply.status);
		// A code other than 0 is a refusal even under HTTP 200 (kling-api.md, section 6, trap b).
		if (reply.status < 200 || reply.status >= 300 || said.code !== undefined) {
			const retryAfter = readRetryAfter(reply.headers['retry-after'], this.now());
			throw refusal(reply.status, { ...said, retryAfter }, reply.body);
		}
		if (json === undefined) throw unreadable(reply.status, reply.body);
		return { json, reply };
	}

	private async carry(request: ApiRequest): Promise<ApiReply> {
		try {
			return await this.send(request);
		} catch (error) {
			throw fromTransport(toTransportError(error));
		}
	}
}

function read<Result extends TaskReply | TaskReply[]>(
	reader: (json: unknown) => Result,
	json: unknown,
	reply: ApiReply,
): Result {
	try {
		return reader(json);
	} catch (error) {
		if (error instanceof ShapeError && error.isEmptyList) throw unknownTask();
		throw otherShape(reply.status, reply.body, error);
	}
}

/** Whether Kling's answer was that it has no such thing. */
export function isUnknown(error: unknown): boolean {
	return error instanceof KlingError && error.details.isUnknown === true;
}

function isServerTrouble(error: unknown): boolean {
	return error instanceof KlingError && (error.details.httpStatus ?? 0) >= 500;
}

function isWebPage(error: unknown): boolean {
	return error instanceof KlingError && error.details.webPage === true;
}

/** Trouble of the moment, which says nothing on whether the service knows the request. */
function isPassing(error: unknown): boolean {
	if (!(error instanceof KlingError) || isWebPage(error)) return false;
	return error.details.retry !== 'never' && error.details.isOtherShape !== true;
}

interface Verdict {
	/** Kling's service code, unless it says that all is well. */
	code?: number;
	message?: string;
	requestId?: string;
}

/** Finds code, words and request ID where Kling and the gateways put them. */
function readVerdict(json: unknown, httpStatus: number): Verdict {
	const reply = fieldsOf(json);
	const error = fieldsOf(reply.error);
	// The account endpoint has a second verdict inside its data (kling-api.md, section 9).
	const data = fieldsOf(reply.data);
	const codes = [reply.code, error.code, data.code].map((code) => wire.number.parse(code));
	// Some gateways repeat the HTTP status as the code: no fact of its own.
	const code = codes.find((each) => each !== undefined && each !== 0 && each !== httpStatus);
	const message = [
		code === codes[2] ? data.msg : undefined,
		reply.message,
		reply.msg,
		error.message,
		reply.error,
	].find(isText);
	return { code, message, requestId: wire.text.parse(reply.request_id ?? error.request_id) };
}

/** @returns milliseconds, from seconds or an HTTP date (RFC 9110, section 10.2.3) */
function readRetryAfter(header: string | undefined, now: number): number | undefined {
	if (header === undefined) return undefined;
	const pause = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
	return pause > 0 ? pause : undefined;
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function fieldsOf(json: unknown): Record<string, unknown> {
	return typeof json === 'object' && json !== null ? { ...json } : {};
}

function parseJson(body: string): unknown {
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return undefined;
	}
}
