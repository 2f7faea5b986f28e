/**
 * Plays one history of a suspended execution: callbacks that are true, early, doubled, out of order, forged
 * or none at all, at a service that answers checks as written.
 */
import type { IHttpRequestOptions, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { VirtualClock } from '../../testkit/clocks/virtualClock.mts';
import { NodeProcess } from '../../testkit/histories/process.mts';
import type { Check, Fate, Script } from '../../testkit/histories/script.mts';
import { type RealTask, type Row, Service } from '../../testkit/histories/service.mts';
import { knownById } from '../../nodes/shared/api/task.ts';
import { TransportError } from '../../nodes/shared/api/http.ts';
import { toSuspendedItem } from '../../nodes/shared/suspension/suspendedItems.ts';
import { webhookCall } from '../unit/webhook.mts';

export interface Callback {
	/** Milliseconds after the one before. */
	after: number;
	/** Whose status it tells; none has the number of one that is not waited for. */
	task: number;
	says: 'completed' | 'failed' | 'processing' | 'nonsense';
	/** It is one of the node's own, which wants everything checked. */
	isSelfCheck: boolean;
}

export interface CallbackScript {
	format: 'v1' | 'path';
	/** Of each task that is waited for. */
	fates: Fate[];
	/** In the order of the requests; when they are used up the service behaves. */
	checks: Check[];
	callbacks: Callback[];
}

export interface CallbacksPlayed {
	/** When the execution was resumed, and whether all tasks were over then. */
	resumed: Array<{ at: number; areAllOver: boolean }>;
	threw: number;
	/** Callbacks that were not done with after minutes. */
	stuck: number;
	callbacks: number;
	looks: number;
	requests: number;
	rows: readonly Row[];
}

type Resume = (context: IWebhookFunctions) => Promise<IWebhookResponseData>;

/** How many histories are played: `CALLBACK_HISTORIES=10000 npx jest test/properties/callbacks`. */
export const HISTORIES = Number(process.env.CALLBACK_HISTORIES ?? 200);

/** How long a callback may be looked into; milliseconds. */
const LIMIT = 10 * 60_000;

let executions = 0;

export async function playCallbacks(
	{ format, fates, checks, callbacks }: CallbackScript,
	resume: Resume,
	virtual: VirtualClock,
): Promise<CallbacksPlayed> {
	const service = new Service({ ...SCRIPT, format, fates, checks }, virtual);
	const process = new NodeProcess(virtual, undefined, () => undefined);
	const tasks = fates.map((_, item) =>
		service.addTask({ item, variant: 0, execution: 0, answer: 'as usual' }),
	);
	const executionId = `callbacks-${executions++}`;
	const input = tasks.map(({ id }, index) =>
		toSuspendedItem(knownById({ id, format }), index, 'kling-v3', { simplify: true }),
	);
	const played: CallbacksPlayed = {
		resumed: [],
		threw: 0,
		stuck: 0,
		callbacks: 0,
		looks: 0,
		requests: 0,
		rows: service.rows,
	};
	const underWay: Array<Promise<void>> = [];
	const call = async (callback: Omit<Callback, 'after'>) => {
		// n8n answers for an execution that does not wait any more.
		if (played.resumed.length > 0) return;
		played.callbacks++;
		if (callback.isSelfCheck) played.looks++;
		const { context } = webhookCall({
			credential: CREDENTIAL,
			body: bodyOf(callback, format, tasks),
			input: JSON.parse(JSON.stringify(input)) as unknown[],
			executionId,
		});
		service.rows.push({ asked: `callback ${JSON.stringify(callback)}`, answered: '' });
		const helpers = { httpRequestWithAuthentication: carrierOf(service, process) };
		const done = resume({ ...context, helpers: { ...context.helpers, ...helpers } }).then(
			({ workflowData }) => {
				if (!workflowData) return;
				const areAllOver = tasks.every((task) => service.isOver(task));
				played.resumed.push({ at: virtual.now(), areAllOver });
				service.rows.push({ asked: 'resumed', answered: '' });
			},
			() => {
				played.threw++;
			},
		);
		underWay.push(done);
		await Promise.resolve();
	};
	for (const { after, ...callback } of callbacks) {
		await virtual.sleep(after);
		await call(callback);
	}
	await virtual.sleep(LIMIT);
	const ends = fates.every((fate) => fate.ends !== 'never');
	// By now every task that ends has ended, and a callback that got no answer is repeated until the service
	// has behaved badly as often as it is to.
	for (let repeated = 0; repeated <= checks.length && ends; repeated++) {
		for (const [task] of tasks.entries()) {
			await call({ task, says: 'completed', isSelfCheck: false });
			await virtual.sleep(LIMIT);
		}
	}
	let open = underWay.length;
	for (const each of underWay) void each.then(() => open--);
	await virtual.sleep(1);
	return { ...played, stuck: open, requests: service.requests };
}

const CREDENTIAL = {
	service: 'official',
	region: 'global',
	authentication: 'apiKey',
	apiKey: 'key',
};

const SCRIPT: Script = {
	service: 'official',
	format: 'v1',
	isUndocumented: false,
	externalIds: 'kept',
	items: 1,
	maxConcurrency: 1,
	stopsOnFailure: false,
	waits: true,
	timeout: 0,
	pollingInterval: 0,
	onTimeout: 'error',
	tries: 1,
	creations: [],
	lookUps: [],
	checks: [],
	fates: [],
	executions: [],
};

function bodyOf(
	{ task, says, isSelfCheck }: Omit<Callback, 'after'>,
	format: CallbackScript['format'],
	tasks: readonly RealTask[],
): string {
	if (says === 'nonsense') return '{"hello":1}';
	const id = tasks[task]?.id ?? 'unknown';
	const word = {
		completed: format === 'v1' ? 'succeed' : 'succeeded',
		failed: 'failed',
		processing: 'processing',
	}[says];
	const about = format === 'v1' ? { task_id: id, task_status: word } : { id, status: word };
	return JSON.stringify({ ...about, ...(isSelfCheck && { n8n_look: true }) });
}

/** What n8n's helper does with the node's requests. */
function carrierOf(service: Service, process: NodeProcess) {
	return async (_credential: string, { method, url, body }: IHttpRequestOptions) => {
		const { pathname, search } = new URL(url);
		const request = {
			method: method as 'GET' | 'POST',
			path: `${pathname}${search}`,
			body: body as object | undefined,
		};
		const asker = { process, execution: 0, onCreated: () => undefined };
		try {
			const reply = await service.send(request, asker);
			return { statusCode: reply.status, headers: reply.headers, body: reply.body };
		} catch (error) {
			const isTimeout = error instanceof TransportError && error.failure === 'timeout';
			throw Object.assign(new Error('no answer'), { code: isTimeout ? 'ETIMEDOUT' : 'ECONNRESET' });
		}
	};
}
