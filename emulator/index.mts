/**
 * The Kling text-to-video API on loopback: test fixture and server at once. It is written from Kling's documents alone
 * (docs/kling-api.md) and shares nothing with the node, because it is there to judge it. `README.md` says what can be done with it.
 */
import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { accountEndpoint } from './account.mts';
import { Callbacks, type CallbackRequest } from './callbacks.mts';
import { CONTROL_PREFIX, mountControls } from './control.mts';
import { KlingError } from './errors.mts';
import { act, ClientGone, type Exchange } from './fault-actions.mts';
import type { Fault } from './fault-schema.mts';
import { Faults } from './faults.mts';
import { gatewayEndpoints } from './gateway.mts';
import {
	errorAnswer,
	json,
	sendReply,
	transmit,
	type Answer,
	type Endpoint,
	type TextReply,
} from './http.mts';
import { RequestLog } from './log.mts';
import { resolveOptions, type AccountOptions, type EmulatorOptions } from './options.mts';
import { pathCallback, pathEndpoints } from './path.mts';
import { RELAY_PREFIXES, relayEndpoints, type RelayName } from './relays.mts';
import type { Emulator } from './running.mts';
import { State } from './state.mts';
import { v1Callback, v1Endpoints } from './v1.mts';
import { videoEndpoint, videoPath } from './videos.mts';

export { FAIL_WORD, REFUSE_WORD, RISK_CONTROL } from './admission.mts';
export {
	sign,
	signatureHeaders,
	type CallbackDelivery,
	type CallbackRequest,
} from './callbacks.mts';
export type { Fault, FaultAction } from './fault-schema.mts';
export type { Format, RecordedRequest, RouteName } from './log.mts';
export {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	SAMPLE_VIDEO,
	type AccountOptions,
	type EmulatorOptions,
	type ResourcePack,
} from './options.mts';
export { RELAY_PREFIXES, type RelayName } from './relays.mts';
export type { Emulator } from './running.mts';
export type { TaskSummary } from './state.mts';

/** Path prefix of the gateway format. */
const GATEWAY_PREFIX = '/gateway';
/** Prefix under which relays such as new-api forward the v1 format (docs/kling-api.md#relays). */
const PASS_THROUGH_PREFIX = '/kling';

/**
 * Starts an emulator on 127.0.0.1.
 *
 * @throws RangeError for options that contradict each other; Error when the port is taken
 */
export async function startEmulator(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
	const settings = resolveOptions(options);
	const state = new State(settings);
	const log = new RequestLog(settings.now, settings.onRequest);
	const faults = new Faults();
	const callbacks = new Callbacks(state, (snapshot) =>
		snapshot.task.format === 'path'
			? pathCallback(snapshot, videoUrl)
			: v1Callback(snapshot, videoUrl),
	);
	const app = fastify({
		// Two images of the path format's size, as Base64.
		bodyLimit: 150_000_000,
		forceCloseConnections: true,
		exposeHeadRoutes: false,
		// External task ids stand in paths, and may be long.
		routerOptions: { maxParamLength: 2000 },
	});
	const origin = () => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
	function videoUrl(taskId: string, watermarked = false): string {
		return origin() + videoPath(taskId, watermarked);
	}

	const emulator = {
		requests: () => log.all(),
		clearRequests: () => log.clear(),
		addFault: (fault: Fault) => {
			if (!settings.faults) throw new Error('The emulator was started without faults');
			return faults.add(fault);
		},
		faults: () => faults.pending(),
		clearFaults: () => faults.clear(),
		tasks: () => state.summaries(),
		updateAccount: (name: string, changes: Partial<AccountOptions>) =>
			state.updateAccount(name, changes),
		callbacks: () => callbacks.all(),
		flushCallbacks: async () => await callbacks.flush(),
		sendCallback: async (callback: CallbackRequest) => await callbacks.send(callback),
		reset: () => {
			callbacks.reset();
			faults.clear();
			log.clear();
			state.reset();
		},
		close: async () => {
			callbacks.close();
			await app.close();
		},
	};

	keepBodiesRaw(app);
	record(app, log);
	mount(
		app,
		[
			...gatewayEndpoints(state, GATEWAY_PREFIX, videoUrl),
			...v1Endpoints(state, '', videoUrl),
			...v1Endpoints(state, PASS_THROUGH_PREFIX, videoUrl),
			...relayEndpoints(state, videoUrl),
			...pathEndpoints(state, videoUrl),
			accountEndpoint(state),
			videoEndpoint(state),
		],
		async (endpoint, request, reply) => {
			const answered = await exchange(endpoint, request, reply, { log, faults });
			void callbacks.flush();
			return answered;
		},
	);
	if (settings.faults) mountControls(app, emulator);
	await app.listen({ host: '127.0.0.1', port: settings.port });

	const url = origin();
	return {
		...emulator,
		url,
		gatewayUrl: url + GATEWAY_PREFIX,
		relayUrl: (name: RelayName) => url + RELAY_PREFIXES[name],
		port: (app.server.address() as AddressInfo).port,
	};
}

/** Bodies reach the handlers as the text they are: the API's own rules decide what is good JSON, and the log shows it. */
function keepBodiesRaw(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

/** Writes every request into the log, except those that look at the emulator itself. */
function record(app: FastifyInstance, log: RequestLog): void {
	const isRecorded = ({ url }: FastifyRequest) => !url.startsWith(CONTROL_PREFIX);
	app.addHook('onRequest', async (request, reply) => {
		if (isRecorded(request)) log.begin(request.raw, reply.raw);
	});
	app.addHook('preHandler', async (request) => {
		if (isRecorded(request) && typeof request.body === 'string')
			log.body(request.raw, request.body);
	});
	app.addHook('onSend', async (request, reply) => {
		if (isRecorded(request)) log.replied(request.raw, reply.statusCode);
	});
}

type Handler = (
	endpoint: Endpoint,
	request: FastifyRequest,
	reply: FastifyReply,
) => Promise<unknown>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Mounts the endpoints; other methods on their paths answer 404/1202, other paths 404. */
function mount(app: FastifyInstance, endpoints: Endpoint[], handler: Handler): void {
	for (const endpoint of endpoints) {
		app.route({
			method: endpoint.method,
			url: endpoint.path,
			handler: async (request, reply) => await handler(endpoint, request, reply),
		});
	}
	for (const endpoint of endpoints) {
		const { path } = endpoint;
		const missing = METHODS.filter((method) => !app.hasRoute({ method, url: path }));
		if (missing.length === 0) continue;
		app.route({
			method: missing,
			url: path,
			handler: async (_request, reply) =>
				await sendReply(reply, refusalOf(endpoint, new KlingError(1202))),
		});
	}
	// Kling's own answer here is not known; this is the one of new-api, which many gateways run.
	app.setNotFoundHandler(async ({ method, url }, reply) => {
		const error = { message: `Invalid URL (${method} ${url})`, type: 'invalid_request_error' };
		return await sendReply(reply, json(404, { error }));
	});
}

function refusalOf({ refuse, format }: Endpoint, error: KlingError): TextReply {
	return refuse?.(error) ?? errorAnswer(format, error);
}

interface Parts {
	log: RequestLog;
	faults: Faults;
}

/** One request from end to end: the fault that waits for it, or else the true route. */
async function exchange(
	endpoint: Endpoint,
	request: FastifyRequest,
	reply: FastifyReply,
	{ log, faults }: Parts,
): Promise<unknown> {
	const params = request.params as Record<string, string>;
	const entry = log.of(request.raw);
	entry.route = endpoint.route;
	entry.format = endpoint.format;
	const owner = endpoint.owner?.(params);
	if (owner) Object.assign(entry, { format: owner.format, taskIds: [owner.id] });
	const around: Exchange = { entry, response: reply.raw, effects: {} };
	const truth = async (): Promise<Answer> => {
		try {
			return await endpoint.handle({
				params,
				query: new URLSearchParams(request.url.split('?')[1] ?? ''),
				entry,
				effects: around.effects,
			});
		} catch (error) {
			if (error instanceof KlingError) return refusalOf(endpoint, error);
			throw error;
		}
	};
	const action = faults.take(entry);
	entry.fault = action?.type;
	try {
		const answer = action ? await act(action, truth, around) : await truth();
		return await transmit(reply, answer, entry);
	} catch (error) {
		if (!(error instanceof ClientGone)) throw error;
		reply.hijack();
		return reply;
	}
}
