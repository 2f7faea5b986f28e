/** What Stop ends, and what the log then has. */
import type { INodeParameters } from 'n8n-workflow';

import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import {
	errorOf,
	factsOf,
	items,
	NODE,
	numbered,
	PLAIN,
	runNode,
	sampleVideo,
	sent,
	time,
	useEmulator,
	startNode,
	type RecordedRequest,
} from './fixture.mts';

const emulator = useEmulator({ generationMs: 4_000, queueMs: 1_000 });

const WAIT: INodeParameters = {
	operation: 'createAndWait',
	...PLAIN,
	prompt: '=a cat {{ $json.n }}',
};

/** Starts the node, stops the execution once something has come true, and looks at what happens. */
async function stopOnce(
	holds: () => boolean,
	parameters: INodeParameters = WAIT,
	input = numbered(2),
) {
	const running = startNode(emulator.gatewayUrl, parameters, { input });
	await time.until(holds);
	const stoppedAt = time.now();
	running.stop();
	const run = await running.finished;
	expect(time.now() - stoppedAt).toBeLessThan(1000);
	expect(run.status).toBe('canceled');
	const before = emulator.requests().length;
	await time.pass(3_600_000);
	expect(emulator.requests().length).toBe(before);
	return run;
}

const arrived = (route: RecordedRequest['route']) => () => sent(emulator, route).length > 0;

describe('not stopped', () => {
	it('a video is made and downloaded', async () => {
		const run = await runNode(emulator.gatewayUrl, {
			...WAIT,
			waitOptions: { pollingInterval: 1 },
		});
		const [item] = run.items(NODE);
		expect(item?.json.task_status).toBe('completed');
		expect((await run.binary(item)).equals(sampleVideo())).toBe(true);
		const [task] = emulator.tasks();
		const [query] = sent(emulator, 'query');
		expect((query?.time ?? 0) - (task?.createdAt ?? 0)).toBe(1_000);
		expect(sent(emulator, 'query').length).toBe(4);
	});
});

describe('Stop', () => {
	it('ends the pause between two status checks, and names the tasks', async () => {
		const run = await stopOnce(
			() => emulator.tasks().length === 2,
			{ ...WAIT, waitOptions: { pollingInterval: 1 } },
			numbered(2),
		);
		expect(factsOf(run)).toEqual({ kind: 'stopped' });
		const tasks = emulator.tasks().map(({ id }) => expect.stringContaining(id) as string);
		expect(tasks).toHaveLength(2);
		for (const task of tasks) expect(errorOf(run).description).toEqual(task);
	});

	it('ends a status check that is not answered', async () => {
		emulator.addFault({ match: { route: 'query' }, times: 'forever', action: { type: 'hang' } });
		const run = await stopOnce(arrived('query'), { ...WAIT, waitOptions: { pollingInterval: 1 } });
		for (const { id } of emulator.tasks()) expect(errorOf(run).description).toContain(id);
		expect(sent(emulator, 'query').every(({ outcome }) => outcome === 'disconnected')).toBe(true);
	});

	it.each(['create', 'createAndWait'])(
		'ends a %s that is not answered, and says that the video may have been started',
		async (operation) => {
			emulator.addFault({
				match: { route: 'create' },
				times: 'forever',
				action: { type: 'hang', when: 'after' },
			});
			const run = await stopOnce(
				() => emulator.tasks().length === 1,
				{ ...WAIT, operation },
				numbered(1),
			);
			expect(errorOf(run).description).toBe(consequences.othersMayHaveStarted(['item 0']));
		},
	);

	it('ends the pause before a retry after "not yet", and nothing was created', async () => {
		emulator.addFault({
			match: { route: 'create' },
			times: 'forever',
			action: { type: 'kling-error', status: 429, headers: { 'Retry-After': '60' } },
		});
		const run = await stopOnce(arrived('create'));
		expect(errorOf(run).description).toBe(consequences.noneCreated);
		expect(emulator.tasks()).toEqual([]);
	});

	it('creates none of the videos that wait for a place', async () => {
		await stopOnce(() => emulator.tasks().length === 1, {
			...WAIT,
			waitOptions: { maxConcurrency: 1 },
		});
		expect(emulator.tasks().length).toBe(1);
	});

	it('ends a download that stalls, and names the task', async () => {
		emulator.addFault({
			match: { route: 'video' },
			times: 'forever',
			action: { type: 'stall', bytes: 1000 },
		});
		const run = await stopOnce(
			arrived('video'),
			{ ...WAIT, waitOptions: { pollingInterval: 1 } },
			numbered(1),
		);
		expect(errorOf(run).description).toContain(emulator.tasks()[0]?.id);
	});

	it('ends Get Status', async () => {
		emulator.addFault({ match: { route: 'query' }, times: 'forever', action: { type: 'hang' } });
		const ids = Array.from({ length: 8 }, (_, n) => ({ task_id: `t-${n}` }));
		await stopOnce(arrived('query'), { operation: 'getStatus' }, items(...ids));
		expect(sent(emulator, 'query').length).toBe(5);
	});
});
