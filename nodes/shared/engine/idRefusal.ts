/** Tells a model that takes no external task IDs from an ID that another task has. */

import { KlingError } from '../api/errors/klingError';
import { meaningOf } from '../api/errors/userError';
import type { PlannedVideo } from './verbs';

/** Words of a refusal that is about external task IDs. */
const NAMES_ID = /external[ _-]?(task[ _-]?)?ids?\b/i;

/** Words of one that is about this ID, which another task has. */
const SAYS_IN_USE = /exist|duplicat|already|in use|occupied|conflict|unique|repeat|重复|已存在/i;

/** Whether a refusal may be about the ID of a task that exists already. */
export function saysInUse(error: unknown): boolean {
	return error instanceof KlingError && SAYS_IN_USE.test(error.facts.original ?? '');
}

/** Whether the service does not take external task IDs, of which the video has one that nobody chose. */
export function refusesDerivedId(error: unknown, { request }: PlannedVideo): boolean {
	if (!(error instanceof KlingError) || request.externalTaskId !== undefined) return false;
	const { creating, mayBeIdInUse } = meaningOf(error);
	const words = error.facts.original ?? '';
	const isAboutId = creating === 'refused' && mayBeIdInUse === true && NAMES_ID.test(words);
	return isAboutId && !SAYS_IN_USE.test(words);
}
