/** From a request to a task: the same checks for every format, in the same order. */
import type { z } from 'zod';
import { KlingError } from './errors.mts';
import { parseBody, type Call } from './http.mts';
import type { ResourcePack } from './options.mts';
import type { Account, Draft, State, Task } from './state.mts';

/** In a prompt: the request is refused with 1301. */
export const REFUSE_WORD = 'emulator-refuse';
/** In a prompt: the task is accepted and fails at its end, with `RISK_CONTROL`. */
export const FAIL_WORD = 'emulator-fail';
/** Reason of a task that fails by `FAIL_WORD`. The live wording is not settled. */
export const RISK_CONTROL = 'Failure to pass the risk control system';

/** What a format contributes to admission. `Fields` is its request, `Model` what it knows of a model. */
export interface Dialect<Fields, Model> {
	schema: z.ZodType<Fields, z.ZodTypeDef, unknown>;
	/** @throws KlingError 1203 when there is no such model */
	model: (fields: Fields) => Model;
	/** @throws KlingError 1201 when the model cannot do what the fields ask for */
	draft: (fields: Fields, model: Model) => Omit<Draft, 'body'>;
}

/**
 * Judges a create request of an authenticated account, and makes its task.
 *
 * @throws KlingError for the first thing wrong: JSON and parameters, model, permission, content, balance, concurrency limit
 */
export function admit<Fields, Model>(
	state: State,
	account: Account,
	call: Call,
	dialect: Dialect<Fields, Model>,
): Task {
	const fields = parseBody(call.entry, dialect.schema);
	const model = dialect.model(fields);
	const draft: Draft = { ...dialect.draft(fields, model), body: call.entry.json };
	if (draft.externalTaskId !== undefined && state.externalIdTaken(account, draft.externalTaskId)) {
		// What Kling does with a duplicate is not known: docs/kling-api.md#external-task-ids.
		throw new KlingError(1201, `external_task_id: ${draft.externalTaskId} exists already`);
	}
	if (account.deniedModels.includes(draft.model)) throw new KlingError(1103);
	if (draft.texts.some((text) => text.includes(REFUSE_WORD))) throw new KlingError(1301);
	const pack = pay(state, account, draft);
	if (state.unfinishedTasks(account, draft) >= account.concurrency) throw new KlingError(1303);
	const fails = draft.texts.some((text) => text.includes(FAIL_WORD));
	const task = state.create(
		account,
		draft,
		fails ? { failure: RISK_CONTROL, ...call.effects } : call.effects,
		pack,
	);
	call.entry.taskIds.push(task.id);
	return task;
}

/** The pack that pays for a task; none where the format knows no charge. */
function pay(state: State, account: Account, draft: Draft): ResourcePack | undefined {
	if (account.standing === 'abnormal') throw new KlingError(1100);
	if (account.standing === 'arrears') throw new KlingError(1101);
	if (draft.format === 'gateway') return undefined;
	const pack = account.resourcePacks.find(
		(candidate) =>
			candidate.effectiveTime <= state.now &&
			state.now < candidate.invalidTime &&
			state.unitsLeft(candidate) >= draft.charge,
	);
	if (!pack) throw new KlingError(1102);
	return pack;
}
