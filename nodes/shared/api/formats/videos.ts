/** Reads a task's videos: where Kling has them, else wherever the service has them. */

import type { Video } from '../task';
import { addressOf, durationOf, type Fields, isFields, nameOf, textOf } from './fields';
import { MAX_ENTRIES } from './levels';
import { searchVideos } from './videoSearch';

/**
 * @param inner the task, then what is inside of it
 * @param around what is around it and about nothing else
 * @param isCompleted only then what looks like the video's address can be one
 */
export function readVideos(
	inner: readonly Fields[],
	around: readonly Fields[],
	isCompleted: boolean,
): Video[] {
	// The innermost reply is Kling's own.
	const entries = [...inner].reverse().map(entriesOf);
	for (const videos of entries) {
		const complete = videos.flatMap(({ url, ...facts }) =>
			url === undefined ? [] : { ...facts, url },
		);
		if (complete.length > 0) return complete;
	}
	if (!isCompleted) return [];
	const found = firstFound([...inner.slice(0, 1), ...around]);
	const [video, ...others] = found ?? [];
	if (!video) return watermarked(entries.flat());
	if (others.length > 0) return found ?? [];
	// Kling's own reply may have all but the address, which the relay keeps for itself.
	const facts = entries.flat()[0];
	return [
		{
			id: video.id ?? facts?.id,
			url: video.url,
			watermarkUrl: video.watermarkUrl ?? facts?.watermarkUrl,
			duration: video.duration ?? facts?.duration,
		},
	];
}

/** The copies with a watermark, where the service lists no others: the video is paid for. */
function watermarked(entries: readonly Entry[]): Video[] {
	return entries.flatMap(({ watermarkUrl, ...facts }) =>
		watermarkUrl === undefined ? [] : { ...facts, url: watermarkUrl, watermarkUrl },
	);
}

/** One level after the other: the search takes its time. */
function firstFound(levels: readonly Fields[]): Video[] | undefined {
	for (const level of levels) {
		const videos = searchVideos(level);
		if (videos.length > 0) return videos;
	}
	return undefined;
}

type Entry = Omit<Video, 'url'> & { url?: string };

/** In `task_result` as `v1` and `gateway` have it, or in `outputs` as `path` does. */
function entriesOf(task: Fields): Entry[] {
	const result = isFields(task.task_result) ? task.task_result : {};
	const list = Array.isArray(result.videos) ? result.videos : task.outputs;
	if (!Array.isArray(list)) return [];
	const entries: unknown[] = list.slice(0, MAX_ENTRIES);
	return entries
		.filter(isFields)
		.filter(({ type }) => list !== task.outputs || (textOf(type) ?? 'video') === 'video')
		.map((entry) => ({
			id: nameOf(entry.id),
			url: addressOf(entry.url),
			watermarkUrl: addressOf(entry.watermark_url),
			duration: durationOf(entry.duration),
		}));
}
