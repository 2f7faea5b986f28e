/**
 * What an error of the nodes is about, as facts: tests compare these instead of sentences. Errors
 * carry most of them in their context. An item that continues with an error has nothing but a
 * sentence, which is looked up in the table that it was made from (nodes/shared/n8n/words/errors.ts).
 */
import type { IDataObject } from 'n8n-workflow';
import { KlingError, refusal } from '../../nodes/shared/api/errors/klingError.ts';
import type { ErrorKind } from '../../nodes/shared/api/errors/kinds.ts';
import type { TaskStatus } from '../../nodes/shared/api/task.ts';
import type { Parameter } from '../../nodes/shared/n8n/words/labels.ts';
import { type Situation, wordsOf } from '../../nodes/shared/n8n/words/errors.ts';
import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import { located } from '../../nodes/shared/n8n/words/phrases.ts';
import { sentences, slot, toPattern } from './sentences.mts';

/** Facts that are not known are left out. */
export interface ErrorFacts {
	kind: ErrorKind;
	/** Absent for what happened to the execution as a whole. */
	itemIndex?: number;
	taskId?: string;
	httpStatus?: number;
	klingCode?: number;
	/** What is wrong with a reply: "empty", "webPage" …, or the field that is missing. */
	flaw?: string;
	/** Of kind `input`. */
	parameter?: Parameter;
	/** Of kinds `input` and `credential`: what is wrong, by its name in the table of words. */
	problem?: string;
	/** Which field of the credential, by its internal name, or of the request's body. */
	field?: string;
	/** Of kinds `taskFailed` and `download`. */
	reason?: string;
	/** Of kind `timeLimit`. */
	lastStatus?: TaskStatus;
	/** Of kind `idInUse`: the ID, and the task that has it. */
	externalTaskId?: string;
	ownerId?: string;
	ownerStatus?: TaskStatus;
	/** The video may have been started: under this external task ID, or true where there is none. */
	mayHaveStarted?: true | string;
}

/** An error of a node: `context` has the facts. */
export interface FailedNode {
	message: string;
	description?: string | null;
	context?: IDataObject;
}

/** An item that continues with an error. */
export interface FailedItem {
	json: IDataObject;
}

/** @throws Error when the sentence is not in the table, or says something else than the context */
export function errorFacts(failed: FailedNode | FailedItem): ErrorFacts {
	if ('json' in failed) {
		const { error, error_description: advice } = failed.json;
		return read(String(error), advice as string | undefined);
	}
	const facts = read(failed.message, failed.description);
	for (const [name, value] of Object.entries(failed.context ?? {})) {
		if (CONTEXT.has(name) && value !== facts[name as keyof ErrorFacts]) {
			throw new Error(`The context has the ${name} ${String(value)}: "${failed.message}"`);
		}
	}
	if (facts.itemIndex !== undefined && failed.context?.kind === undefined) {
		throw new Error(`The context has no kind: "${failed.message}"`);
	}
	return facts;
}

/** What an AI agent is told has the advice in the message. */
function withoutAdvice(message: string, advice: string | null | undefined): string {
	const suffix = `. ${advice}`;
	return message.endsWith(suffix) ? message.slice(0, -suffix.length) : message;
}

const CONTEXT = new Set(['kind', 'itemIndex', 'taskId', 'httpStatus', 'klingCode', 'parameter']);
const NUMBERS = new Set(['itemIndex', 'httpStatus', 'klingCode']);
const FACTS = new Set([
	...CONTEXT,
	...['flaw', 'problem', 'field', 'reason', 'lastStatus'],
	...['externalTaskId', 'ownerId', 'ownerStatus'],
]);

function read(text: string, advice: string | null | undefined): ErrorFacts {
	const { message, addition, ...place } = readPlace(withoutAdvice(text, advice));
	const found: Found[] = sentences().flatMap((sentence) => {
		const facts = sentence.read(message);
		return facts ? [{ ...facts, kind: sentence.kind }] : [];
	});
	const [first, ...others] = found;
	if (!first) throw new Error(`No sentence of the table: "${text}"`);
	const facts = Object.entries({ ...first, ...place })
		.filter(([name]) => FACTS.has(name))
		.map(([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value] as const);
	const kind = kindAmong([first, ...others], advice ?? '');
	return {
		...(Object.fromEntries(facts) as unknown as ErrorFacts),
		kind,
		...(kind === 'unknownOutcome' && { mayHaveStarted: first.lostId ?? true }),
		...(addition !== undefined && { mayHaveStarted: readAddition(addition) }),
	};
}

/** A sentence of the table, and what it is filled in with. */
type Found = { kind: ErrorKind } & Partial<Record<string, string>>;

/** Some kinds share their words; then the codes tell them apart, or what the advice quotes of the reply. */
function kindAmong(found: Found[], advice: string): ErrorKind {
	const [{ httpStatus, klingCode }] = found as [Found];
	const code = klingCode === undefined ? undefined : Number(klingCode);
	const usual = refusal(Number(httpStatus), { code }, '').kind;
	const kinds = new Set(found.map(({ kind }) => kind));
	if (kinds.has('webPage') && !advice.includes('"<')) kinds.delete('webPage');
	if (kinds.has('webPage') && Number(httpStatus) === 200) return 'webPage';
	// What is not of the usual kind is the one that its body makes a difference to.
	return kinds.size > 1 && kinds.has(usual) ? usual : ([...kinds].at(-1) as ErrorKind);
}

/** Parts the message from where it happened. */
function readPlace(text: string): {
	message: string;
	addition?: string;
	itemIndex?: string;
	taskId?: string;
} {
	for (const pattern of PLACES) {
		const { message, ...place } = pattern.exec(text)?.groups ?? {};
		if (message !== undefined) return { message, ...place };
	}
	return { message: text };
}

/** The most telling first: the others match too. */
const PLACES = [
	[slot('taskId'), slot('addition')],
	[undefined, slot('addition')],
	[slot('taskId')],
	[],
].map(([taskId, addition]) =>
	toPattern(located(slot('message'), slot('itemIndex'), taskId, addition)),
);

function readAddition(addition: string): true | string {
	if (addition === consequences.mayHaveStarted(undefined)) return true;
	const named = toPattern(consequences.mayHaveStarted(slot('id'))).exec(addition);
	if (!named) throw new Error(`No sentence of the table: "${addition}"`);
	return named.groups?.id as string;
}

/** What users are told to do about errors of a kind, without what the error itself adds to it. */
export function adviceOn(kind: ErrorKind, situation: Situation = {}): string {
	return wordsOf(new KlingError(kind), situation).description;
}

/** The numbers of the other items of which a description says that they may have been started. */
export function othersThatMayHaveStarted(description: string): number[] {
	const [beginning = ''] = consequences.othersMayHaveStarted([slot('items')]).split(slot('items'));
	const [, listed = ''] = description.split(beginning);
	return [...listed.matchAll(/\bitem (\d+)\b/g)].map(([, item]) => Number(item));
}
