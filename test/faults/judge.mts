/** Looks at a run from outside: what the emulator has, and what the user can see. */
import type { INodeExecutionData } from 'n8n-workflow';
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	type RecordedRequest,
	type TaskSummary,
} from '../../emulator/index.mts';
import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import {
	errorFacts,
	type ErrorFacts,
	othersThatMayHaveStarted,
} from '../../testkit/engine/errorFacts.mts';
import type { EngineRun } from '../../testkit/engine/index.mts';
import type { Format, Mode, Operation } from '../../testkit/faults/row.mts';
import { NODE, sampleVideo } from '../integration/fixture.mts';

/** Input items of a run. */
export const ITEMS = [0, 1, 2] as const;

export const promptOf = (item: number) => `a cat ${item}`;

export interface Evidence {
	operation: Operation;
	format: Format;
	mode: Mode;
	run: EngineRun;
	/** What the node wrote to the log. */
	log: string;
	/** Tasks that were there before, for the operations that only check. */
	given: TaskSummary[];
	/** Tasks that the node made. */
	made: TaskSummary[];
	/** The create requests that reached the service. */
	sent: RecordedRequest[];
}

export interface Verdict {
	/**
	 * `charged/delivered/reported`:
	 * - videos charged: tasks that the node created, without those that failed at Kling, which cost nothing;
	 * - input items that got what the operation promises: the finished file, the task's ID from Create, all tasks from Get Many;
	 * - videos, charged or checked, of which an output item or the error names the task ID (after Stop, which shows no error,
	 *   the log), or says that they may have been started, with the external task ID where there is one. When the operations
	 *   that only check are stopped nothing is expected of them: their items brought the IDs along.
	 */
	counts: string;
	/** What failed: the node, or items of it. */
	failures: ErrorFacts[];
	/** The items of which the user is told that their videos may have been started. */
	mayHaveStarted: number[];
	/** All that the user is told of failures. */
	words: string;
	/** What must never be. */
	wrongs: string[];
}

export async function judge(evidence: Evidence): Promise<Verdict> {
	const { run, operation, given, made } = evidence;
	const wrongs: string[] = [];
	const charged = made.filter(({ state }) => state !== 'failed');
	for (const item of ITEMS) {
		const its = charged.filter((task) => itemOf(task) === item);
		if (its.length > 1) wrongs.push(`item ${item} was charged ${its.length} times`);
	}
	const strange = made.filter((task) => itemOf(task) === undefined);
	if (strange.length > 0) wrongs.push(`${strange.length} videos that no item is for`);

	const reports = reportsOf(evidence);
	const words = reports.map(({ text }) => text).join('\n');
	const mayHaveStarted = ITEMS.filter((item) =>
		reports.some(
			({ facts, others }) =>
				others.includes(item) || (facts?.itemIndex === item && facts.mayHaveStarted !== undefined),
		),
	);
	const expected = given.length === 0 ? charged : run.status === 'canceled' ? [] : given;
	const reported = expected.filter(
		(task) =>
			isNamed(task, words, run) ||
			(mayHaveStarted.some((item) => item === itemOf(task)) && hasItsId(task, words, evidence)),
	);
	for (const task of charged.filter((each) => !reported.includes(each))) {
		wrongs.push(`task ${task.id} of item ${itemOf(task)} is lost`);
	}
	wrongs.push(
		...falseComfort(reports, charged),
		...falseAlarm(mayHaveStarted, evidence),
		...leaks(evidence),
	);
	const output = run.items(NODE);
	const order = output.map(({ pairedItem }) => (pairedItem as { item: number }).item);
	if (order.some((item, index) => item < (order[index - 1] ?? 0))) wrongs.push('out of order');

	let delivered = 0;
	for (const item of ITEMS) {
		const its = output.filter(({ pairedItem }) => (pairedItem as { item: number }).item === item);
		if (await isDelivered(item, its, evidence)) delivered++;
	}
	for (const item of output) {
		const task = [...given, ...made].find(({ id }) => id === item.json.task_id);
		const index = (item.pairedItem as { item: number }).item;
		if (operation !== 'getMany' && task && itemOf(task) !== index) {
			wrongs.push(`item ${index} got the video of item ${itemOf(task) ?? 'nobody'}`);
		}
	}
	return {
		counts: `${charged.length}/${delivered}/${reported.length}`,
		failures: reports.flatMap(({ facts }) => facts ?? []),
		mayHaveStarted,
		words,
		wrongs,
	};
}

/** The item that a task was made for. */
function itemOf({ body }: TaskSummary): number | undefined {
	const { prompt, contents } = body as { prompt?: string; contents?: Array<{ text?: string }> };
	const text = prompt ?? contents?.find((content) => content.text !== undefined)?.text;
	return ITEMS.find((item) => text === promptOf(item));
}

/** Something that tells the user of a failure. */
interface Report {
	/** All of it. */
	text: string;
	/** What it is about; absent for the log. */
	facts?: ErrorFacts;
	/** The other items of which it says that their videos may have been started. */
	others: number[];
}

/** The node's error, and the items that carry one; after Stop the log too. */
function reportsOf({ run, log }: Evidence): Report[] {
	// n8n's own word for a stopped execution says nothing of the node.
	const error = run.nodeError(NODE) ?? (run.status === 'canceled' ? undefined : run.error);
	const items = run.items(NODE).filter(({ json }) => json.error !== undefined);
	return [
		...(error ? [reportOf(error, `${error.message}\n${error.description ?? ''}`)] : []),
		...items.map((item) => reportOf(item, JSON.stringify(item.json))),
		...(run.status === 'canceled' ? [{ text: log, others: othersThatMayHaveStarted(log) }] : []),
	];
}

function reportOf(failed: Parameters<typeof errorFacts>[0], text: string): Report {
	return { text, facts: errorFacts(failed), others: othersThatMayHaveStarted(text) };
}

/** Whether the user is given a task's ID. */
function isNamed({ id }: TaskSummary, words: string, run: EngineRun): boolean {
	const output = run.items(NODE).map(({ json }) => JSON.stringify(json));
	return [...output, words].some((text) => text.includes(id));
}

/** Whether the user is given the external ID of a task, where there is one. */
function hasItsId({ externalTaskId }: TaskSummary, words: string, { format }: Evidence): boolean {
	return format === 'gateway' || (externalTaskId !== undefined && words.includes(externalTaskId));
}

/** Says that nothing was charged although something was. */
function falseComfort(reports: Report[], charged: TaskSummary[]): string[] {
	const wrongs = charged
		.filter((task) =>
			reports.some(
				({ text, facts }) =>
					facts?.itemIndex === itemOf(task) &&
					text.includes(consequences.notCharged) &&
					!text.includes(task.id),
			),
		)
		.map((task) => `says that nothing was charged for item ${itemOf(task)}`);
	if (charged.length > 0 && reports.some(({ text }) => text.includes(consequences.noneCreated))) {
		wrongs.push('says that no video had been created');
	}
	return wrongs;
}

/** Says that a video may have been started although no request reached the service that could have started it. */
function falseAlarm(mayHaveStarted: number[], { sent, run }: Evidence): string[] {
	// A refusal that comes after Stop is not heard.
	const isHeard = run.status !== 'canceled';
	return mayHaveStarted
		.filter(
			(item) =>
				!sent.some(
					(request) => request.body.includes(promptOf(item)) && !(isHeard && isRefusal(request)),
				),
		)
		.map(
			(item) => `says that item ${item} may have been started, which was never sent or was refused`,
		);
}

/** Whether the service has said that it does nothing. */
function isRefusal({ status, outcome }: RecordedRequest): boolean {
	return (
		outcome === 'replied' && status !== undefined && status >= 400 && status < 500 && status !== 408
	);
}

const KEYS = [EMULATOR_API_KEY, EMULATOR_ACCESS_KEY, EMULATOR_SECRET_KEY];

/** What n8n stores of the execution, or writes to its log, holds a key. */
function leaks({ run, log }: Evidence): string[] {
	const stored = JSON.stringify(run.run, (_name, value: unknown) =>
		value instanceof Error
			? { ...value, message: value.message, stack: value.stack, cause: value.cause }
			: value,
	);
	return KEYS.filter((key) => `${stored}\n${log}`.includes(key)).map((key) => `gives away ${key}`);
}

async function isDelivered(
	item: number,
	output: INodeExecutionData[],
	{ operation, run, given, made }: Evidence,
): Promise<boolean> {
	const [first] = output;
	if (!first || first.json.error !== undefined) return false;
	if (operation === 'getMany') {
		return given.every(({ id }) => output.some(({ json }) => json.task_id === id));
	}
	const tasks = [...given, ...made].filter((task) => itemOf(task) === item);
	if (output.length !== 1 || !tasks.some(({ id }) => id === first.json.task_id)) return false;
	if (operation === 'create') return true;
	return first.binary !== undefined && (await run.binary(first)).equals(sampleVideo());
}
