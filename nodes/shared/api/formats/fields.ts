/** Reads single facts out of replies. Absent, null and unusable are the same: not known. */

import { LONGEST_URL } from '../../utils/url';
import { parseJson } from '../json';
import { isSafeId } from '../taskId';

/** An object of a reply. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads a number, or its text. */
export function numberOf(value: unknown): number | undefined {
	if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) {
		return undefined;
	}
	const number = Number(value);
	return Number.isFinite(number) ? number : undefined;
}

/** Reads a task's ID; a number stands for its text. What cannot be sent as an ID is none. */
export function idOf(value: unknown): string | undefined {
	const id = typeof value === 'number' ? String(value) : textOf(value);
	return id !== undefined && isSafeId(id) ? id : undefined;
}

/** What users and services name things by; longer ones are no names. */
const MAX_NAME_LENGTH = 1000;

/** Reads the ID of anything but a task, which never becomes part of an address. */
export function nameOf(value: unknown): string | undefined {
	const name = typeof value === 'number' ? String(value) : textOf(value);
	return name !== undefined && name.length <= MAX_NAME_LENGTH ? name : undefined;
}

/** Reads a point in time as a number or text of any unit since the epoch, or as a date. @returns milliseconds */
export function timeOf(value: unknown): number | undefined {
	const time = numberOf(value);
	return time === undefined ? dateOf(value) : toMilliseconds(time);
}

/**
 * From which number on times of today are in which unit, and its milliseconds. Each unit reaches from
 * 1973 to 5138; smaller numbers are no times of today and left as they are.
 */
const TIME_UNITS = [
	{ from: 1e17, milliseconds: 1e-6 },
	{ from: 1e14, milliseconds: 1e-3 },
	{ from: 1e11, milliseconds: 1 },
	{ from: 1e8, milliseconds: 1000 },
	{ from: 0, milliseconds: 1 },
] as const;

function toMilliseconds(time: number): number | undefined {
	// Zero is how some languages say that it did not happen yet.
	if (time <= 0) return undefined;
	const { milliseconds } = TIME_UNITS.find(({ from }) => time >= from) ?? { milliseconds: 1 };
	return milliseconds === 1 ? time : Math.round(time * milliseconds);
}

/** Longer texts are no dates. */
const MAX_DATE_LENGTH = 40;

function dateOf(value: unknown): number | undefined {
	if (typeof value !== 'string' || value.length > MAX_DATE_LENGTH) return undefined;
	const date = value.trim();
	if (!/^\d{4}[-/]\d{2}[-/]\d{2}/.test(date)) return undefined;
	const hasZone = /(z|utc|gmt|[+-]\d{2}:?\d{2})$/i.test(date);
	const time = Date.parse(hasZone ? date : `${date}Z`);
	return time > 0 ? time : undefined;
}

/** Videos have seconds or minutes; more than this are milliseconds. */
const MAX_SECONDS = 1000;

/** Reads how long a video is. @returns seconds */
export function durationOf(value: unknown): number | undefined {
	const duration = numberOf(
		typeof value === 'string' && value.length <= MAX_DATE_LENGTH
			? value.replace(/\s*s(ec(ond)?s?)?\s*$/i, '')
			: value,
	);
	if (duration === undefined || duration < 0) return undefined;
	return duration > MAX_SECONDS ? duration / 1000 : duration;
}

/** Reads an address where only an address can be, whatever it looks like; longer ones no server takes. */
export function addressOf(value: unknown): string | undefined {
	const address = textOf(value);
	return address !== undefined && address.length <= LONGEST_URL ? address : undefined;
}

/** Reads an http(s) address. */
export function webAddressOf(value: unknown): string | undefined {
	const address = addressOf(value)?.trim();
	if (address === undefined) return undefined;
	return /^https?:\/\/[^/?#]/i.test(address) && !/\s/.test(address) ? address : undefined;
}

/** @returns the first of some fields that can be read */
export function firstOf<Fact>(
	fields: Fields,
	names: readonly string[],
	read: (value: unknown) => Fact | undefined,
): Fact | undefined {
	for (const name of names) {
		const fact = read(fields[name]);
		if (fact !== undefined) return fact;
	}
	return undefined;
}

/** Longer texts are no messages. */
const MAX_MESSAGE_LENGTH = 10_000;

/** The reply that a text quotes as JSON, also with words around it, such as `upstream said: {…}`. */
export function quotedIn(text: string): Fields | undefined {
	if (text.length > MAX_MESSAGE_LENGTH) return undefined;
	const start = text.indexOf('{');
	const end = text.lastIndexOf('}');
	if (start < 0 || end < start) return undefined;
	const quoted = parseJson(text.slice(start, end + 1));
	return isFields(quoted) ? quoted : undefined;
}
