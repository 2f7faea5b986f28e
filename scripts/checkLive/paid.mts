/** One video, the cheapest there is: what only a charged task can show. */
import { KlingClient } from '../../nodes/shared/api/client.ts';
import type { Connection } from '../../nodes/shared/api/connection.ts';
import { findTarget, type Target } from '../../nodes/shared/api/modelLookup.ts';
import { MODELS } from '../../nodes/shared/api/models.ts';
import { estimateUnits } from '../../nodes/shared/api/prices.ts';
import type { Mode, VideoRequest } from '../../nodes/shared/api/request.ts';
import { isOver, type Task } from '../../nodes/shared/api/task.ts';
import { senderFor } from './checks.mts';
import type { Report } from './report.mts';
import * as schemas from './schemas.mts';

interface Cheapest {
	request: VideoRequest;
	target: Target;
	units: number;
}

/** The cheapest video by list price; of several the shortest, of the newest model. */
export function cheapestVideo({ formats }: Pick<Connection, 'formats'>): Cheapest {
	const all = MODELS.flatMap(({ value }) => {
		const target = findTarget(value, formats);
		if (!target) return [];
		return target.modes.flatMap((mode: Mode) =>
			target.durations.flatMap((duration) => {
				const request = {
					prompt: 'A grey pebble on white sand',
					mode,
					duration,
					aspectRatio: '1:1',
				};
				const units = estimateUnits({ request, target });
				return units === undefined ? [] : [{ request, target, units }];
			}),
		);
	});
	const [cheapest] = all.sort(
		(one, other) => one.units - other.units || one.request.duration - other.request.duration,
	);
	if (!cheapest) throw new Error('No model with a known price is available');
	return cheapest;
}

/** Milliseconds. */
export interface Pace {
	interval: number;
	limit: number;
}

/** Creates the video, waits for it, and compares what comes with what is known. */
export async function checkPaid(
	connection: Connection,
	report: Report,
	{ request, target, units }: Cheapest,
	{ interval, limit }: Pace,
): Promise<void> {
	const { format } = target;
	const client = new KlingClient(connection, senderFor(connection));
	const externalTaskId = `n8n-check-live-${Date.now()}`;
	let task: Task = await client.create({ ...request, externalTaskId }, target, () => {});
	report.add(`${format}: create`, 'same', [`task ${task.id}`]);
	const deadline = Date.now() + limit;
	while (!isOver(task) && Date.now() < deadline) {
		await new Promise((resolve) => setTimeout(resolve, interval));
		task = await client.find(task.id);
	}
	if (task.status !== 'completed') {
		return report.add(`${format}: the finished video`, 'unknown', [`status ${task.status}`]);
	}
	report.compare(
		`${format}: the finished task`,
		schemas.differences(format === 'path' ? schemas.pathQuery : schemas.v1Query, task.raw),
	);
	report.compare(
		`${format}: the external task ID`,
		task.externalTaskId === externalTaskId ? [] : ['another one, or none'],
	);
	const { cost } = task;
	report.compare(
		`${format}: the charge by list price`,
		cost?.unit === 'units' && cost.amount === units
			? []
			: [`${cost ? `${cost.amount} ${cost.unit}` : 'nothing'} instead of ${units} units`],
	);
}
