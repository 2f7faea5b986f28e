import { taskFailed } from '../../../../nodes/shared/api/errors/klingError';
import { KlingClient } from '../../../../nodes/shared/api/client';
import { toConnection } from '../../../../nodes/shared/api/connection';
import { ExplainedError } from '../../../../nodes/shared/api/errors/explainedError';
import type { ApiRequest } from '../../../../nodes/shared/api/http';
import { findTarget, type Target } from '../../../../nodes/shared/api/modelLookup';
import { runBatch } from '../../../../nodes/shared/engine/runBatch';
import type { PlannedVideo, TaskService } from '../../../../nodes/shared/engine/taskService';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';
import { MemoryLedger } from '../../../../testkit/memoryLedger.mts';
import { FIELD_REPORTS, type FieldReport } from './fieldReports.mts';

const KEY = 'video-key';
const HOUR = 60 * 60_000;

async function run({ credential = {}, model = 'kling-v2-6', externalTaskId, rules }: FieldReport) {
	const connection = toConnection({ apiKey: 'key', ...credential });
	const clock = new VirtualClock();
	const requests: ApiRequest[] = [];
	const uses = new Map(rules.map((rule) => [rule, 0]));
	const client = new KlingClient(
		{ ...connection, mayLackFormats: connection.isRelay },
		async (request) => {
			requests.push(request);
			const rule = rules.find(({ on }) => on(request));
			if (!rule) throw new Error(`No rule for ${request.method} ${request.path}`);
			const use = uses.get(rule) ?? 0;
			uses.set(rule, use + 1);
			const reply = rule.replies[Math.min(use, rule.replies.length - 1)];
			if (!reply || reply instanceof Error) throw reply;
			const { status = 200, body } = reply;
			const text = typeof body === 'string' ? body : JSON.stringify(body);
			return await Promise.resolve({ status, headers: {}, body: text });
		},
		() => clock.now(),
	);
	const service: TaskService<PlannedVideo, string | undefined> = {
		create: async ({ request, target }, id, onLeaving) =>
			await client.create({ ...request, externalTaskId: id }, target, onLeaving),
		findByExternalId: async (sent) => await client.findByExternalId(sent),
		refresh: (tasks) => client.refresh(tasks),
		deliver: async (_video, task) => {
			if (task.status === 'failed') throw taskFailed(task);
			return await Promise.resolve(task.videos[0]?.url);
		},
	};
	const target = findTarget(model, connection.formats) as Target;
	const request = {
		prompt: 'a cat',
		mode: 'std',
		duration: 5,
		aspectRatio: '16:9',
		externalTaskId,
	};
	const ledger = new MemoryLedger();
	const [outcome] = await runBatch([{ key: KEY, name: 'video-name', request, target }], service, {
		clock,
		ledger,
		timeout: HOUR,
		maxConcurrency: 1,
		polling: { pollingInterval: 5000, onTimeout: 'error' },
		stopOnFailure: false,
	});
	const error = outcome?.error;
	return {
		ends:
			error === undefined
				? { url: outcome?.result }
				: { kind: error instanceof ExplainedError ? error.kind : String(error) },
		isUnsure: outcome?.task === undefined && ledger.read(KEY).isUnsure === true,
		creations: requests.filter(({ method }) => method === 'POST').length,
		requests: requests.length,
		seconds: clock.seconds,
	};
}

describe('What services and networks were reported to do', () => {
	it.each(FIELD_REPORTS)('$name', async (report) => {
		const { requests, seconds, ...facts } = await run(report);
		expect(facts).toEqual({
			ends: report.ends,
			isUnsure: report.isUnsure === true,
			creations: report.creations,
		});
		expect(requests).toBeLessThanOrEqual(report.requests);
		expect(seconds).toBeLessThanOrEqual(report.within);
	});
});
