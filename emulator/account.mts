/** `GET /account/costs` (docs/kling-api.md#account): what is left of the prepaid packs. */
import { z } from 'zod';
import { authenticate } from './auth.mts';
import { KlingError } from './errors.mts';
import { check, envelope, type Endpoint } from './http.mts';
import type { ResourcePack } from './options.mts';
import type { State } from './state.mts';

/** `remaining_quantity` lags by about twelve hours. */
const LAG_MS = 12 * 3600 * 1000;

const milliseconds = z
	.string({ required_error: 'must not be null' })
	.regex(/^\d{1,16}$/, 'must be a time in milliseconds')
	.transform(Number);

const querySchema = z
	.object({
		start_time: milliseconds,
		end_time: milliseconds,
		resource_pack_name: z.string().optional(),
	})
	.strict()
	.refine(({ start_time, end_time }) => start_time <= end_time, {
		message: 'must not be before start_time',
		path: ['end_time'],
	});

function packStatus(state: State, pack: ResourcePack): string {
	if (state.now < pack.effectiveTime) return 'toBeOnline';
	if (state.now >= pack.invalidTime) return 'expired';
	return state.unitsLeft(pack) > 0 ? 'online' : 'runOut';
}

/** The endpoint. Arrears and empty packs are facts it reports, not reasons to refuse. */
export function accountEndpoint(state: State): Endpoint {
	return {
		method: 'GET',
		path: '/account/costs',
		route: 'account',
		handle: async (call) => {
			const account = await authenticate(state, call, 'keyOrToken');
			const { now } = state;
			if (now - (account.lastCostsCall ?? -Infinity) < state.options.accountIntervalMs) {
				throw new KlingError(1302);
			}
			account.lastCostsCall = now;
			const wanted = check(Object.fromEntries(call.query), querySchema);
			// The reference does not say what the times select; taken here: packs valid at some time between them.
			const packs = account.resourcePacks.filter(
				(pack) =>
					pack.purchaseTime <= wanted.end_time &&
					pack.invalidTime >= wanted.start_time &&
					(wanted.resource_pack_name ?? pack.name) === pack.name,
			);
			return envelope({
				code: 0,
				msg: 'success',
				resource_pack_subscribe_infos: packs.map((pack) => ({
					resource_pack_name: pack.name,
					resource_pack_id: pack.id,
					resource_pack_type: pack.type,
					total_quantity: pack.total,
					remaining_quantity: state.unitsLeft(pack, now - LAG_MS),
					purchase_time: pack.purchaseTime,
					effective_time: pack.effectiveTime,
					invalid_time: pack.invalidTime,
					status: packStatus(state, pack),
				})),
			});
		},
	};
}
