import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { DownloadError } from '../../nodes/shared/n8n/words/errorClasses.ts';
import { wordsOf } from '../../nodes/shared/n8n/words/errors.ts';
import { downloadReasons } from '../../nodes/shared/n8n/words/notes.ts';
import { slot, toPattern } from '../../testkit/engine/sentences.mts';
import {
	errorOf,
	expectFailed,
	factsOf,
	finishedFacts,
	items,
	NODE,
	numbered,
	PLAIN,
	runNode,
	sampleVideo,
	sent,
	useEmulator,
	type FaultAction,
	type RunOptions,
} from './fixture.mts';

const emulator = useEmulator({ generationMs: 5, queueMs: 0 });

async function make(parameters: INodeParameters = {}, options: RunOptions = {}) {
	return await runNode(
		emulator.gatewayUrl,
		{ operation: 'createAndWait', ...PLAIN, waitOptions: { pollingInterval: 1 }, ...parameters },
		options,
	);
}

const urlOf = (id: string | undefined) => `${emulator.url}/videos/${id}.mp4`;

describe('the file', () => {
	it('is kept in n8n’s store under the task’s name', async () => {
		const run = await make();
		const [task] = emulator.tasks();
		const [item] = run.items(NODE);
		expect(item?.binary).toEqual({
			data: {
				data: 'filesystem-v2',
				id: expect.stringMatching(/^filesystem-v2:/),
				mimeType: 'video/mp4',
				fileType: 'video',
				fileExtension: 'mp4',
				fileName: `${task?.id}.mp4`,
				fileSize: expect.any(String),
				bytes: sampleVideo().length,
			},
		});
		expect((await run.binary(item)).equals(sampleVideo())).toBe(true);
	});

	it('can be kept in memory', async () => {
		const run = await make({}, { binaryMode: 'memory' });
		const [item] = run.items(NODE);
		expect(item?.binary?.data).toMatchObject({
			data: sampleVideo().toString('base64'),
			mimeType: 'video/mp4',
			fileName: `${emulator.tasks()[0]?.id}.mp4`,
		});
		expect(item?.binary?.data?.id).toBeUndefined();
	});

	it('goes to the field that the item names', async () => {
		const run = await make(
			{ binaryPropertyName: '={{ $json.field }}' },
			{ input: items({ field: 'film' }, { field: ' clip ' }) },
		);
		expect(run.items(NODE).map(({ binary }) => Object.keys(binary ?? {}))).toEqual([
			['film'],
			['clip'],
		]);
		expect((await run.binary(run.items(NODE)[1], 'clip')).equals(sampleVideo())).toBe(true);
	});

	it('is not fetched with Download Video off', async () => {
		const run = await make({ downloadVideo: false });
		expect(run.items(NODE)[0]?.binary).toBeUndefined();
		expect(run.items(NODE)[0]?.json.video_url).toBe(urlOf(emulator.tasks()[0]?.id));
		expect(sent(emulator, 'video')).toEqual([]);
	});

	it('may be large', async () => {
		const bytes = 20_000_000;
		emulator.addFault({ match: { route: 'video' }, action: { type: 'big', bytes } });
		const run = await make();
		expect(run.items(NODE)[0]?.binary?.data?.bytes).toBe(bytes);
	});

	it('is fetched without the API key', async () => {
		await make();
		const [request] = sent(emulator, 'video');
		expect(request).toMatchObject({ method: 'GET', status: 200, outcome: 'replied' });
		expect(request?.headers.authorization).toBeUndefined();
	});

	it('is followed to another host, still without the API key', async () => {
		emulator.addFault({ match: { route: 'video' }, action: { type: 'redirect' } });
		const run = await make();
		expect((await run.binary(run.items(NODE)[0])).equals(sampleVideo())).toBe(true);
		const requests = sent(emulator, 'video');
		expect(requests.map(({ headers }) => headers.host?.split(':')[0])).toEqual([
			'127.0.0.1',
			'localhost',
		]);
		expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
	});
});

describe('Get Status', () => {
	const getStatus = async (parameters: INodeParameters, options: RunOptions = {}) => {
		const made = await make({ downloadVideo: false });
		const json: IDataObject = made.items(NODE)[0]?.json ?? {};
		emulator.clearRequests();
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus', ...parameters },
			{ input: items(json), ...options },
		);
		return { run, json };
	};

	it('downloads a finished video if asked to', async () => {
		const { run } = await getStatus({ downloadVideo: true, binaryPropertyName: 'film' });
		const [item] = run.items(NODE);
		expect(item?.binary?.film?.fileName).toBe(`${emulator.tasks()[0]?.id}.mp4`);
		expect((await run.binary(item, 'film')).equals(sampleVideo())).toBe(true);
	});

	it('does not by default', async () => {
		const { run } = await getStatus({});
		expect(run.items(NODE)[0]?.binary).toBeUndefined();
		expect(sent(emulator, 'video')).toEqual([]);
	});

	it('does not fetch what is not finished', async () => {
		const created = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN });
		emulator.addFault({
			match: { route: 'query' },
			action: { type: 'status', value: 'processing' },
		});
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus', downloadVideo: true },
			{ input: items(created.items(NODE)[0]?.json ?? {}) },
		);
		expect(run.items(NODE)[0]?.json.task_status).toBe('processing');
		expect(run.items(NODE)[0]?.binary).toBeUndefined();
		expect(sent(emulator, 'video')).toEqual([]);
	});

	it('keeps what is known of the task when its download fails, with Continue', async () => {
		emulator.addFault({ match: { route: 'video' }, action: { type: 'expired' } });
		const { run, json } = await getStatus(
			{ downloadVideo: true },
			{ node: { onError: 'continueRegularOutput' } },
		);
		// A status by task ID does not say which model.
		const known = { ...json };
		delete known.model_name;
		expectFailed(run.items(NODE)[0], {
			item: 0,
			error: { ...LINK_EXPIRED, taskId: json.task_id as string },
			facts: known,
		});
	});
});

const LINK_EXPIRED = { kind: 'download', reason: downloadReasons.status(403) } as const;

const INTERRUPTED = toPattern(downloadReasons.interrupted(slot('detail')));

/** What goes wrong, how often it is tried in vain, and why in the words of the table. */
const FAILURES: Array<[name: string, action: FaultAction, tries: number, reason: string | RegExp]> =
	[
		['a reset', { type: 'reset' }, 3, INTERRUPTED],
		['a file that is cut off', { type: 'cut', bytes: 1000 }, 3, INTERRUPTED],
		['a file cut off before its first byte', { type: 'cut', bytes: 0 }, 3, INTERRUPTED],
		['an empty file', { type: 'zero' }, 3, downloadReasons.empty],
		[
			'a web page with 200',
			{ type: 'html', status: 200 },
			3,
			downloadReasons.noVideo('text/html; charset=utf-8'),
		],
		[
			'JSON with 200',
			{ type: 'reply', status: 200, body: '{"error":"no"}' },
			3,
			downloadReasons.noVideo('application/json; charset=utf-8'),
		],
		['500', { type: 'reply', status: 500 }, 3, downloadReasons.status(500)],
		['503', { type: 'html', status: 503 }, 3, downloadReasons.status(503)],
		['429', { type: 'reply', status: 429 }, 3, downloadReasons.status(429)],
		['an expired link', { type: 'expired' }, 1, downloadReasons.status(403)],
		['404', { type: 'reply', status: 404 }, 1, downloadReasons.status(404)],
	];

describe.each(['filesystem', 'memory'] as const)('a download that fails, in %s', (binaryMode) => {
	it.each(FAILURES.filter(([, , tries]) => tries > 1))(
		'because of %s is started again',
		async (_name, action, tries) => {
			emulator.addFault({ match: { route: 'video' }, times: tries - 1, action });
			const run = await make({}, { binaryMode });
			expect(run.nodeError(NODE)).toBeUndefined();
			expect((await run.binary(run.items(NODE)[0])).equals(sampleVideo())).toBe(true);
			expect(sent(emulator, 'video').length).toBe(tries);
			expect(emulator.tasks().length).toBe(1);
		},
	);

	it.each(FAILURES)(
		'because of %s in the end names the address and the task',
		async (_name, action, tries, reason) => {
			emulator.addFault({ match: { route: 'video' }, times: 'forever', action });
			const run = await make({}, { binaryMode });
			const [task] = emulator.tasks();
			expect(errorOf(run).name).toBe('NodeApiError');
			expect(factsOf(run)).toEqual({
				kind: 'download',
				reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
				taskId: task?.id,
				itemIndex: 0,
			});
			const { description } = wordsOf(new DownloadError('', urlOf(task?.id), false));
			expect(errorOf(run).description).toBe(description);
			expect(description).toContain(urlOf(task?.id));
			expect(sent(emulator, 'video').length).toBe(tries);
		},
	);
});

describe('with Continue', () => {
	it('the task of a failed download stays known, and other items are not harmed', async () => {
		emulator.addFault({
			match: { route: 'video' },
			action: { type: 'expired' },
		});
		const run = await make(
			{ prompt: '=a cat {{ $json.n }}', waitOptions: { maxConcurrency: 1, pollingInterval: 1 } },
			{ input: numbered(2), node: { onError: 'continueRegularOutput' } },
		);
		const [task] = emulator.tasks();
		const [first, second] = run.items(NODE);
		expectFailed(first, {
			item: 0,
			error: { ...LINK_EXPIRED, taskId: task?.id },
			facts: finishedFacts(emulator),
		});
		expect(second?.json).not.toHaveProperty('error');
		expect((await run.binary(second)).equals(sampleVideo())).toBe(true);
	});
});
