/** What must hold in every history, checked against what was really created and charged. */

import type { Stored, Told } from './nodeUnderTest.mts';
import type { Script } from './script.mts';
import type { RealTask, Service } from './service.mts';

export type Property =
	/** A second task was created for a video whose first one is charged. */
	| 'charged twice'
	/** A task's ID that a reply named is neither in an item, an error nor the ledger. */
	| 'ID lost'
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
	/** What users were told in executions that are over, and in earlier tries. */
	private kept = '';
	private passing = '';

	constructor(
		private readonly script: Script,
		private readonly service: Service,
	) {}

	/** A task is created: none of the video's other tasks may be charged. */
	created(task: RealTask): void {
		const { item, variant, execution } = task;
		const first = this.service.tasks.find(
			(other) =>
				other !== task &&
				other.item === item &&
				(other.execution === execution || other.variant === variant) &&
				!other.isForgotten &&
				!this.service.hasFailed(other),
		);
		if (!first) return;
		const isVaried = first.variant !== variant;
		this.note('charged twice', isVaried ? 'an expression evaluates anew' : this.causeOf(first));
	}

	/** A try has ended. */
	tried(told: readonly Told[], execution: number, variants: readonly number[]): void {
		this.passing += told.map(({ text }) => text).join();
		for (const [item, { as }] of told.entries()) {
			const charged = this.service.tasks.find(
				(task) =>
					task.item === item &&
					(task.execution === execution || task.variant === variants[item]) &&
					!task.isForgotten &&
					!this.service.hasFailed(task),
			);
			if (!charged || as !== 'notCharged') continue;
			const isVaried = charged.variant !== variants[item];
			this.note('said not charged', isVaried ? 'an expression evaluates anew' : this.causeOf(charged));
		}
	}

	/**
	 * An execution has ended, with what its last try told. A stopped one tells no errors, in which IDs would
	 * stand that only people can read.
	 */
	ended(told: readonly Told[], stored: Stored, isStopped: boolean): void {
		this.kept += told.map(({ text }) => text).join();
		const ledger = JSON.stringify(stored);
		for (const task of this.service.tasks) {
			if (!task.seen || task.isForgotten || this.service.hasFailed(task)) continue;
			if (task.seen === 'inText' && (isStopped || this.passing.includes(task.id))) continue;
			if (this.kept.includes(task.id) || ledger.includes(task.id)) continue;
			this.note('ID lost', this.causeOf(task));
		}
	}

	/** What the node knew is lost, but for what is still stored. */
	forgot(stored: Stored): void {
		const ledger = JSON.stringify(stored);
		for (const task of this.service.tasks) task.isForgotten ||= !ledger.includes(task.id);
	}

	note(property: Property, cause: string): void {
		if (this.violations.some((other) => other.property === property && other.cause === cause)) return;
		this.violations.push({ property, cause });
	}

	/** What the first task's creation was answered, and where. */
	private causeOf({ answer }: RealTask): string {
		const { service, isUndocumented, externalIds } = this.script;
		if (service !== 'official') return `relay: ${answer}`;
		return `${isUndocumented ? `Kling 4.0, IDs ${externalIds}` : 'Kling'}: ${answer}`;
	}
}
