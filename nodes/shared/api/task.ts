/** The one task type that every wire format is normalised to. */

import type { FormatName } from './models';

export type TaskStatus = 'submitted' | 'processing' | 'completed' | 'failed';

export interface Video {
	id?: string;
	url: string;
	/** Present when the task was created with a watermarked copy. */
	watermarkUrl?: string;
	/** Seconds. */
	duration?: number;
}

/** What Kling says it charged. */
export interface Cost {
	amount: number;
	/** `units` of resource packs, a currency code, or `balance` for money of a currency not named. */
	unit: string;
}

/** A task as a reply tells of it. */
export interface TaskReply {
	id: string;
	status: TaskStatus;
	/** Kling's own words on the status; the reason when the task failed. */
	statusMessage?: string;
	/** Milliseconds since the epoch. */
	createdAt?: number;
	/** Milliseconds since the epoch. */
	updatedAt?: number;
	externalTaskId?: string;
	videos: Video[];
	/** Absent as long as Kling says nothing of it. */
	cost?: Cost;
	/** Kling's reply as it came, for users who switch Simplify off. */
	raw: unknown;
}

export interface Task extends TaskReply {
	/** The wire format it was created in, and can be queried in. */
	format: FormatName;
}

/**
 * The status words of all formats; of those of the gateways that paraphrase them the ones that the
 * rule for kin below would get wrong or cannot know, as `toWords` joins them.
 * Source: docs/kling-api.md#tasks-and-status-words.
 */
const STATUS_WORDS: ReadonlyMap<string, TaskStatus> = new Map(
	Object.entries({
		submitted: 'submitted',
		queued: 'submitted',
		pending: 'submitted',
		processing: 'processing',
		running: 'processing',
		in_progress: 'processing',
		completed: 'completed',
		succeed: 'completed',
		succeeded: 'completed',
		failed: 'failed',
		ok: 'completed',
		ready: 'completed',
		timed_out: 'failed',
		time_out: 'failed',
		成功: 'completed',
		完成: 'completed',
		已完成: 'completed',
		失败: 'failed',
		已失败: 'failed',
		已取消: 'failed',
		超时: 'failed',
	} satisfies Record<string, TaskStatus>),
);

/** Words that make the others a plan, a part or the contrary. */
const HEDGES =
	/^(not?|non|never|un|in|pre|awaiting|waiting|pending|queued|until|before|almost|nearly|partial(ly)?|semi|retry|retries|retrying|will|being)$/;

/** Words behind which only the circumstances follow: "cancelled by user", "failed to generate". */
const PREPOSITIONS = /^(after|at|because|by|due|during|for|from|of|on|to|while|with|without)$/;

const COMPLETED_KIN =
	/^(succe(ss|ssful|ssfully|ed|eds|eded)|complet(e|es|ed|ion)|finish(ed|es)?|finali[sz]ed|done)$/;

const FAILED_KIN =
	/^(fail(s|ed|ure|ures)?|err(or|ors|ored)?|cancel(s|ed|led|ation|lation)?|expire[ds]?|expir(ation|y)|reject(s|ed|ion)?|abort(s|ed|ion)?|timeout|timedout|terminated|stopped|discarded|moderated|unsuccessful|refused|denied|killed|crashed|exception)$/;

/**
 * Translates a format's status word. A word Kling may add later counts as still running, so that
 * a new intermediate state never ends a wait for a video that is paid for.
 */
export function toTaskStatus(word: string): TaskStatus {
	return toKnownStatus(word) ?? 'processing';
}

/** Longer texts are sentences, in which a word may stand for anything. */
const MAX_STATUS_LENGTH = 60;

/** @returns undefined for a word of which nobody knows what it means */
export function toKnownStatus(word: string): TaskStatus | undefined {
	return STATUS_WORDS.get(word) ?? toKinStatus(word);
}

function toKinStatus(word: string): TaskStatus | undefined {
	const text = word.trim().slice(0, 2 * MAX_STATUS_LENGTH);
	const words = toWords(text);
	const known = STATUS_WORDS.get(words.join('_'));
	if (known || words.some((each) => HEDGES.test(each))) return known;
	// Behind a colon or in parentheses comes the reason.
	const [state = ''] = text.split(/(?<=\p{L}\s*)[:(]/u);
	if (state.length > MAX_STATUS_LENGTH) return undefined;
	// "processing failed" has failed, "failed processing" is about to: the last word tells.
	const phrase = toWords(state);
	const circumstances = phrase.findIndex((each) => PREPOSITIONS.test(each));
	const head = phrase.slice(0, circumstances < 0 ? undefined : circumstances).at(-1) ?? '';
	if (COMPLETED_KIN.test(head)) return 'completed';
	return FAILED_KIN.test(head) ? 'failed' : undefined;
}

/** "TASK_FAILED", "taskFailed" and " Task failed." are the same words; "100%" is none. */
function toWords(text: string): string[] {
	return text
		.replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => /\p{L}/u.test(word));
}

/** A task of which nothing is known but its ID; the next query brings the rest. */
export function knownById({ id, format }: Pick<Task, 'id' | 'format'>): Task {
	return { id, format, status: 'submitted', videos: [], raw: {} };
}

/** Whether Kling is done with the task, one way or the other. */
export function isOver(task: Pick<Task, 'status'>): boolean {
	return task.status === 'completed' || task.status === 'failed';
}

/** Whether it is completed without a video: that can be so for a moment before the video is listed. */
export function lacksVideo({ status, videos }: Pick<Task, 'status' | 'videos'>): boolean {
	return status === 'completed' && videos.length === 0;
}
