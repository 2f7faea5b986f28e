/**
 * A real n8n on loopback with the freshly built package installed and the emulator beside it: for
 * the end-to-end tests and for `npm run n8n`.
 *
 * ```ts
 * const host = await startHost();                        // n8n 2.40.4, an empty user folder, logged in
 * const kling = await host.createCredential('Kling account', klingAccount(host.emulator));
 * const { id } = await host.importWorkflow(chain('Test', manualTrigger(), klingNode(kling)));
 *
 * const execution = await host.run(id);                  // manually, from the manual trigger, to its end
 * expect(execution.status).toBe('success');
 * const [item] = execution.items('Kling');
 * expect(await host.binary(item!.binary!.data!)).toEqual(host.sampleVideo());
 *
 * await host.activate(id);                               // production triggers
 * const answer = await host.trigger('a-path', { prompt: 'x' });    // POST /webhook/a-path
 * const [latest] = await host.executionIds(id);          // newest first
 * const over = await host.waitForExecution(latest!);     // or { until: ({ status }) => status === 'waiting' }
 *
 * await host.kill9();                                    // n8n and its runners, at once; the emulator stays
 * await host.restart();                                  // same ports, user folder, session
 * host.log; host.logText(); await host.waitForLog(({ message }) => …);
 * await host.stop();                                     // n8n, emulator and a temporary user folder
 * ```
 *
 * With `env` for queue mode `host.startWorker({ concurrency: 2 })` adds a worker, on which
 * `kill9`, `restart` and `log` work likewise.
 *
 * `host.rest(method, path, body)` is n8n's internal API, `host.fetch(path, init)` any address of it
 * with the session. `startExecution` begins a manual run without waiting for its end,
 * `stopExecution` is the Stop button. `host.url` is n8n's address: resume URLs begin with it unless
 * `env: { WEBHOOK_URL }` says otherwise.
 *
 * n8n runs in a process group of its own that ends with this process, however this one ends.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type {
	ExecutionStatus,
	IBinaryData,
	ICredentialDataDecryptedObject,
	IDataObject,
	ITaskData,
} from 'n8n-workflow';
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	startEmulator,
	type AccountOptions,
	type CallbackDelivery,
	type Emulator,
	type EmulatorOptions,
	type RecordedRequest,
} from '../../emulator/index.mts';
import { eventually } from '../eventually.mts';
import { freePorts } from '../ports.mts';
import { sampleVideo } from '../sampleVideo.mts';
import { temporaryFolder } from '../temporaryFolder.mts';
import type { WorkflowSource } from '../workflows.mts';
import { isVersion2, n8nEnvironment } from './environment.mts';
import { Execution, type StoredExecution } from './execution.mts';
import type { InstallOptions } from '../npm/installInCache.mts';
import { evaluate, installN8n, type Installation } from './install.mts';
import { installPackage } from './package.mts';
import { GuardedProcess, type LogLine } from './process.mts';
import { RestClient, RestError, type Owner } from './rest.mts';
import { N8N_VERSION } from './versions.mts';
import { Worker, type WorkerOptions } from './worker.mts';
import type { CredentialReference } from './workflow.mts';

export type { Emulator, Fault, RecordedRequest } from '../../emulator/index.mts';
export { FAIL_WORD, REFUSE_WORD } from '../../emulator/index.mts';
export { Execution, type StoredError } from './execution.mts';
export { klingAccessKey, klingAccount, klingGateway } from '../credentials.mts';
export { openForm, sendForm, submitForm } from './form.mts';
export type { LogLine } from './process.mts';
export { RestClient, RestError } from './rest.mts';
export { testedVersion, type TestedVersion } from './versions.mts';
export type { Worker, WorkerOptions } from './worker.mts';
export {
	chain,
	KLING_NODE,
	manualTrigger,
	type NodeSketch,
	type WorkflowSource,
} from '../workflows.mts';
export {
	code,
	exampleNames,
	fitAddress,
	fitCredentials,
	hashFile,
	imageItem,
	imageNode,
	klingNode,
	noOp,
	nodeOf,
	prompts,
	readExample,
	replaceManualTrigger,
	respond,
	webhookTrigger,
	type CredentialReference,
} from './workflow.mts';

export const OWNER: Owner = { email: 'demo@example.com', password: 'Kling-Demo-1' };

/** The emulator's account that the `kling…` credentials below belong to. */
export const EMULATOR_ACCOUNT = {
	name: 'emulator',
	apiKey: EMULATOR_API_KEY,
	accessKey: EMULATOR_ACCESS_KEY,
	secretKey: EMULATOR_SECRET_KEY,
} satisfies AccountOptions;

/** Migrating a new database and loading all nodes takes a while on a busy machine. */
const START_TIMEOUT_MS = 180_000;
const EXECUTION_TIMEOUT_MS = 120_000;
const GRACE_MS = 5000;
const LOOK_AGAIN_MS = 100;

export interface HostOptions extends InstallOptions {
	/** Of n8n. */
	version?: string;
	/** Is kept, and used again. Default: a temporary one that `stop()` removes. */
	userFolder?: string;
	/** Whether the package is installed before n8n starts. Default: yes. */
	hasPackage?: boolean;
	/** n8n's port; default: any free one. */
	port?: number;
	/** Environment variables for n8n on top of the host's own; undefined takes one away. */
	env?: NodeJS.ProcessEnv;
	/** Videos take 1.5 seconds by default. `url` and so on are in `host.emulator`. */
	emulator?: Partial<EmulatorOptions>;
	/** Called for every line of n8n's log. */
	onLog?: (line: LogLine) => void;
}

/** What a webhook answered. */
export interface Answer {
	status: number;
	headers: Headers;
	/** Parsed if it is JSON, or else the text. */
	body: unknown;
	bytes: Buffer;
}

export interface TriggerOptions {
	method?: string;
	headers?: Record<string, string>;
	/** The editor's test webhook instead of the production one. */
	test?: boolean;
}

export interface RunOptions {
	/** Name of the trigger to begin with; default: the workflow's manual trigger, or else its only trigger. */
	trigger?: string;
	/** What the trigger is to have returned; default: it is executed. */
	triggerData?: ITaskData;
	/** The last node to be executed; default: all. */
	destination?: string;
}

export interface WaitOptions {
	timeoutMs?: number;
	/** Default: it is over. */
	until?: (execution: Execution) => boolean;
}

/**
 * Starts n8n with the package that stands in `dist/`, and logs in as its owner.
 *
 * @throws Error when n8n does not come up; its last words are in the message
 */
export async function startHost(options: HostOptions = {}): Promise<Host> {
	const { version = N8N_VERSION, userFolder, hasPackage = true, emulator } = options;
	const installation = await installN8n(version, options);
	const cleanUp: Array<() => Promise<unknown>> = [];
	let folder = userFolder;
	if (folder === undefined) {
		const temporary = await temporaryFolder('user');
		folder = temporary.path;
		cleanUp.push(temporary.remove);
	}
	await mkdir(folder, { recursive: true });
	try {
		if (hasPackage) await installPackage(folder);
		const kling = await startEmulator({ queueMs: 300, generationMs: 1500, ...emulator });
		cleanUp.unshift(async () => await kling.close());
		const [freePort, broker] = (await freePorts(2)) as [number, number];
		const ports = { n8n: options.port ?? freePort, broker };
		const host = new Host({
			installation,
			userFolder: folder,
			emulator: kling,
			url: `http://127.0.0.1:${ports.n8n}`,
			env: n8nEnvironment(installation, folder, ports),
			ownEnv: options.env ?? {},
			cleanUp,
			onLog: options.onLog,
		});
		cleanUp.unshift(async () => await host.kill9());
		await host.restart();
		return host;
	} catch (error) {
		for (const step of cleanUp) await step();
		throw error;
	}
}

interface Parts {
	installation: Installation;
	userFolder: string;
	emulator: Emulator;
	url: string;
	/** What the host says to n8n, and what its caller says on top of that. */
	env: NodeJS.ProcessEnv;
	ownEnv: NodeJS.ProcessEnv;
	/** What ends with the host, in this order. */
	cleanUp: Array<() => Promise<unknown>>;
	onLog?: (line: LogLine) => void;
}

/** A running n8n. The comment at the top of this file shows how it is used. */
export class Host {
	readonly url: string;
	readonly userFolder: string;
	readonly emulator: Emulator;
	/** n8n's log since the last start. */
	log: LogLine[] = [];
	private n8n?: GuardedProcess;
	private readonly client: RestClient;

	constructor(private readonly parts: Parts) {
		this.url = parts.url;
		this.userFolder = parts.userFolder;
		this.emulator = parts.emulator;
		this.client = new RestClient(parts.url, OWNER);
	}

	/** Of n8n. */
	get version(): string {
		return this.parts.installation.version;
	}

	/** The Node.js that n8n runs on. */
	get node(): string {
		return this.parts.installation.node;
	}

	/** Id of n8n's process and process group. */
	get pid(): number {
		return this.running().pid;
	}

	// --- n8n as a process

	/** Ends n8n if it runs, starts it on the same ports and user folder, and logs in. */
	async restart(env: NodeJS.ProcessEnv = {}): Promise<void> {
		await this.n8n?.stop(GRACE_MS);
		const { installation, userFolder, ownEnv, onLog } = this.parts;
		const n8n = new GuardedProcess({
			name: 'n8n',
			command: [installation.node, installation.bin, 'start'],
			env: { ...this.parts.env, ...ownEnv, ...env },
			cwd: userFolder,
			onLine: onLog,
		});
		this.n8n = n8n;
		this.log = n8n.log;
		await n8n.waitForLog(({ message }) => message.includes('Editor is now'), START_TIMEOUT_MS);
		await this.login();
	}

	/** kill -9 for n8n and its task runners, all at once. */
	async kill9(): Promise<void> {
		await this.n8n?.kill();
	}

	/** Ends n8n, the emulator, and removes the user folder if it was a temporary one. */
	async stop(): Promise<void> {
		await this.n8n?.stop(GRACE_MS);
		for (const step of this.parts.cleanUp.splice(0)) await step();
	}

	/** Starts a worker in a user folder of its own, as on another machine. Needs `env` for queue mode. */
	async startWorker(options: WorkerOptions): Promise<Worker> {
		const { installation, ownEnv, cleanUp } = this.parts;
		const worker = await Worker.prepare(installation, ownEnv, options);
		cleanUp.unshift(async () => await worker.remove());
		await worker.restart();
		return worker;
	}

	/** Resolves when n8n has ended, whoever ended it. */
	async waitForEnd(): Promise<void> {
		await this.running().ended();
	}

	/** The log as it was printed. */
	logText(): string {
		return this.log.map(({ text }) => text).join('\n');
	}

	/** @throws Error when no such line comes in time, or n8n ends */
	async waitForLog(matches: (line: LogLine) => boolean, timeoutMs = 60_000): Promise<LogLine> {
		return await this.running().waitForLog(matches, timeoutMs);
	}

	// --- REST

	async login(): Promise<void> {
		await this.client.login();
	}

	/**
	 * Calls `/rest<path>`.
	 *
	 * @returns what stands in `data` of the answer
	 * @throws RestError for any status but 2xx
	 */
	async rest<Data = unknown>(method: string, path: string, body?: unknown): Promise<Data> {
		return await this.client.call<Data>(method, path, body);
	}

	/** Any address of n8n's, with the session. */
	async fetch(path: string, init?: RequestInit): Promise<Response> {
		return await this.client.fetch(path, init);
	}

	// --- credentials and workflows

	async createCredential(
		name: string,
		data: ICredentialDataDecryptedObject,
		type = 'klingApi',
	): Promise<CredentialReference> {
		const { id } = await this.rest<{ id: string }>('POST', '/credentials', { name, type, data });
		return { id, name, type };
	}

	/** What the editor's Test does. */
	async testCredential(
		data: ICredentialDataDecryptedObject,
		type = 'klingApi',
	): Promise<{ status: 'OK' | 'Error'; message: string }> {
		// Older versions test nothing but what is saved: their editor saves first.
		const credential = await this.createCredential('To be tested', data, type);
		return await this.rest('POST', '/credentials/test', { credentials: { ...credential, data } });
	}

	async importWorkflow(source: WorkflowSource): Promise<{ id: string; versionId: string }> {
		return await this.rest('POST', '/workflows', { ...source, active: false });
	}

	/**
	 * Puts a workflow's production triggers into service ("Publish"), and waits until they are.
	 *
	 * @throws Error when n8n cannot register one of them
	 */
	async activate(workflowId: string): Promise<void> {
		const { versionId, name } = await this.workflow(workflowId);
		if (this.isVersion2) {
			const body = { versionId, name, description: '' };
			await this.rest('POST', `/workflows/${workflowId}/activate`, body);
			await this.waitUntilPublished(workflowId);
		} else {
			await this.rest('PATCH', `/workflows/${workflowId}`, { active: true, versionId });
		}
	}

	async deactivate(workflowId: string): Promise<void> {
		if (this.isVersion2) {
			await this.rest('POST', `/workflows/${workflowId}/deactivate`, {});
		} else {
			const { versionId } = await this.workflow(workflowId);
			await this.rest('PATCH', `/workflows/${workflowId}`, { active: false, versionId });
		}
	}

	async workflow(id: string): Promise<WorkflowSource & { id: string; versionId: string }> {
		return await this.rest('GET', `/workflows/${id}`);
	}

	// --- executions

	/**
	 * Begins a manual execution as the editor's button does.
	 *
	 * @returns its id; undefined when n8n now waits for a call of the trigger's test webhook
	 */
	async startExecution(workflowId: string, options: RunOptions = {}): Promise<string | undefined> {
		const workflow = await this.workflow(workflowId);
		const name = options.trigger ?? triggerOf(workflow);
		const { destination, triggerData } = options;
		const body = {
			triggerToStartFrom: { name, ...(triggerData && { data: triggerData }) },
			...(destination !== undefined && {
				destinationNode: this.isVersion2
					? { nodeName: destination, mode: 'inclusive' }
					: destination,
			}),
			// n8n 1 runs what it is sent, n8n 2 what it has stored.
			...(!this.isVersion2 && { workflowData: workflow }),
		};
		const { executionId } = await this.rest<{ executionId?: string }>(
			'POST',
			`/workflows/${workflowId}/run`,
			body,
		);
		return executionId;
	}

	/** Executes a workflow manually, to its end. */
	async run(workflowId: string, options: RunOptions & WaitOptions = {}): Promise<Execution> {
		const id = await this.startExecution(workflowId, options);
		if (id === undefined) throw new Error('n8n waits for a call of the test webhook');
		return await this.waitForExecution(id, options);
	}

	/** The Stop button. */
	async stopExecution(id: string): Promise<void> {
		await this.rest('POST', `/executions/${id}/stop`, {});
	}

	/** An execution as it stands in the database: while it runs, n8n may not have saved anything yet. */
	async execution(id: string): Promise<Execution> {
		return new Execution(await this.rest<StoredExecution>('GET', `/executions/${id}`));
	}

	/** @throws Error when it does not come to that in time */
	async waitForExecution(
		id: string,
		{ timeoutMs = EXECUTION_TIMEOUT_MS, until = ({ isOver }) => isOver }: WaitOptions = {},
	): Promise<Execution> {
		const deadline = Date.now() + timeoutMs;
		for (;;) {
			const execution = await this.execution(id);
			if (until(execution)) return execution;
			if (Date.now() > deadline) {
				throw new Error(
					`Execution ${id} is still "${execution.status}" after ${timeoutMs} ms. The end of n8n's log:\n${this.logText().slice(-2_000)}`,
				);
			}
			await delay(LOOK_AGAIN_MS);
		}
	}

	/** The executions of a workflow, the newest first. */
	async executionIds(workflowId: string): Promise<string[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const { results } = await this.rest<{ results: Array<{ id: string }> }>(
			'GET',
			`/executions?filter=${filter}&limit=100`,
		);
		// n8n 1 lists one twice that ends while it looks: among those that run, and among those that are stored.
		return [...new Set(results.map(({ id }) => id))];
	}

	/** The newest execution of a workflow, once there is one: n8n answers a webhook before it has saved it. */
	async newestExecution(workflowId: string): Promise<string> {
		let newest: string | undefined;
		await eventually(async () => {
			[newest] = await this.executionIds(workflowId);
			return newest !== undefined;
		});
		return newest!;
	}

	/** How many executions of a workflow are in one of these states. */
	async countExecutions(workflowId: string, ...status: ExecutionStatus[]): Promise<number> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId, status }));
		const { count } = await this.rest<{ count: number }>(
			'GET',
			`/executions?filter=${filter}&limit=1`,
		);
		return count;
	}

	/**
	 * Calls a webhook of an active workflow, by POST by default.
	 *
	 * @param path behind `/webhook/`, or else an absolute path or URL, such as a resume URL
	 * @param body sent as JSON; a text or bytes as they are
	 */
	async trigger(
		path: string,
		body?: unknown,
		{ method = 'POST', headers = {}, test = false }: TriggerOptions = {},
	): Promise<Answer> {
		const address = /^(https?:\/)?\//.test(path) ? path : `/webhook${test ? '-test' : ''}/${path}`;
		const isRaw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
		const response = await fetch(new URL(address, this.url), {
			method,
			headers: isRaw ? headers : { 'content-type': 'application/json', ...headers },
			body: isRaw ? (body as RequestInit['body']) : JSON.stringify(body),
		});
		const bytes = Buffer.from(await response.arrayBuffer());
		return { status: response.status, headers: response.headers, body: parse(bytes), bytes };
	}

	// --- what the emulator saw

	/** The requests that were sent to it, by what they asked for. */
	sent(...routes: Array<RecordedRequest['route']>): RecordedRequest[] {
		return this.emulator.requests().filter(({ route }) => routes.includes(route));
	}

	/** What an item says that a task has cost. */
	costOf(taskId: string): IDataObject | undefined {
		const task = this.emulator.tasks().find(({ id }) => id === taskId);
		return task && { amount: task.charge, unit: 'units' };
	}

	/** Kling's last word on each task, as it was sent. */
	lastCallbacks(): CallbackDelivery[] {
		return this.emulator
			.callbacks()
			.filter(({ phase }) => phase === 'succeeded' || phase === 'failed');
	}

	/** The same, once so many were answered, or could not be delivered. */
	async untilCalledBack(count = 1): Promise<CallbackDelivery[]> {
		const isReceived = ({ replyStatus, error }: CallbackDelivery) =>
			replyStatus !== undefined || error !== undefined;
		await eventually(() => this.lastCallbacks().filter(isReceived).length >= count);
		return this.lastCallbacks();
	}

	// --- files

	/** Downloads a file of an execution's from n8n's binary store, as the editor's Download does. */
	async binary({ id, data, fileName, mimeType }: IBinaryData): Promise<Buffer> {
		if (id === undefined) return Buffer.from(data, 'base64');
		const query = new URLSearchParams({
			id,
			action: 'download',
			fileName: fileName ?? '',
			mimeType,
		});
		const response = await this.fetch(`/rest/binary-data?${query}`);
		if (!response.ok) throw new Error(`GET /rest/binary-data: HTTP ${response.status}`);
		return Buffer.from(await response.arrayBuffer());
	}

	/** What `hashFile` returns for the sample video. */
	sampleHash(): string {
		return createHash('sha256').update(sampleVideo()).digest('hex');
	}

	/** What n8n's Node.js prints for an expression, with n8n's modules at hand. */
	async evaluate(expression: string): Promise<string> {
		return await evaluate(this.parts.installation, expression);
	}

	/** Newer versions register the triggers only after they have answered. */
	private async waitUntilPublished(workflowId: string): Promise<void> {
		let status = 'in_progress';
		await eventually(async () => {
			try {
				const path = `/workflows/${workflowId}/publication-status`;
				const publication = await this.rest<{ status: string }>('GET', path);
				status = publication.status;
			} catch (error) {
				if (!(error instanceof RestError && error.status === 404)) throw error;
				status = 'published';
			}
			// Right after the request it may not have begun yet.
			return status !== 'in_progress' && status !== 'not_published';
		});
		if (status !== 'published') throw new Error(`n8n could not publish the workflow: ${status}`);
	}

	private get isVersion2(): boolean {
		return isVersion2(this.version);
	}

	private running(): GuardedProcess {
		if (!this.n8n) throw new Error('n8n was not started');
		return this.n8n;
	}
}

function triggerOf({ nodes }: WorkflowSource): string {
	const enabled = nodes.filter(({ disabled }) => !disabled);
	const manual = enabled.find(({ type }) => type.endsWith('.manualTrigger'));
	const triggers = enabled.filter(({ type }) => /trigger$|\.webhook$/i.test(type));
	const only = triggers.length === 1 ? triggers[0] : undefined;
	const trigger = manual ?? only;
	if (!trigger) throw new Error('Say by "trigger" which node the execution begins with');
	return trigger.name;
}

function parse(bytes: Buffer): unknown {
	const text = bytes.toString('utf8');
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}
