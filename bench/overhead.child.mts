/** Runs many items through the node, n8n's request helper alone and bare fetch, and takes the time. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import { createRequire } from 'node:module';
import { EMULATOR_API_KEY } from '../emulator/index.mts';
import { Semaphore } from '../nodes/shared/utils/semaphore.ts';
import type { Clock } from '../nodes/shared/engine/clock.ts';
import { VirtualClock } from '../testkit/clocks/virtualClock.mts';
import { klingAccount, klingGateway } from '../testkit/credentials.mts';
import { cleanUp } from '../testkit/engine/index.mts';
import { KLING_NODE } from '../testkit/workflows.mts';
import { receiveTask, sendToParent } from './child.mts';
import type { Contender, OverheadReading, OverheadTask } from './overhead.mts';
import { requestsOf, reset } from './remoteEmulator.mts';
import { median } from './numbers.mts';
import { loadTypes, runNode, standIn, VIDEO } from './workflow.mts';

const PATH = '/v1/videos/text2video';

/** Input items of the runs that are not counted. */
const WARM_UP = 100;

const { operation, format, items, repetitions, parallelism, emulator } =
	receiveTask<OverheadTask>();
const baseUrl = format === 'gateway' ? emulator.gatewayUrl : emulator.url;
const model = format === 'gateway' ? 'kling-v1-6' : 'kling-v2-6';

/** One item's requests, by whatever sends them; queries are left to whoever can do many in one. */
type SendRequest = (method: 'GET' | 'POST', path: string, body?: object) => Promise<unknown>;

const sendByFetch: SendRequest = async (method, path, body) => {
	const reply = await fetch(baseUrl + path, {
		method,
		headers: {
			authorization: `Bearer ${EMULATOR_API_KEY}`,
			...(body && { 'content-type': 'application/json' }),
		},
		...(body && { body: JSON.stringify(body) }),
	});
	return await reply.json();
};

/** What the node does, as far as HTTP goes. */
async function sendAll(count: number, send: SendRequest): Promise<void> {
	const permits = new Semaphore(parallelism);
	const one = async (index: number) => {
		const created = await send('POST', PATH, bodyOf(index));
		if (operation === 'createAndWait' && format === 'gateway') {
			await send('GET', `${PATH}/${(created as { task_id: string }).task_id}`);
		}
		if (operation === 'createAndWait' && format === 'v1' && index % parallelism === 0) {
			await send('GET', `${PATH}?pageNum=1&pageSize=${2 * parallelism}`);
		}
	};
	await Promise.all(
		Array.from(
			{ length: count },
			async (_, index) => await permits.run(async () => await one(index)),
		),
	);
}

let run = 0;

function bodyOf(index: number): object {
	const common = { model_name: model, mode: 'std', prompt: 'a cat', aspect_ratio: '16:9' };
	return format === 'gateway'
		? { ...common, duration: 5 }
		: { ...common, duration: '5', external_task_id: `bench-${run}-${index}` };
}

/** Sends the same requests the way every node must: by n8n's helper, with its credential. */
async function bareHelper(this: IExecuteFunctions) {
	const input = this.getInputData();
	await sendAll(input.length, async (method, path, body) => {
		const options = { method, url: baseUrl + path, body, json: true };
		return (await this.helpers.httpRequestWithAuthentication.call(
			this,
			'klingApi',
			options,
		)) as unknown;
	});
	return [input.map((_, item) => ({ json: {}, pairedItem: { item } }))];
}

/**
 * Puts a clock in the place of the built node's own: what remains of a run without pauses is work. It
 * stands still while a request is on its way, or the node's time limits would be over at once, too.
 */
function setNodeClock(clock: VirtualClock): void {
	subscribe('http.client.request.start', (message) => {
		const { request } = message as { request: ClientRequest };
		void clock.hold(async () => void (await once(request, 'close')));
	});
	const fromRoot = createRequire(`${process.cwd()}/package.json`);
	const module = fromRoot('./dist/nodes/shared/n8n/systemClock.js') as { systemClock: Clock };
	Object.assign(module.systemClock, {
		now: () => clock.now(),
		sleep: async (ms, signal) => await clock.sleep(ms, signal),
	} satisfies Clock);
}

async function contenders(): Promise<Record<Contender, (count: number) => Promise<void>>> {
	const common = {
		types: await loadTypes({ 'bench.bareHelper': standIn([], bareHelper, ['klingApi']) }),
		credential: format === 'gateway' ? klingGateway(emulator) : klingAccount(emulator),
	};
	const parameters = {
		...VIDEO,
		operation,
		model,
		...(operation === 'createAndWait' && { downloadVideo: false }),
	};
	return {
		node: async (count) =>
			void (await runNode({ ...common, type: KLING_NODE, parameters, items: count })),
		helper: async (count) =>
			void (await runNode({ ...common, type: 'bench.bareHelper', parameters: {}, items: count })),
		fetch: async (count) => await sendAll(count, sendByFetch),
	};
}

try {
	setNodeClock(new VirtualClock());
	const all = Object.entries(await contenders()) as Array<
		[Contender, (count: number) => Promise<void>]
	>;
	const readings = all.map(([contender, work]) => ({
		contender,
		work,
		wall: [] as number[],
		cpu: [] as number[],
		requests: 0,
	}));
	// In turns, so that whatever else the machine does meets them all.
	for (run = 0; run <= repetitions; run++) {
		for (const reading of readings) {
			await reset(emulator);
			global.gc?.();
			const startedAt = performance.now();
			const cpuBefore = process.cpuUsage();
			await reading.work(run === 0 ? WARM_UP : items);
			const { user, system } = process.cpuUsage(cpuBefore);
			if (run === 0) continue;
			reading.wall.push((performance.now() - startedAt) / items);
			reading.cpu.push((user + system) / 1000 / items);
			reading.requests = (await requestsOf(emulator)).length / items;
		}
	}
	sendToParent(
		readings.map(
			({ contender, wall, cpu, requests }): OverheadReading => ({
				contender,
				wall: median(wall),
				cpu: median(cpu),
				requests,
			}),
		),
	);
} finally {
	cleanUp();
}
