import { KlingApi } from '../../credentials/KlingApi.credentials';
import type { INodeParameters } from 'n8n-workflow';

import {
	errorOf,
	expectFailed,
	NODE,
	runNode,
	sampleVideo,
	startNode,
	time,
	useServer,
	type RunOptions,
} from './fixture.mts';
import { FILES, fileRequests, nodeThatSees, serve } from './hostileHost.mts';

const server = useServer();

const PARAMETERS: INodeParameters = {
	operation: 'getStatus',
	taskId: 'task-1',
	downloadVideo: true,
};

const CONTINUE = { node: { onError: 'continueRegularOutput' } } as const;

async function fetchFile(file: keyof typeof FILES, options: RunOptions = {}) {
	serve(server, `${server.url}/a.mp4`, FILES[file]);
	return await runNode(server.url, PARAMETERS, options);
}

describe.each(['filesystem', 'memory'] as const)('in %s, a file', (binaryMode) => {
	it.each([
		['N8', 'packed', 1],
		['N8+', 'withoutLength', 1],
		['N8+', 'untyped', 1],
		['N9', 'redirects', 3],
	] as const)('%s is whole: %s', async (_report, file, requests) => {
		const run = await fetchFile(file, { binaryMode });
		expect(run.nodeError(NODE)).toBeUndefined();
		expect((await run.binary(run.items(NODE)[0])).equals(sampleVideo())).toBe(true);
		expect(fileRequests(server)).toHaveLength(requests);
		expect(fileRequests(server).map(({ headers }) => headers.authorization)).toEqual(
			Array(requests).fill(undefined),
		);
	});

	it('N8+ may be shorter than what is looked at', async () => {
		const run = await fetchFile('tiny', { binaryMode });
		expect((await run.binary(run.items(NODE)[0])).equals(sampleVideo().subarray(0, 100))).toBe(
			true,
		);
	});

	it.each([
		['N8', 'pageAsBytes', 'the file host sent a web page instead of a video', 3],
		['N8', 'untypedPage', 'the file host sent a web page instead of a video', 3],
		['N8+', 'untypedJson', 'the file host sent JSON instead of a video', 3],
		['N9+', 'redirectsForEver', 'the file host redirects too often', 6],
		['N9+', 'redirectsToFile', 'the file host redirects to something that isn’t a valid URL', 1],
		['N10', 'trickles', 'the download stalled', 3],
		['N10+', 'tricklesFromTheStart', 'the download stalled', 3],
		['N10', 'neverEnds', 'the download took longer than 10 minutes', 3],
		['N10+', 'neverAnswers', 'the download stalled', 3],
	] as const)('%s comes to an end: %s', async (_report, file, reason, requests) => {
		const run = await fetchFile(file, { binaryMode, ...CONTINUE });
		const url = `${server.url}/a.mp4`;
		expectFailed(run.items(NODE)[0], {
			item: 0,
			error: { kind: 'download', reason, taskId: 'task-1' },
			facts: {
				task_id: 'task-1',
				task_status: 'completed',
				video_id: 'v1',
				video_url: url,
				duration: 5,
				task_result: { videos: [{ id: 'v1', url, duration: 5 }] },
			},
		});
		expect(fileRequests(server)).toHaveLength(requests);
		// Nothing is left open.
		await time.until(() => server.connections === 0);
	});
});

describe('a service on the internet', () => {
	const HOST = 'https://kling.example';
	const seen = (): RunOptions => ({
		nodeTypes: { 'n8n-nodes-kling.klingTextToVideo': nodeThatSees(HOST, server) },
		// The requests really go elsewhere, where the credential would not sign them.
		credentialTypes: {
			klingApi: Object.assign(new KlingApi(), {
				authenticate: async (_credential: unknown, request: unknown) =>
					await Promise.resolve(request),
			}),
		},
	});

	it('N9: leads n8n to no file in one’s own network', async () => {
		serve(server, `${server.url}/a.mp4`, FILES.untyped);
		const run = await runNode(HOST, PARAMETERS, seen());
		const error = errorOf(run);
		expect(error.message).toContain('its address is on your own network (127.0.0.1:');
		expect(error.description).toContain("'Base URL'");
		expect(fileRequests(server)).toEqual([]);
	});

	it('N9+: keeps the task’s facts all the same', async () => {
		serve(server, 'http://169.254.169.254/latest/meta-data', FILES.untyped);
		const run = await runNode(HOST, PARAMETERS, { ...seen(), ...CONTINUE });
		expect(run.items(NODE)[0]?.json).toMatchObject({
			error: expect.stringContaining('169.254.169.254'),
			task_id: 'task-1',
			task_status: 'completed',
			video_url: 'http://169.254.169.254/latest/meta-data',
		});
	});
});

describe('Stop', () => {
	it.each(['trickles', 'neverEnds', 'neverAnswers'] as const)(
		'ends a download at once: %s',
		async (file) => {
			serve(server, `${server.url}/a.mp4`, FILES[file]);
			const running = startNode(server.url, PARAMETERS);
			await time.until(() => fileRequests(server).length > 0);
			const stoppedAt = time.now();
			running.stop();
			expect((await running.finished).status).toBe('canceled');
			expect(time.now() - stoppedAt).toBeLessThan(1000);
			await time.until(() => server.connections === 0);
		},
	);
});
