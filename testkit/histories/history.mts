/** Plays one history: executions of a node, one after the other, at a service that does as written. */

import { VirtualClock } from '../clocks/virtualClock.mts';
import { Judge, type Violation } from './judge.mts';
import { runNode, type Stored, type Told } from './nodeUnderTest.mts';
import { NodeProcess } from './process.mts';
import type { Execution, Script } from './script.mts';
import { type Asker, type RealTask, type Row, Service } from './service.mts';

export interface Played {
	violations: readonly Violation[];
	/** What happened, request by request. */
	rows: readonly Row[];
	requests: number;
}

/** How long after its time limit a video may still need for what it has begun; milliseconds. */
const GRACE = 4 * 60_000;

/** How long a run may go on once it is stopped; milliseconds. */
const STOP_LIMIT = 1_000;

export async function play(script: Script): Promise<Played> {
	const random = Math.random;
	// Jitter plays no part here, and a history must be the same each time.
	Math.random = () => 0.5;
	try {
		return await new History(script).play();
	} finally {
		Math.random = random;
	}
}

let histories = 0;

/** Where an execution stands among the others. */
interface Place {
	/** Executions that repeat another one have its number. */
	number: number;
	changedItem?: number;
	/** It retries one that the same process has run. */
	isRetry: boolean;
}

class History {
	private readonly instanceId = `instance-${histories++}`;
	private readonly virtual = new VirtualClock();
	private readonly service: Service;
	private readonly judge: Judge;
	private stored: Stored = {};

	constructor(private readonly script: Script) {
		this.service = new Service(script, this.virtual);
		this.judge = new Judge(script, this.service);
	}

	async play(): Promise<Played> {
		let place: Place = { number: 0, isRetry: false };
		for (const [index, execution] of this.script.executions.entries()) {
			const next = await this.execute(execution, place);
			if (next === undefined) break;
			const { changedItem } = this.script.executions[index + 1] ?? execution;
			place =
				next === 'repeated'
					? { ...place, isRetry: false }
					: { number: place.number + 1, changedItem, isRetry: execution.isProcessKept };
		}
		const { violations } = this.judge;
		return { violations, rows: this.service.rows, requests: this.service.requests };
	}

	/** @returns what comes next, if anything does */
	private async execute(
		execution: Execution,
		place: Place,
	): Promise<'repeated' | 'retried' | undefined> {
		const atStart = { stored: JSON.stringify(this.stored), tasks: this.service.tasks.length };
		let snapshot: string | undefined;
		const end = execution.ends && { by: execution.ends, at: execution.at };
		const process = new NodeProcess(this.virtual, end, () => {
			snapshot = JSON.stringify(this.stored);
			this.service.rows.push({ asked: execution.ends ?? '', answered: '' });
		});
		const executeData = {};
		let told: Told[] = [];
		for (let tries = 0; tries < this.script.tries; tries++) {
			if (tries > 0) this.service.rows.push({ asked: 'Retry On Fail', answered: '' });
			const tried = await this.try(process, place, tries, executeData);
			if (tried === 'dead') break;
			if (!tried) return undefined;
			told = tried;
			if (process.signal.aborted || told.every(({ failed }) => !failed)) break;
		}
		process.leave();
		const isOver = snapshot === undefined;
		const isRepeated = execution.ends === 'crashed' && !isOver;
		if (!isRepeated) this.judge.ended(told, this.stored);
		if (isOver && told.every(({ failed }) => !failed)) return undefined;
		this.store(execution, place, atStart, snapshot);
		this.service.rows.push({
			asked: isRepeated
				? 'another worker repeats it'
				: `retried${execution.isProcessKept ? '' : ' by another process'}`,
			answered: isOver || execution.isLedgerKept ? '' : 'nothing was stored',
		});
		return isRepeated ? 'repeated' : 'retried';
	}

	/**
	 * What n8n gives the next execution, as JSON. If nothing was stored, a retry starts anew, and another
	 * worker with what the execution began with.
	 * @param atStart what that was, and how many tasks there were
	 * @param atEnd what it was when the execution came to its end before its own
	 */
	private store(
		{ ends, isLedgerKept, isProcessKept }: Execution,
		place: Place,
		atStart: { stored: string; tasks: number },
		atEnd: string | undefined,
	): void {
		const isRepeated = ends === 'crashed' && atEnd !== undefined;
		const isLost = atEnd !== undefined && !isLedgerKept;
		// A stopped node still comes to its end, and n8n stores what it has then.
		const kept = isRepeated ? atEnd : JSON.stringify(this.stored);
		this.stored = JSON.parse(!isLost ? kept : isRepeated ? atStart.stored : '{}') as Stored;
		const isOwn = ({ item, variant, execution }: RealTask) =>
			execution === place.number || variant === this.variantOf(item, place, 0);
		if (isRepeated) {
			const first = isLost ? atStart.tasks : Infinity;
			this.judge.forgot(this.stored, first, this.isFoundAgain(place));
		} else this.judge.stored(isLost ? undefined : this.stored, isOwn);
		if (isRepeated || !isProcessKept) this.judge.leftProcess(this.stored);
	}

	/** Whether a video is found by its name alone, which another worker gives it as well. */
	private isFoundAgain({ isRetry }: Place): boolean {
		const { service, externalIds, isUndocumented, volatileItem } = this.script;
		return (
			service === 'official' &&
			externalIds === 'kept' &&
			!isUndocumented &&
			volatileItem === undefined &&
			// The names of what was stopped nobody knows but the process.
			!isRetry
		);
	}

	/** @returns nothing when the try did not come to its end in time */
	private async try(
		process: NodeProcess,
		place: Place,
		tries: number,
		executeData: object,
	): Promise<Told[] | 'dead' | undefined> {
		const { script, service, virtual, judge, instanceId } = this;
		const { items, timeout, pollingInterval } = script;
		const { number, isRetry } = place;
		const variants = Array.from({ length: items }, (_, item) => this.variantOf(item, place, tries));
		const asker: Asker = { process, execution: number, onCreated: (task) => judge.created(task) };
		const before = service.requests;
		const inTime = new AbortController();
		const limit = items * (timeout + GRACE);
		const told = await Promise.race([
			runNode({
				script,
				instanceId,
				executionId: `${number + 1}`,
				executeData,
				isRetry,
				stored: this.stored,
				variants,
				process,
				send: async (request) => await service.send(request, asker),
			}),
			process.death.then(() => 'dead' as const),
			virtual.sleep(limit, inTime.signal).then(
				() => undefined,
				() => undefined,
			),
		]);
		inTime.abort();
		const sent = service.requests - before;
		const most = items * (80 + (2 * timeout) / pollingInterval + timeout / 10_000);
		if (sent > most) judge.note('too many requests', `${script.service}`);
		if (!told) judge.note('no end', `${script.service}`);
		if (told === 'dead' || !told) return told;
		const { endedAt } = process;
		if (endedAt !== undefined && virtual.now() - endedAt > STOP_LIMIT) {
			judge.note('no end', `${script.service}, stopped`);
		}
		judge.tried(told, number, variants);
		return told;
	}

	/** Which of an item's requests it is: users change it, and so do expressions at each try. */
	private variantOf(item: number, { number, changedItem }: Place, tries: number): number {
		const { volatileItem } = this.script;
		if (item === volatileItem) return 10 * number + tries;
		return changedItem === item ? number : 0;
	}
}
