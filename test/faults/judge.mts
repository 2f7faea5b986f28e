/** Looks at a run from outside: what the emulator has, and what the user can see. */
import type { INodeExecutionData } from 'n8n-workflow';
import type { TaskSummary } from '../../emulator/index.mts';
import type { EngineRun } from '../../testkit/engine/index.mts';
import type { Format, Mode, Operation } from '../../testkit/faults/row.mts';
import { NODE, sampleVideo } from '../integration/fixture.mts';

/** Input items of a run. */
export const ITEMS = [0, 1, 2] as const;

const MAY_BE_STARTED = /may have (been started|started it)/;
/** What an error says of the other items. */
const BESIDE = /so that it may have been started: ([^.]*)\./;

export const promptOf = (item: number) => `a cat ${item}`;

export interface Evidence {
	operation: Operation;
	format: Format;
	mode: Mode;
	run: EngineRun;
	/** What the node wrote to the log. */
	log: string;
	/** Tasks that were there before, for the operations that only ask. */
	given: TaskSummary[];
	/** Tasks that the node made. */
	made: TaskSummary[];
}

export interface Verdict {
	/**
	 * `bought/delivered/reported`:
	 * - videos bought: tasks that the node made, without those that failed at Kling, which cost nothing;
	 * - input items that got what the operation promises: the finished file, the task's ID from Create, all tasks from Get Many;
	 * - videos, bought or asked for, of which an output item or the error names the task ID (after Stop, which shows no error,
	 *   the log), or says that they may have been started, with the external task ID where there is one. When the operations
	 *   that only ask are stopped nothing is asked of them: their items brought the IDs along.
	 */
	counts: string;
	/** What the failure says to the user. */
	words: string;
	/** What must never be. */
	wrongs: string[];
}

export async function judge(evidence: Evidence): Promise<Verdict> {
	const { run, operation, given, made } = evidence;
	const wrongs: string[] = [];
	const bought = made.filter(({ state }) => state !== 'failed');
	for (const item of ITEMS) {
		const its = bought.filter((task) => itemOf(task) === item);
		if (its.length > 1) wrongs.push(`item ${item} was bought ${its.length} times`);
	}
	const strange = made.filter((task) => itemOf(task) === undefined);
	if (strange.length > 0) wrongs.push(`${strange.length} videos that nobody asked for`);

	const words = wordsOf(evidence);
	const asked = given.length === 0 ? bought : run.status === 'canceled' ? [] : given;
	const reported = asked.filter((task) => isReported(task, words, evidence));
	for (const task of bought.filter((each) => !reported.includes(each))) {
		wrongs.push(`task ${task.id} of item ${itemOf(task)} is lost`);
	}
	wrongs.push(...falseComfort(words, bought));
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
	return { counts: `${bought.length}/${delivered}/${reported.length}`, words, wrongs };
}

/** The item that a task was made for. */
function itemOf({ body }: TaskSummary): number | undefined {
	const { prompt } = body as { prompt: string };
	return ITEMS.find((item) => prompt === promptOf(item));
}

function errorItemsOf(run: EngineRun): INodeExecutionData[] {
	return run.items(NODE).filter(({ json }) => json.error !== undefined);
}

/** The error, or the items that carry one; after Stop the log too. */
function wordsOf({ run, log }: Evidence): string {
	const error = run.nodeError(NODE) ?? run.error;
	return [
		error && `${error.message}\n${error.description ?? ''}`,
		...errorItemsOf(run).map(({ json }) => JSON.stringify(json)),
		run.status === 'canceled' ? log : '',
	]
		.filter(Boolean)
		.join('\n');
}

function isReported(task: TaskSummary, words: string, { run, format }: Evidence): boolean {
	const output = run.items(NODE).map(({ json }) => JSON.stringify(json));
	if ([...output, words].some((text) => text.includes(task.id))) return true;
	const item = itemOf(task);
	const isNamed =
		format === 'gateway' ||
		(task.externalTaskId !== undefined && words.includes(task.externalTaskId));
	return isNamed && saysMayBeStarted(words, item);
}

/** Says that nothing was bought although something was. */
function falseComfort(words: string, bought: TaskSummary[]): string[] {
	const wrongs = bought
		.filter((task) => {
			const its = ownWords(words, itemOf(task));
			return its.includes('Nothing was bought') && !its.includes(task.id);
		})
		.map((task) => `says that nothing was bought for item ${itemOf(task)}`);
	if (bought.length > 0 && words.includes('No video had been created')) {
		wrongs.push('says that no video had been created');
	}
	return wrongs;
}

/** Message and description of an item's own error are two lines; an item is one. */
function ownWords(words: string, item: number | undefined): string {
	const lines = words.split('\n');
	const at = lines.findIndex((line) => line.includes(`[Item ${item}]`));
	return at < 0 ? '' : lines.slice(at, lines[at]?.startsWith('{') ? at + 1 : at + 2).join('\n');
}

/** Whether an item is among those of which it is said that their video may have been started. */
function saysMayBeStarted(words: string, item: number | undefined): boolean {
	const beside = BESIDE.exec(words)?.[1] ?? '';
	if (new RegExp(`\\bitem ${item}\\b`).test(beside)) return true;
	return MAY_BE_STARTED.test(ownWords(words, item).replace(BESIDE, ''));
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
