/**
 * Accounts and their tasks. A task's state is never stored: it follows from the clock, so that tests can turn it, and
 * nothing runs in the background.
 */
import { randomBytes } from 'node:crypto';
import type { Format } from './log.mts';
import { resolveAccount, type EmulatorOptions, type ResolvedAccount } from './options.mts';
import type { AccountOptions, ResourcePack } from './options.mts';
import type { Phase } from './phase.mts';

export type { Phase } from './phase.mts';

/** What a fault does to a task: for good when it hit the creation, for one reply when it hit a query. */
export interface TaskEffects {
	/** The task fails with this reason. Never undone. */
	failure?: string;
	/** Said instead of the format's status word; the rest of the reply stays true. */
	statusWord?: string;
	/** Success is reported without the video. */
	noResult?: boolean;
}

/** An admitted request: everything a task needs to know. */
export interface Draft {
	format: Format;
	/** The model as the request named it. */
	model: string;
	/** The concurrency limit counts by it. */
	version: string;
	/** Seconds of video. */
	duration: number;
	/** Units it costs when it succeeds; 0 where the format knows no charge. */
	charge: number;
	/** Everything a content check reads. */
	texts: string[];
	externalTaskId?: string;
	callbackUrl?: string;
	watermark: boolean;
	/** The request body as sent. */
	body: unknown;
}

export interface Task extends Draft {
	/** Order of creation. */
	seq: number;
	id: string;
	account: Account;
	createdAt: number;
	/** When it turns `processing`, and when it ends. */
	startsAt: number;
	endsAt: number;
	/** Set on a task that ends, or has ended, as failed. */
	failure?: string;
	effects: TaskEffects;
	/** The pack it is paid from. */
	pack?: ResourcePack;
}

/** A task as it stands at one moment; what the formats render. */
export interface Snapshot {
	task: Task;
	phase: Phase;
	updatedAt: number;
	statusWord?: string;
	noResult: boolean;
}

export interface Account extends ResolvedAccount {
	/** The last accepted call of the account endpoint, ms. */
	lastCostsCall?: number;
}

/** What `tasks()` and `GET /__emulator/tasks` show. */
export interface TaskSummary {
	id: string;
	format: Format;
	account: string;
	model: string;
	externalTaskId?: string;
	state: Phase;
	createdAt: number;
	updatedAt: number;
	/** Units. */
	charge: number;
	body: unknown;
}

/** Kling AI shares tasks and the concurrency limit between its two formats; a gateway has its own. */
function service(format: Format): string {
	return format === 'gateway' ? 'gateway' : 'official';
}

export class State {
	readonly accounts: Account[];
	private tasks: Task[] = [];
	private seq = 0;
	/** 18 digits, more than a JavaScript number can hold: an id that went through Number() comes back wrong. */
	private readonly idBase: bigint;

	constructor(readonly options: EmulatorOptions) {
		this.idBase = BigInt(Math.trunc(options.now())) * 100_000n;
		this.accounts = options.accounts.map((account, index) =>
			resolveAccount(account, index, options.now()),
		);
	}

	get now(): number {
		return this.options.now();
	}

	/** Changes an account while the emulator runs, such as its concurrency limit or its standing. */
	updateAccount(name: string, changes: Partial<AccountOptions>): void {
		const index = this.accounts.findIndex((account) => account.name === name);
		const account = this.accounts[index];
		if (!account) throw new Error(`no account is called ${name}`);
		const changed = resolveAccount({ ...account, ...changes }, index, this.now);
		// Tasks point at the packs they are paid from: keep them unless there are new ones.
		if (!changes.resourcePacks) changed.resourcePacks = account.resourcePacks;
		Object.assign(account, changed);
	}

	/** Makes the task of an admitted request. */
	create(account: Account, draft: Draft, effects: TaskEffects, pack?: ResourcePack): Task {
		const seq = ++this.seq;
		const createdAt = this.now;
		const { generationMs, generationJitterMs } = this.options;
		const task: Task = {
			...draft,
			seq,
			// A gateway's ids are 16 bytes in base64, none of which is a hyphen in front; Kling AI's look like
			// snowflakes.
			id:
				draft.format === 'gateway'
					? randomBytes(16).toString('base64url').replace(/^-/, '0')
					: String(this.idBase + BigInt(seq)),
			account,
			createdAt,
			startsAt: createdAt + this.options.queueMs,
			endsAt: createdAt + generationMs + generationJitterMs(seq, draft.body),
			failure: effects.failure,
			effects,
			pack,
		};
		this.tasks.push(task);
		return task;
	}

	/** The moments a task changed or will change, in order, as far as they are known now. */
	transitions(task: Task): Array<{ phase: Phase; at: number }> {
		const end: Phase = task.failure === undefined ? 'succeeded' : 'failed';
		const all: Array<{ phase: Phase; at: number }> = [
			{ phase: 'submitted', at: task.createdAt },
			{ phase: 'processing', at: task.startsAt },
			{ phase: end, at: task.endsAt },
		];
		return all.filter(({ phase, at }) => phase === end || at <= task.endsAt);
	}

	phase(task: Task): Phase {
		return this.transitions(task).findLast(({ at }) => at <= this.now)?.phase ?? 'submitted';
	}

	/** The task as it stands now, or as the given `phase` left it, with the effects of a fault. */
	snapshot(task: Task, passing: TaskEffects = {}, phase?: Phase): Snapshot {
		if (passing.failure !== undefined && this.phase(task) !== 'failed') {
			task.failure = passing.failure;
			task.endsAt = this.now;
		}
		const shown = phase ?? this.phase(task);
		return {
			task,
			phase: shown,
			updatedAt: this.transitions(task).find((step) => step.phase === shown)?.at ?? task.createdAt,
			statusWord: passing.statusWord ?? task.effects.statusWord,
			noResult: passing.noResult ?? task.effects.noResult ?? false,
		};
	}

	/** The task as its creation is confirmed: always `submitted`, even when the queue takes no time. */
	confirmation(task: Task): Snapshot {
		return { task, phase: 'submitted', updatedAt: task.createdAt, noResult: false };
	}

	/** An account's tasks of one format, newest first. The formats do not see each other's. */
	list(account: Account, format: Format): Task[] {
		return this.tasks
			.filter((task) => task.account === account && task.format === format)
			.reverse();
	}

	find(account: Account, format: Format, id: string): Task | undefined {
		return this.tasks.find(
			(task) => task.id === id && task.account === account && task.format === format,
		);
	}

	findExternal(account: Account, format: Format, externalTaskId: string): Task | undefined {
		return this.tasks.find(
			(task) =>
				task.externalTaskId === externalTaskId &&
				task.account === account &&
				task.format === format,
		);
	}

	/** External ids are unique per account, so across the official formats. */
	externalIdTaken(account: Account, externalTaskId: string): boolean {
		return this.tasks.some(
			(task) => task.account === account && task.externalTaskId === externalTaskId,
		);
	}

	/** Any account's task by id, for the video host, which knows no accounts. */
	byId(id: string): Task | undefined {
		return this.tasks.find((task) => task.id === id);
	}

	/** Tasks that count for the concurrency limit now: each from its creation to its end. */
	unfinishedTasks(account: Account, draft: Draft): number {
		return this.tasks.filter(
			(task) =>
				task.account === account &&
				task.version === draft.version &&
				service(task.format) === service(draft.format) &&
				task.endsAt > this.now,
		).length;
	}

	/** Units left in a pack: running tasks count as paid, failed ones are given back. `before` leaves out later ends. */
	unitsLeft(pack: ResourcePack, before = Infinity): number {
		const spent = this.tasks
			.filter(
				(task) => task.pack === pack && task.endsAt <= before && this.phase(task) !== 'failed',
			)
			.reduce((sum, task) => sum + task.charge, 0);
		return roundUnits(pack.remaining - spent);
	}

	all(): Task[] {
		return [...this.tasks];
	}

	summaries(): TaskSummary[] {
		return this.tasks.map((task) => {
			const { phase, updatedAt } = this.snapshot(task);
			return {
				id: task.id,
				format: task.format,
				account: task.account.name,
				model: task.model,
				...(task.externalTaskId === undefined ? {} : { externalTaskId: task.externalTaskId }),
				state: phase,
				createdAt: task.createdAt,
				updatedAt,
				charge: task.charge,
				body: task.body,
			};
		});
	}

	/** Forgets all tasks. Accounts stay as they are; ids go on, so that none is ever given twice. */
	reset(): void {
		this.tasks = [];
		for (const account of this.accounts) account.lastCostsCall = undefined;
	}
}

/** Prices have one decimal; floating-point sums of them should look like it. */
export function roundUnits(units: number): number {
	return Math.round(units * 100) / 100;
}
