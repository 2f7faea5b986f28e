/** What a service's word for a task's status means. Source: docs/kling-api.md#tasks-and-status-words. */

import type { TaskStatus } from '../task';

/**
 * The status words of all formats, as `toWords` joins them; of those of the gateways that paraphrase them
 * the ones that the rule for kin below would get wrong or cannot know.
 */
const WORDS_OF: Readonly<Record<TaskStatus, readonly string[]>> = {
	submitted: ['submitted', 'queued', 'pending'],
	processing: ['processing', 'running', 'in_progress'],
	completed: ['completed', 'succeed', 'succeeded', 'ok', 'ready', '成功', '完成', '已完成'],
	failed: ['failed', 'timed_out', 'time_out', '失败', '已失败', '已取消', '超时'],
};

const STATUS_WORDS: ReadonlyMap<string, TaskStatus> = new Map(
	(Object.keys(WORDS_OF) as TaskStatus[]).flatMap((status) =>
		WORDS_OF[status].map((word) => [word, status] as const),
	),
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
