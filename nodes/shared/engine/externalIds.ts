/** External task IDs: which one a video's task gets, and what a refusal says of them. */

import { KlingError } from '../api/errors/klingError';
import { meaningOf } from '../api/errors/explainedError';
import { hasExternalIds } from '../api/formatLookup';
import type { VideoRecord } from './ledger';
import type { PlannedVideo } from './taskService';

/**
 * The user's own ID, or one derived from the video's name; another one after each failed task.
 * @returns undefined where the wire format or the model has no such IDs, or the service refused one
 */
export function externalTaskIdOf(
	{ request, target }: Pick<PlannedVideo, 'request' | 'target'>,
	{ name, failures, hasNoExternalId }: Pick<VideoRecord, 'name' | 'failures' | 'hasNoExternalId'>,
): string | undefined {
	if (hasNoExternalId || !hasExternalIds(target)) return undefined;
	return request.externalTaskId ?? (failures === 0 ? name : `${name}-${failures}`);
}

/** Words of a refusal that is about external task IDs. */
const NAMES_ID = /external[ _-]?(task[ _-]?)?ids?\b/i;

/** Words of one that is about this ID, which another task has. */
const SAYS_IN_USE = /exist|duplicat|already|in use|occupied|conflict|unique|repeat|重复|已存在/i;

/** Whether a refusal may be about the ID of a task that exists already. */
export function maySayInUse(error: unknown): boolean {
	return error instanceof KlingError && SAYS_IN_USE.test(error.facts.original ?? '');
}

/** Whether the service does not take external task IDs, and the video has a derived one. */
export function refusesDerivedId(error: unknown, { request }: PlannedVideo): boolean {
	if (!(error instanceof KlingError) || request.externalTaskId !== undefined) return false;
	const { creating, mayBeIdInUse } = meaningOf(error);
	const words = error.facts.original ?? '';
	const isAboutId = creating === 'refused' && mayBeIdInUse === true && NAMES_ID.test(words);
	return isAboutId && !SAYS_IN_USE.test(words);
}
