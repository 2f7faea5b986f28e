/** Which of the account's tasks are listed. */

import type { TaskReply, TaskStatus } from './task';

/** What is absent filters nothing. */
export interface TaskFilters {
	/** One of these; none: any. */
	statuses?: readonly TaskStatus[];
	/** At this time or later; milliseconds since the epoch. */
	createdAfter?: number;
	externalTaskIdStartsWith?: string;
}

export function isFiltered({
	statuses = [],
	createdAfter,
	externalTaskIdStartsWith,
}: TaskFilters): boolean {
	return (
		statuses.length > 0 || createdAfter !== undefined || externalTaskIdStartsWith !== undefined
	);
}

export function passes(
	{ status, createdAt, externalTaskId }: TaskReply,
	{ statuses = [], createdAfter, externalTaskIdStartsWith }: TaskFilters,
): boolean {
	if (statuses.length > 0 && !statuses.includes(status)) return false;
	if (createdAfter !== undefined && !(createdAt !== undefined && createdAt >= createdAfter)) {
		return false;
	}
	return (
		externalTaskIdStartsWith === undefined ||
		externalTaskId?.startsWith(externalTaskIdStartsWith) === true
	);
}

/**
 * When the oldest task of a list was created that is sorted, the newest first.
 * @param before the same of the pages before; Infinity for the first page
 * @returns undefined when the list is not sorted so, or does not say; milliseconds since the epoch
 */
export function oldestOf(
	page: readonly TaskReply[],
	before: number | undefined,
): number | undefined {
	let oldest = before;
	for (const { createdAt } of page) {
		if (oldest === undefined || createdAt === undefined || createdAt > oldest) return undefined;
		oldest = createdAt;
	}
	return oldest;
}
