/** The account's resource packs: the only free request at Kling that needs a valid key. */

import { sumOf } from '../utils/decimal';
import { type Fields, isFields, nameOf, numberOf, textOf, timeOf } from './formats/fields';
import { MAX_ENTRIES } from './formats/levels';
import type { ApiRequest } from './http';

const DAY = 24 * 60 * 60 * 1000;

/** A resource pack. What Kling does not tell is absent. */
export interface Pack {
	name?: string;
	id?: string;
	type?: string;
	/** Units. */
	total?: number;
	/** Units. */
	remaining?: number;
	/** In Kling's words; `online` packs are in use. */
	status?: string;
	/** Milliseconds since the epoch. */
	effectiveAt?: number;
	/** Milliseconds since the epoch. */
	expiresAt?: number;
}

export interface Account {
	packs: Pack[];
	/** Units of all packs that are in use now. */
	remaining: number;
	/** Kling's reply as it came. */
	raw: unknown;
}

/**
 * `GET /account/costs`, at most once a second. Source: docs/kling-api.md#account.
 * @param now milliseconds since the epoch
 */
export function accountRequest(now: number): ApiRequest {
	const period = new URLSearchParams({ start_time: String(now - 30 * DAY), end_time: String(now) });
	return { method: 'GET', path: `/account/costs?${period.toString()}` };
}

/** @returns undefined when the reply contains no account details */
export function readAccount(reply: unknown): Account | undefined {
	const data = isFields(reply) ? reply.data : undefined;
	const list = isFields(data) ? (data.resource_pack_subscribe_infos ?? []) : undefined;
	if (!Array.isArray(list)) return undefined;
	const entries: unknown[] = list.slice(0, MAX_ENTRIES);
	const packs = entries.filter(isFields).map(toPack);
	const usable = packs.filter(({ status }) => status?.toLowerCase() === 'online');
	return { packs, remaining: sumOf(usable.map(({ remaining = 0 }) => remaining)), raw: reply };
}

function toPack(pack: Fields): Pack {
	return {
		name: nameOf(pack.resource_pack_name),
		id: nameOf(pack.resource_pack_id),
		type: textOf(pack.resource_pack_type),
		total: numberOf(pack.total_quantity),
		remaining: numberOf(pack.remaining_quantity),
		status: textOf(pack.status),
		effectiveAt: timeOf(pack.effective_time),
		expiresAt: timeOf(pack.invalid_time),
	};
}
