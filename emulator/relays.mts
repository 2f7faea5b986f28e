/**
 * Relays: services that forward Kling's v1 format, of text and image to video, but answer in words of their own (docs/kling-api.md#relays). Each dialect has
 * its own path prefix, and knows neither external task IDs, nor a list, nor the account.
 */
import { createHash } from 'node:crypto';
import { authenticate } from './auth.mts';
import { KLING_ERRORS, type KlingError } from './errors.mts';
import { json, type Endpoint, type TextReply } from './http.mts';
import type { Phase, Snapshot, State } from './state.mts';
import { admitV1, renderTask, servesV1, V1_ROUTES, type Route } from './v1.mts';
import type { VideoUrl } from './videos.mts';

export type RelayName = 'new-api' | 'new-api-older' | 'data-url';

/** Where each dialect is: the base URL is the emulator's with this behind it. */
export const RELAY_PREFIXES: Readonly<Record<RelayName, string>> = {
	'new-api': '/new-api/kling',
	'new-api-older': '/new-api-older/kling',
	'data-url': '/data-url',
};

interface Relay {
	created: (task: Snapshot) => unknown;
	shown: (task: Snapshot, videoUrl: VideoUrl) => unknown;
}

const NEW_API_STATUS: Readonly<Record<Phase, string>> = {
	submitted: 'SUBMITTED',
	processing: 'IN_PROGRESS',
	succeeded: 'SUCCESS',
	failed: 'FAILURE',
};

const PROGRESS: Readonly<Record<Phase, string>> = {
	submitted: '10%',
	processing: '30%',
	succeeded: '100%',
	failed: '100%',
};

/** Kling's own ID of the task, which only the relay can use. */
function innerId(id: string): string {
	return String(createHash('sha256').update(id).digest().readUInt32BE());
}

const seconds = (ms: number) => Math.floor(ms / 1000);

function newApi(hasResultUrl: boolean): Relay {
	return {
		created: ({ task, updatedAt }) => ({
			id: task.id,
			task_id: task.id,
			object: 'video',
			model: task.model,
			status: 'queued',
			progress: 0,
			created_at: seconds(updatedAt),
		}),
		shown: (snapshot, videoUrl) => {
			const { task, phase, updatedAt, statusWord, noResult } = snapshot;
			const url = phase === 'succeeded' && !noResult ? videoUrl(task.id) : '';
			const reason = phase === 'failed' ? (task.failure ?? '') : '';
			const inner = renderTask(
				{
					...snapshot,
					task: { ...task, id: innerId(task.id) },
					noResult: noResult || !hasResultUrl,
				},
				() => videoUrl(task.id),
			);
			return {
				code: 'success',
				message: '',
				data: {
					id: task.seq,
					task_id: task.id,
					platform: '50',
					action: task.format === 'v1-image' ? 'generate' : 'textGenerate',
					status: statusWord ?? NEW_API_STATUS[phase],
					// Older ones have no field for the address.
					fail_reason: hasResultUrl ? reason : reason || url,
					...(hasResultUrl && { result_url: url }),
					submit_time: seconds(task.createdAt),
					progress: PROGRESS[phase],
					created_at: seconds(task.createdAt),
					updated_at: seconds(updatedAt),
					data: hasResultUrl ? { code: 0, message: 'SUCCEED', data: inner } : null,
				},
			};
		},
	};
}

const DATA_URL_STATUS: Readonly<Record<Phase, string>> = {
	submitted: 'queued',
	processing: 'processing',
	succeeded: 'succeeded',
	failed: 'failed',
};

const RELAYS: Readonly<Record<RelayName, Relay>> = {
	'new-api': newApi(true),
	'new-api-older': newApi(false),
	'data-url': {
		created: ({ task }) => ({
			code: 'success',
			message: '',
			data: { task_id: task.id, status: 'queued' },
		}),
		shown: ({ task, phase, statusWord, noResult }, videoUrl) => ({
			code: 'success',
			message: '',
			data: {
				error: phase === 'failed' ? { message: task.failure ?? '', code: 'task_failed' } : null,
				format: 'mp4',
				status: statusWord ?? DATA_URL_STATUS[phase],
				task_id: task.id,
				url: phase === 'succeeded' && !noResult ? videoUrl(task.id) : '',
			},
		}),
	},
};

/** A refusal in new-api's words, which both dialects use: its own, or Kling's as a text within. */
function refuse({ code, message }: KlingError): TextReply {
	const own = (status: number, name: string, text: string) =>
		json(status, { error: { code: name, message: text, type: 'new_api_error' } });
	switch (code) {
		case 1000:
		case 1001:
		case 1002:
			return own(401, '', 'Invalid token');
		case 1102:
			return own(403, 'insufficient_user_quota', 'user quota is not enough');
		case 1202:
			return own(404, '', 'Invalid URL');
		default:
			return json(KLING_ERRORS[code].http, {
				code: 'fail_to_fetch_task',
				message: JSON.stringify({ code, message }),
				data: null,
			});
	}
}

/** The routes of all dialects: text and image to video each. */
export function relayEndpoints(state: State, videoUrl: VideoUrl): Endpoint[] {
	return (Object.keys(RELAYS) as RelayName[]).flatMap((name) =>
		V1_ROUTES.flatMap((route) => routeEndpoints(state, videoUrl, name, route)),
	);
}

function routeEndpoints(
	state: State,
	videoUrl: VideoUrl,
	name: RelayName,
	route: Route,
): Endpoint[] {
	const { created, shown } = RELAYS[name];
	const { format } = route;
	const path = `${RELAY_PREFIXES[name]}${route.path}`;
	const common = { format, refuse } as const;
	return [
		{
			...common,
			method: 'POST',
			path,
			route: 'create',
			handle: async (call) => {
				const account = await authenticate(state, call, 'key');
				const model = (call.entry.json as { model_name?: unknown } | undefined)?.model_name;
				if (typeof model === 'string' && !servesV1(state, model, route)) {
					return json(503, {
						error: {
							code: 'model_not_found',
							message: `No available channel for model ${model} under group default (distributor)`,
							type: 'new_api_error',
						},
					});
				}
				return json(200, created(state.confirmation(admitV1(state, account, call, route))));
			},
		},
		{
			...common,
			method: 'GET',
			path: `${path}/:id`,
			route: 'query',
			handle: async (call) => {
				const account = await authenticate(state, call, 'key');
				const id = call.params.id ?? '';
				call.entry.taskIds.push(id);
				const task = state.find(account, format, id);
				if (!task) {
					return json(400, { code: 'task_not_exist', message: 'task_not_exist', data: null });
				}
				return json(200, shown(state.snapshot(task, call.effects), videoUrl));
			},
		},
	];
}
