/** Reads a task's videos: where Kling has them, else wherever the service has them. */

import { unpack } from '../json';
import type { Video } from '../task';
import { hasVideoEnding, type Likelihood, likelihoodOf, rateAddress } from './addressNames';
import {
	addressOf,
	durationOf,
	type Fields,
	firstOf,
	isFields,
	nameOf,
	textOf,
	webAddressOf,
} from './fields';
import { isTask, MAX_ENTRIES } from './levels';

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
	const entries = [...inner].reverse().map(listedIn);
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
function listedIn(task: Fields): Entry[] {
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

/** Deepest seen is `data.data.output.works[].resource.resource`. */
const MAX_DEPTH = 12;

/** How many fields and entries are looked at: hundreds of videos with all their facts. */
const MAX_VALUES = 3000;

/** How much text is looked at, JSON inside of JSON once for each level; characters. */
const MAX_TEXT = 1_000_000;

/** A value, and where it stands. */
interface Place {
	value: unknown;
	/** By the names on the way to it. */
	likelihood: Likelihood;
	depth: number;
	/** The innermost object around it. */
	owner: Fields;
	/** The outermost list around it, and which of its entries. */
	list?: readonly unknown[];
	entry?: number;
}

interface Find extends Place {
	url: string;
}

/**
 * Searches a completed task for its video where the service has neither `task_result` nor `outputs`.
 * Breadth first and within limits, so that no reply takes more than some milliseconds.
 * @returns the likeliest video; all of them when it is one of a list
 */
function searchVideos(task: Fields): Video[] {
	const finds = search(task);
	const [best] = [...finds].sort((one, other) => other.likelihood - one.likelihood);
	if (!best) return [];
	if (!best.list) return [toVideo(best, task)];
	const byEntry = new Map<number | undefined, Find>();
	for (const find of finds) {
		if (find.list !== best.list || hasVideoEnding(find) !== hasVideoEnding(best)) continue;
		const known = byEntry.get(find.entry);
		if (!known || known.likelihood < find.likelihood) byEntry.set(find.entry, find);
	}
	return [...byEntry.values()]
		.sort((one, other) => (one.entry ?? 0) - (other.entry ?? 0))
		.map((find) => toVideo(find, task));
}

/** @returns all addresses that may be the video's, the shallow ones first */
function search(task: Fields): Find[] {
	const finds: Find[] = [];
	const places: Place[] = [{ value: task, likelihood: 0, depth: 0, owner: task }];
	let left = MAX_VALUES;
	let textLeft = MAX_TEXT;
	// Grows while it is walked through.
	for (const place of places) {
		if (typeof place.value === 'string') textLeft -= place.value.length;
		if (textLeft < 0) break;
		const value = unpack(place.value);
		if (typeof value === 'string') {
			const rated = rateAddress(value, place.likelihood);
			if (rated) finds.push({ ...place, ...rated });
		} else if (place.depth < MAX_DEPTH) {
			const inner = Array.isArray(value)
				? entriesOf(value, place, left)
				: fieldsOf(value, place, left);
			places.push(...inner.places);
			left -= inner.looked;
		}
	}
	return finds;
}

interface Inner {
	places: Place[];
	/** How many fields or entries that took. */
	looked: number;
}

function entriesOf(value: readonly unknown[], place: Place, limit: number): Inner {
	const entries = value.slice(0, Math.min(MAX_ENTRIES, limit));
	const places = entries.map((entry, index): Place => {
		const inner = { ...place, value: entry, depth: place.depth + 1 };
		return place.list ? inner : { ...inner, list: value, entry: index };
	});
	return { places: places.filter(isWorthALook), looked: entries.length };
}

function fieldsOf(value: unknown, place: Place, limit: number): Inner {
	const places: Place[] = [];
	let looked = 0;
	if (!isFields(value) || isOfOtherKind(value)) return { places, looked };
	for (const name in value) {
		if (looked === limit) break;
		looked++;
		const likelihood = likelihoodOf(name, place.likelihood);
		if (likelihood === undefined) continue;
		places.push({ ...place, value: value[name], likelihood, depth: place.depth + 1, owner: value });
	}
	return { places: places.filter(isWorthALook), looked };
}

function isWorthALook({ value }: Place): boolean {
	return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

/** An entry that says that it is a picture or a sound, or an input that is echoed. */
function isOfOtherKind(fields: Fields): boolean {
	if ('refer_type' in fields || 'keep_original_sound' in fields) return true;
	const kind = firstOf(fields, ['type', 'content_type', 'mime_type', 'kind'], textOf) ?? '';
	return /^(image|audio|voice|music|sound|element|text|cover|thumbnail|poster)(?!.*video)/i.test(
		kind.slice(0, 40),
	);
}

function toVideo({ url, owner, list }: Find, task: Fields): Video {
	// The task's own ID is not the video's.
	const hasOwnId = owner !== task && (list !== undefined || !isTask(owner));
	const metadata = isFields(owner.metadata) ? owner.metadata : {};
	return {
		id: firstOf(owner, hasOwnId ? [...ID_NAMES, 'id'] : ID_NAMES, nameOf),
		url,
		watermarkUrl: firstOf(owner, ['watermark_url', 'watermarkUrl'], webAddressOf),
		duration:
			firstOf(owner, DURATION_NAMES, durationOf) ?? firstOf(metadata, DURATION_NAMES, durationOf),
	};
}

const ID_NAMES = ['video_id', 'videoId'];

const DURATION_NAMES = ['duration', 'video_duration', 'seconds'];
