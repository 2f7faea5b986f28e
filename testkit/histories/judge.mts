/** What must hold in every history, checked against what was really created and charged. */

import type { Stored, Told } from './nodeUnderTest.mts';
import type { Script } from './script.mts';
import { OTHER, type RealTask, type Service } from './service.mts';

export type Property =
	/** A second task was created for a video whose first one is charged. */
	| 'charged twice'
	/** A task's ID that a reply named is neither in an item, an error nor the ledger. */
	| 'ID lost'
	/** An item has the task of another one, or of somebody else. */
	| 'another task'
	/** Nothing tells the user that a video may have been charged. */
	| 'said not charged'
	/** A run did not end within its time, or sent too many requests. */
	| 'no end'
	| 'too many requests';

export interface Violation {
	property: Property;
	/** What led to it, in a few words: violations of the same kind have the same. */
	cause: string;
}

export class Judge {
	readonly violations: Violation[] = [];
	/** What users were told in executions that are over. */
	private kept = '';

	constructor(
		private readonly script: Script,
		private readonly service: Service,
	) {}

	/** A task is created: none of the video's other tasks may be charged. */
	created(task: RealTask): void {
		const { item, variant, execution } = task;
		const first = this.chargedFor(item, variant, execution, task);
		if (first) this.note('charged twice', this.causeOf(first, variant));
	}

	/** A try has ended. */
	tried(told: readonly Told[], execution: number, variants: readonly number[]): void {
		this.findTextLost(told);
		for (const [item, { as, taskId }] of told.entries()) {
			const variant = variants[item] as number;
			const owner = this.service.tasks.find(({ id }) => id === taskId)?.item;
			if (taskId === OTHER.id || (owner ?? item) !== item)
				this.note('another task', this.script.service);
			const charged = this.chargedFor(item, variant, execution);
			if (!charged || as !== 'notCharged' || (charged.isToBeFound && !charged.seen)) continue;
			this.note('said not charged', this.causeOf(charged, variant));
		}
	}

	/**
	 * A task that is charged for an item: of the same request, or, within an execution, of any.
	 * @param but another one
	 */
	private chargedFor(
		item: number,
		variant: number,
		execution: number,
		but?: RealTask,
	): RealTask | undefined {
		return this.service.tasks.find(
			(task) =>
				task !== but &&
				task.item === item &&
				(task.execution === execution || task.variant === variant) &&
				!task.isForgotten &&
				!this.service.hasFailed(task),
		);
	}

	/** What only people can read they must be shown, once: in the error that came of it. */
	private findTextLost(told: readonly Told[]): void {
		for (const task of this.service.tasks) {
			if (task.seen !== 'inText') continue;
			const { failed, text } = told[task.item] as Told;
			if (failed && !text.includes(task.id)) this.note('ID lost', this.causeOf(task, task.variant));
			task.seen = undefined;
		}
	}

	/** An execution has ended, with what its last try told. */
	ended(told: readonly Told[], stored: Stored): void {
		this.kept += told.map(({ text }) => text).join();
		const ledger = JSON.stringify(stored);
		for (const task of this.service.tasks) {
			if (task.seen !== 'readable' || task.isForgotten || this.service.hasFailed(task)) continue;
			if (this.kept.includes(task.id) || ledger.includes(task.id)) continue;
			this.note('ID lost', this.causeOf(task, task.variant));
		}
	}

	/**
	 * The process that ran the node has come to its end, and what it knew is lost but for what is stored.
	 * @param first the first of the tasks of which nothing was stored
	 * @param findsTasks it asks for their external IDs again, and the service keeps those
	 */
	forgot(stored: Stored, first: number, findsTasks: boolean): void {
		const ledger = JSON.stringify(stored);
		for (const [index, task] of this.service.tasks.entries()) {
			if (ledger.includes(task.id)) continue;
			task.seen = undefined;
			if (index < first) continue;
			task.isToBeFound = true;
			// Nobody finds what was created without an ID, because the service said that it takes none.
			task.isForgotten ||= !findsTasks || task.externalId === undefined;
		}
	}

	/**
	 * An execution has come to its end otherwise.
	 * @param stored nothing where n8n keeps nothing of a stopped one: then the process remembers its videos
	 * @param isOwn of the videos that it was about
	 */
	stored(stored: Stored | undefined, isOwn: (task: RealTask) => boolean): void {
		for (const task of this.service.tasks) {
			if (isOwn(task)) task.isInProcessOnly = stored === undefined;
			else task.isForgotten ||= stored === undefined;
			// The next execution has names of its own.
			task.isForgotten ||= task.isToBeFound === true && !task.seen;
		}
	}

	/** What is next runs in another process. */
	leftProcess(stored: Stored): void {
		const ledger = JSON.stringify(stored);
		for (const task of this.service.tasks) {
			if (!task.isInProcessOnly) continue;
			task.isInProcessOnly = false;
			task.isForgotten ||= !ledger.includes(task.id);
		}
	}

	note(property: Property, cause: string): void {
		if (this.violations.some((other) => other.property === property && other.cause === cause))
			return;
		this.violations.push({ property, cause });
	}

	/** What a task's creation was answered, and where; unless its video's request is another one by now. */
	private causeOf({ answer, variant }: RealTask, latest: number): string {
		if (variant !== latest) return 'an expression evaluates anew';
		const { service, isUndocumented, externalIds } = this.script;
		if (service !== 'official') return `relay: ${answer}`;
		return `${isUndocumented ? `Kling 4.0, IDs ${externalIds}` : 'Kling'}: ${answer}`;
	}
}
