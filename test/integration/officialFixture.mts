/** What the tests of Kling's own service need besides the common fixture. */
import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import type { ICredentialDataDecryptedObject, IDataObject, INodeParameters } from 'n8n-workflow';
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	type Emulator,
	type EmulatorOptions,
	type RecordedRequest,
	type TaskSummary,
} from '../../emulator/index.mts';
import type { EngineRun } from '../../testkit/engine/index.mts';
import { NODE, runNode, useEmulator, type RunOptions } from './fixture.mts';

export { EMULATOR_ACCESS_KEY, EMULATOR_SECRET_KEY } from '../../emulator/index.mts';
export type { TaskSummary } from '../../emulator/index.mts';

export const API_KEY: ICredentialDataDecryptedObject = {
	service: 'official',
	region: 'custom',
	authentication: 'apiKey',
	apiKey: EMULATOR_API_KEY,
};

export const ACCESS_KEY: ICredentialDataDecryptedObject = {
	service: 'official',
	region: 'custom',
	authentication: 'accessKey',
	accessKey: EMULATOR_ACCESS_KEY,
	secretKey: EMULATOR_SECRET_KEY,
};

/** One way to a video: a wire format, an authentication, an address. */
export interface Way {
	name: string;
	format: 'v1' | 'path';
	/** Of the base URL: under `/kling` there is neither the path format nor an account. */
	prefix: '' | '/kling';
	credential: ICredentialDataDecryptedObject;
	/** A model that is asked for in this format. */
	model: string;
	/** The address of its create request. */
	createPath: string;
}

const V1 = { format: 'v1', model: 'kling-v2-6' } as const;
const V1_PATH = '/v1/videos/text2video';
const DIRECT = { ...V1, prefix: '', createPath: V1_PATH } as const;
const PASSED_ON = { ...V1, prefix: '/kling', createPath: `/kling${V1_PATH}` } as const;

/** Every format × authentication that exists. */
export const WAYS: readonly Way[] = [
	{ ...DIRECT, name: 'v1 with an API key', credential: API_KEY },
	{ ...DIRECT, name: 'v1 with an access key', credential: ACCESS_KEY },
	{ ...PASSED_ON, name: 'v1 behind /kling with an API key', credential: API_KEY },
	{ ...PASSED_ON, name: 'v1 behind /kling with an access key', credential: ACCESS_KEY },
	{
		name: 'path with an API key',
		format: 'path',
		prefix: '',
		credential: API_KEY,
		model: 'kling-3.0-turbo',
		createPath: '/text-to-video/kling-3.0-turbo',
	},
];

/** An emulator of Kling's own service, see `useEmulator`. */
export function useOfficial(options: Partial<EmulatorOptions> = {}): Emulator {
	return useEmulator({ accountIntervalMs: 0, ...options });
}

/** Runs the node with a credential of service `official`. */
export async function runOfficial(
	baseUrl: string,
	parameters: INodeParameters,
	{ credential = API_KEY, ...options }: RunOptions = {},
): Promise<EngineRun> {
	return await runNode(baseUrl, parameters, { credential, ...options });
}

/** The items that the node put out, which must not have failed. */
export function itemsOf(run: EngineRun) {
	const error = run.nodeError(NODE);
	if (error) throw new Error(`The node failed: ${error.message} (${error.description ?? ''})`);
	return run.items(NODE);
}

/**
 * A copy without the external task IDs, except those that the test itself gave: the node may make
 * up its own for tasks that the user gave none.
 */
export function bare(value: unknown, ...given: string[]): unknown {
	if (Array.isArray(value)) return value.map((entry) => bare(entry, ...given));
	if (typeof value !== 'object' || value === null) return value;
	const isKept = ([key, entry]: [string, unknown]) =>
		!['external_task_id', 'external_id'].includes(key) || given.includes(entry as string);
	return Object.fromEntries(
		Object.entries(value)
			.filter(isKept)
			.map(([key, entry]) => [key, bare(entry, ...given)]),
	);
}

/** What is left of items in an equation: `bare`, and no `undefined` in them. */
export function bareItems(run: EngineRun, ...given: string[]): unknown {
	return itemsOf(run).map(({ json, pairedItem }) => ({ json: bare(json, ...given), pairedItem }));
}

/** The simplified output of a task as the emulator knows it. */
export function outputOf(emulator: Emulator, task: TaskSummary, modelName?: string): IDataObject {
	const { id, createdAt, updatedAt, state, externalTaskId } = task;
	const isDone = state === 'succeeded';
	const url = `${emulator.url}/videos/${id}.mp4`;
	const { duration, settings } = task.body as {
		duration?: string;
		settings?: { duration?: number };
	};
	return {
		task_id: id,
		task_status: isDone ? 'completed' : state,
		created_at: createdAt,
		updated_at: updatedAt,
		...(modelName !== undefined && { model_name: modelName }),
		...(externalTaskId !== undefined && { external_task_id: externalTaskId }),
		...(isDone && {
			video_id: `${id}-1`,
			video_url: url,
			duration: Number(duration ?? settings?.duration),
			cost: { amount: task.charge, unit: 'units' },
			task_result: {
				videos: [{ id: `${id}-1`, url, duration: Number(duration ?? settings?.duration) }],
			},
		}),
	};
}

/** "GET /v1/videos/text2video/:id", in order, repetitions at once left out. */
export function routes(requests: RecordedRequest[], ...ids: string[]): string[] {
	const named = requests.map(({ method, url }) =>
		ids.reduce((text, id) => text.replaceAll(id, ':id'), `${method} ${url}`),
	);
	return named.filter((route, index) => route !== named[index - 1]);
}

/** Creates tasks as another program with the same key would. */
export async function createOutside(
	emulator: Emulator,
	path: string,
	body: object,
	count = 1,
): Promise<void> {
	const create = async () => {
		const response = await fetch(emulator.url + path, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				authorization: `Bearer ${EMULATOR_API_KEY}`,
			},
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(await response.text());
		await response.arrayBuffer();
	};
	for (let left = count; left > 0; left -= AT_ONCE) {
		await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, create));
	}
}

const AT_ONCE = 50;

export interface Token {
	header: unknown;
	claims: JWTPayload;
	/** As sent. */
	text: string;
}

/** Reads the token of a request with a library that has nothing to do with the node. @throws unless it is good */
export async function tokenOf(
	{ headers, time }: Pick<RecordedRequest, 'headers' | 'time'>,
	secret: string = EMULATOR_SECRET_KEY,
): Promise<Token> {
	const text = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
	const { payload } = await jwtVerify(text, new TextEncoder().encode(secret), {
		algorithms: ['HS256'],
		currentDate: new Date(time),
	});
	return { header: decodeProtectedHeader(text), claims: payload, text };
}
