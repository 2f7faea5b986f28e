/** Runs one cell of the matrix: a row's fault, an operation, a format, a setting of On Error. */
import type { ICredentialDataDecryptedObject, INode, INodeParameters } from 'n8n-workflow';
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	type Fault,
	type FaultAction,
	type RecordedRequest,
	RELAY_PREFIXES,
	type RelayName,
} from '../../emulator/index.mts';
import { KlingImageToVideo } from '../../nodes/KlingImageToVideo/KlingImageToVideo.node.ts';
import { KlingTextToVideo } from '../../nodes/KlingTextToVideo/KlingTextToVideo.node.ts';
import { time } from '../../testkit/clocks/virtualTime.mts';
import {
	BOUNDS,
	type EventSpec,
	type FaultSpec,
	type Format,
	type Mode,
	type Moment,
	type Operation,
	type Row,
} from '../../testkit/faults/row.mts';
import { items, numbered, sent, startNode, type EngineRun } from '../integration/fixture.mts';
import { GENERATION, type Bench } from './bench.mts';
import { ITEMS, judge, promptOf, type Verdict } from './judge.mts';
import { IMAGE_NODE, KLING_NODE } from '../../testkit/workflows.mts';
import { watchedNode } from './node.mts';

/** How long a run may take; milliseconds. What takes longer hangs. */
const PATIENCE = 24 * 3_600_000;

/** How long nothing may be sent after a run; milliseconds. */
const QUIET = 3_600_000;

export interface Cell {
	row: Row;
	operation: Operation;
	format: Format;
	mode: Mode;
	/** The videos are made from images, by Kling Image to Video. */
	isImage?: boolean;
}

const MODELS: Readonly<Record<Format, string>> = {
	gateway: 'kling-v1-6',
	v1: 'kling-v2-6',
	path: 'kling-3.0-turbo',
};

/** Of the base URL. */
const PREFIXES: Readonly<Record<RelayName | 'forwards' | 'none', string>> = {
	none: '',
	forwards: '/kling',
	...RELAY_PREFIXES,
};

const MODE_SETTINGS: Readonly<Record<Mode, Partial<INode>>> = {
	stop: {},
	continue: { onError: 'continueRegularOutput' },
	retry: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
};

let executions = 0;

/** @returns what came of it; the bench must not be used by another cell meanwhile */
export async function runCell(cell: Cell, bench: Bench): Promise<Verdict> {
	time.jump = 0;
	await bench.clear(cell.row.setting);
	return await new CellRun(cell, bench).run();
}

class CellRun {
	private readonly executionId = `faults-${++executions}`;
	private log = '';
	private taskIds: Array<string | undefined> = [];
	private requests = 0;
	private attempts = 0;
	private refusals = 0;
	private hasHappened = false;
	private readonly wrongs: string[] = [];

	constructor(
		private readonly cell: Cell,
		private readonly bench: Bench,
	) {}

	async run(): Promise<Verdict> {
		const { bench, cell } = this;
		const { event } = cell.row;
		await this.prepare();
		const given = bench.emulator.tasks();
		bench.emulator.clearRequests();
		this.addFaults();
		if (isShutting(event) && event.at === 'start') await bench.door.shut();
		const startedAt = time.now();
		const run = await this.runNode();
		const minutes = (time.now() - startedAt) / 60_000;
		const before = this.requests;
		await time.pass(QUIET);
		if (this.requests > before) this.wrongs.push('sends requests after its end');
		if (!bench.isUnused) this.wrongs.push('leaves a request open');
		this.checkThatItHappened();
		const verdict = await judge({
			...cell,
			run,
			log: this.log,
			given: this.creates ? [] : given,
			made: bench.emulator.tasks().slice(given.length),
			sent: sent(bench.emulator, 'create'),
		});
		const each = (sum: number) => sum / Math.max(1, this.attempts);
		const bounds = { ...BOUNDS[cell.operation], ...cell.row.bounds };
		if (each(minutes) > bounds.minutes) this.wrongs.push(`takes ${minutes.toFixed(1)} minutes`);
		if (each(before) > bounds.requests) this.wrongs.push(`sends ${before} requests`);
		return { ...verdict, wrongs: [...verdict.wrongs, ...this.wrongs] };
	}

	private get creates(): boolean {
		return this.cell.operation === 'create' || this.cell.operation === 'createAndWait';
	}

	/** Makes the tasks that must be there before. */
	private async prepare(): Promise<void> {
		const { cell, bench } = this;
		const { inUse } = cell.row.setting ?? {};
		if (inUse !== undefined) {
			bench.offset = -inUse;
			await createTask(bench, cell, 'another film', 'order-1');
		}
		if (!this.creates) {
			bench.offset = -2 * GENERATION;
			for (const item of ITEMS) await createTask(bench, cell, promptOf(item));
			this.taskIds = bench.emulator.tasks().map(({ id }) => id);
		}
		bench.offset = 0;
	}

	private addFaults(): void {
		const { row } = this.cell;
		const later: FaultSpec[] = [];
		for (const fault of row.faults ?? []) {
			if (fault.forMs === undefined && !needsIds(fault, this.creates)) this.addFault(fault);
			else later.push(fault);
		}
		if (later.length === 0) return;
		this.bench.onRequest = (request) => {
			const item = ITEMS.find((each) => request.body.includes(promptOf(each)));
			if (request.route !== 'create' || item === undefined) return;
			this.taskIds[item] = request.taskIds[0] ?? this.taskIds[item];
			if (ITEMS.some((each) => this.taskIds[each] === undefined)) return;
			for (const fault of later.splice(0)) {
				const remove = this.addFault(fault);
				if (fault.forMs !== undefined) void time.sleep(fault.forMs).then(remove);
			}
		};
	}

	private addFault(spec: FaultSpec): () => void {
		const removers = this.toFaults(spec).map((fault) => this.bench.emulator.addFault(fault));
		return () => removers.forEach((remove) => remove());
	}

	private toFaults({ on, item, times, skip, isEverywhere, action: actions }: FaultSpec): Fault[] {
		const { format, operation, row } = this.cell;
		const action: FaultAction = 'type' in actions ? actions : actions[format];
		const routes = routesOf(this.cell);
		const fault = (match: Fault['match']): Fault => ({
			match: {
				...match,
				skip,
				...(match?.route !== 'video' && !isEverywhere && { format: routes }),
			},
			times,
			action,
		});
		const requests = {
			create: 'create',
			createAndWait: 'create',
			getStatus: 'check',
			getMany: 'check',
		} as const;
		switch (on === 'request' ? requests[operation] : on) {
			case 'create':
				return ITEMS.filter((each) => each === (item ?? each)).map((each) =>
					fault({ route: 'create', contains: promptOf(each) }),
				);
			case 'list':
				return format === 'v1' ? [fault({ route: 'list' })] : [];
			case 'lookUp': {
				const name = row.setting?.named ? 'order-' : 'n8n-';
				return [fault({ route: 'query', contains: item === undefined ? name : `${name}${item}` })];
			}
			case 'download':
				return [fault({ route: 'video', ...this.named(item) })];
			case 'check':
				if (operation === 'getMany') return [fault({ route: 'list' })];
				return [
					fault({ route: 'query', ...this.named(item) }),
					...(item === undefined && operation === 'createAndWait'
						? [fault({ route: 'list' })]
						: []),
				];
		}
	}

	private named(item?: number): { contains?: string } {
		return item === undefined ? {} : { contains: this.taskIds[item] };
	}

	/** A row whose fault hit nothing would prove nothing. */
	private checkThatItHappened(): void {
		const { row } = this.cell;
		const hit = new Set(
			this.bench.emulator.requests().map(({ route, fault }) => `${route} ${fault}`),
		);
		const certain = [...(row.faults ?? []), ...(row.afterwards ?? [])].filter(
			({ isPerhaps }) => !isPerhaps,
		);
		for (const fault of certain.flatMap((spec) => this.toFaults(spec))) {
			const { match, action } = fault;
			// Tasks are checked one by one or together, as the node likes.
			const routes =
				match?.route === 'list' || match?.route === 'query' ? ['list', 'query'] : [match?.route];
			if (!routes.some((route) => hit.has(`${route} ${action.type}`))) {
				this.wrongs.push(`no ${match?.route} was hit by "${action.type}"`);
			}
		}
		if (row.event && !this.hasHappened) this.wrongs.push(`${row.event.at} never came`);
		if (isShutting(row.event) && this.refusals === 0) this.wrongs.push('no connection was refused');
	}

	private async runNode(): Promise<EngineRun> {
		const { row } = this.cell;
		const { event } = row;
		if (!event || typeof event.does === 'object') {
			const running = this.start();
			if (event) await this.cause(event, running.finished);
			return await this.ended(running);
		}
		const first = this.start();
		if (event.does !== 'finish') {
			await this.reach(event.at, first.finished);
			const stoppedAt = time.now();
			first.stop();
			const run = await this.ended(first);
			if (event.does === 'stop') {
				if (time.now() - stoppedAt > 1000) this.wrongs.push('does not stop within a second');
				if (run.status !== 'canceled') this.wrongs.push(`was not stopped, but is ${run.status}`);
				return run;
			}
		} else {
			await this.ended(first);
			this.hasHappened = true;
		}
		// What the crashed worker knew is gone.
		this.log = '';
		this.bench.emulator.clearFaults();
		for (const fault of row.afterwards ?? []) this.addFault(fault);
		return await this.ended(this.start());
	}

	private async cause({ at, does }: EventSpec, finished: Promise<unknown>): Promise<void> {
		await this.reach(at, finished);
		if (typeof does !== 'object' || at === 'start') return;
		if ('jump' in does) time.jump += does.jump;
		else await this.bench.door.shut();
	}

	/** Waits for a moment, or the run's end if it comes before. */
	private async reach(at: Moment, finished: Promise<unknown>): Promise<void> {
		let hasFinished = false;
		void finished.finally(() => {
			hasFinished = true;
		});
		if (!this.isNow(at)) await time.until(() => this.isNow(at) || hasFinished);
		this.hasHappened = !hasFinished;
	}

	private isNow(at: Moment): boolean {
		const { emulator } = this.bench;
		const creations = (holds: (request: RecordedRequest) => boolean) =>
			sent(emulator, 'create').filter(holds).length;
		const holds: Readonly<Record<Moment, () => boolean>> = {
			start: () => true,
			creating: () => creations(({ body }) => body !== '') >= ITEMS.length,
			created: () => this.log.includes(` ${ITEMS.length} running`),
			refused: () => creations(({ status }) => status === 429) > 0,
			checking: () =>
				[...sent(emulator, 'query'), ...sent(emulator, 'list')].some(
					(request) => request.format === routesOf(this.cell),
				),
			downloading: () => sent(emulator, 'video').length > 0,
		};
		return holds[at]();
	}

	private async ended(running: ReturnType<typeof startNode>): Promise<EngineRun> {
		const watchdog = setTimeout(() => {
			this.wrongs.push('hangs');
			running.stop();
		}, PATIENCE);
		const run = await running.finished;
		clearTimeout(watchdog);
		return run;
	}

	private start(): ReturnType<typeof startNode> {
		const { cell, bench } = this;
		const { row, format, mode } = cell;
		const { emulator, door } = bench;
		const type = cell.isImage ? IMAGE_NODE : KLING_NODE;
		const node = watchedNode(cell.isImage ? new KlingImageToVideo() : new KlingTextToVideo(), {
			onTry: (number) => {
				this.attempts++;
				if (number !== 2 || !row.passes) return;
				emulator.clearFaults();
				void door.open();
			},
			onSend: () => {
				this.requests++;
			},
			onNoReply: async () => {
				const { event } = row;
				if (isShutting(event) && ++this.refusals >= event.does.shut) await door.open();
			},
		});
		const url = isShutting(row.event) ? door.url : emulator.url;
		const { relay = 'none', https } = row.setting ?? {};
		const prefix = format === 'gateway' ? '/gateway' : PREFIXES[relay];
		return startNode(`${https ? url.replace('http', 'https') : url}${prefix}`, parametersOf(cell), {
			input: this.creates
				? numbered(ITEMS.length)
				: items(...this.taskIds.map((task_id) => ({ task_id: task_id ?? '' }))),
			node: { ...MODE_SETTINGS[mode], type },
			credential: credentialOf(cell),
			executionId: this.executionId,
			nodeTypes: { [type]: node },
			onProgress: (progress) => {
				if (progress.type === 'log') this.log += `${progress.message}\n`;
			},
		});
	}
}

function isShutting(event?: EventSpec): event is EventSpec & { does: { shut: number } } {
	return typeof event?.does === 'object' && 'shut' in event.does;
}

/** The IDs of tasks are not known before the node has made them. */
function needsIds({ on, item }: FaultSpec, creates: boolean): boolean {
	return creates && item !== undefined && (on === 'check' || on === 'download');
}

/** The emulator's name for the routes that are asked. */
function routesOf({ format, isImage }: Cell): 'v1-image' | Format {
	return isImage && format === 'v1' ? 'v1-image' : format;
}

function parametersOf({ row, format, operation, isImage }: Cell): INodeParameters {
	const { named, costLimit, wait = {} } = row.setting ?? {};
	if (operation === 'getMany') return { operation, returnAll: true };
	if (operation === 'getStatus') return { operation, downloadVideo: true };
	return {
		operation,
		model: MODELS[format],
		prompt: `=${promptOf(0).replace('0', '{{ $json.n }}')}`,
		mode: 'std',
		duration: 5,
		...(isImage ? { imageUrl: 'https://example.com/cat.png' } : { aspectRatio: '16:9' }),
		options: {
			...(named && { externalTaskId: '=order-{{ $json.n }}' }),
			...(costLimit !== undefined && { costLimit }),
		},
		...(operation === 'createAndWait' && { waitOptions: { ...wait } as INodeParameters }),
	};
}

function credentialOf({ row, format }: Cell): ICredentialDataDecryptedObject {
	if (format === 'gateway') return {};
	const official = { service: 'official', region: 'custom' };
	return row.setting?.authentication === 'accessKey'
		? {
				...official,
				authentication: 'accessKey',
				accessKey: EMULATOR_ACCESS_KEY,
				secretKey: EMULATOR_SECRET_KEY,
			}
		: { ...official, authentication: 'apiKey', apiKey: EMULATOR_API_KEY };
}

/** Creates a task as another program with the same key would. */
async function createTask(
	{ emulator }: Bench,
	cell: Cell,
	prompt: string,
	name?: string,
): Promise<void> {
	const v1 = `/v1/videos/${cell.isImage ? 'image2video' : 'text2video'}`;
	const image = cell.isImage ? { image: 'https://example.com/cat.png' } : {};
	const { format } = cell;
	const [path, body] = {
		gateway: [`/gateway${v1}`, { model_name: MODELS.gateway, mode: 'std', prompt }],
		v1: [v1, { model_name: MODELS.v1, prompt, external_task_id: name, ...image }],
		path: [`/text-to-video/${MODELS.path}`, { prompt, options: { external_task_id: name } }],
	}[format] as [string, object];
	const reply = await fetch(emulator.url + path, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${EMULATOR_API_KEY}` },
		body: JSON.stringify(body),
	});
	if (!reply.ok) throw new Error(await reply.text());
}
