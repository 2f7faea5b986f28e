/** The account's resource packs: the only free request at Kling that needs a valid key. */

import { z } from 'zod';

import { wire } from './formats/reply';
import type { ApiRequest } from './http';

const DAY = 24 * 60 * 60 * 1000;

export interface Account {
	/** The packs that can be used now. */
	usablePacks: Array<{ name?: string; remaining?: number }>;
}

/**
 * `GET /account/costs`, at most once a second. Source: docs/kling-api.md#account.
 * @param now milliseconds since the epoch
 */
export function accountRequest(now: number): ApiRequest {
	const period = new URLSearchParams({ start_time: String(now - 30 * DAY), end_time: String(now) });
	return { method: 'GET', path: `/account/costs?${period.toString()}` };
}

const accountSchema = z.object({
	data: z.object({
		resource_pack_subscribe_infos: z
			.array(
				z.object({
					resource_pack_name: wire.text,
					remaining_quantity: wire.number,
					status: wire.text,
				}),
			)
			.nullish(),
	}),
});

/** @returns undefined when the reply contains no account details */
export function readAccount(reply: unknown): Account | undefined {
	const read = accountSchema.safeParse(reply);
	if (!read.success) return undefined;
	const packs = read.data.data.resource_pack_subscribe_infos ?? [];
	return {
		usablePacks: packs
			.filter(({ status }) => status === 'online')
			.map((pack) => ({ name: pack.resource_pack_name, remaining: pack.remaining_quantity })),
	};
}
