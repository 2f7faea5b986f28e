import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { DownloadError } from '../../../../../nodes/shared/n8n/words/errorClasses';
import { downloadVideo } from '../../../../../nodes/shared/n8n/files/downloadVideo';
import { downloadReasons } from '../../../../../nodes/shared/n8n/words/notes';
import { StoppedError } from '../../../../../nodes/shared/engine/clock';
import { VirtualClock } from '../../../../../testkit/clocks/virtualClock.mts';
import { URL } from '../../../gatewayReplies';

interface Host {
	headers?: Record<string, string>;
	/** What n8n's store says of the file. */
	stored: Partial<IBinaryData>;
	fileSize?: number;
}

/** A context whose n8n fetched a file so. */
function download({ headers = {}, stored, fileSize = 0 }: Host, signal?: AbortSignal) {
	const clock = new VirtualClock();
	const options: object[] = [];
	const context = {
		helpers: {
			httpRequest: async (request: object) => {
				options.push(request);
				return { statusCode: 200, headers, body: {} };
			},
			prepareBinaryData: async (_body: unknown, fileName: string, mimeType: string) => ({
				data: '',
				fileName,
				mimeType,
				...stored,
			}),
			getBinaryMetadata: async () => ({ fileSize }),
		},
	} as unknown as IExecuteFunctions;
	return { clock, options, done: downloadVideo(context, URL, 'task-1', { clock, signal }) };
}

describe('a downloaded file', () => {
	it.each<[string, Host]>([
		['n8n counted its bytes', { stored: { bytes: 10 } }],
		['the store knows its size', { stored: { id: 'filesystem:1' }, fileSize: 10 }],
		['it is in memory', { stored: { data: Buffer.alloc(10).toString('base64') } }],
	])('is whole when as many bytes came as were announced: %s', async (_name, host) => {
		const { done, options } = download({ ...host, headers: { 'content-length': '10' } });
		expect(await done).toMatchObject({ fileName: 'task-1.mp4', mimeType: 'video/mp4' });
		expect(options).toEqual([
			expect.objectContaining({ method: 'GET', url: URL, encoding: 'stream' }),
		]);
	});

	it.each<[string, Host]>([
		['n8n counted its bytes', { stored: { bytes: 9 } }],
		['the store knows its size', { stored: { id: 'filesystem:1' }, fileSize: 9 }],
		['it is in memory', { stored: { data: Buffer.alloc(9).toString('base64') } }],
	])('is refused when fewer bytes came than were announced: %s', async (_name, host) => {
		const { clock, done, options } = download({ ...host, headers: { 'content-length': '10' } });
		const error: unknown = await done.catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(DownloadError);
		expect(error).toMatchObject({
			kind: 'download',
			reason: downloadReasons.short(9, 10),
			url: URL,
		});
		expect(options).toHaveLength(3);
		// Two pauses that grow: from half a second to one, and twice that.
		expect(clock.seconds).toBeGreaterThanOrEqual(1.5);
		expect(clock.seconds).toBeLessThanOrEqual(3);
	});

	it('is refused when it is empty, announced or not', async () => {
		await expect(download({ stored: { bytes: 0 } }).done).rejects.toMatchObject({
			kind: 'download',
			reason: downloadReasons.empty,
		});
	});

	it('may be longer than announced, which is the length of its compressed form', async () => {
		const { done } = download({ headers: { 'content-length': '5' }, stored: { bytes: 10 } });
		expect((await done).fileName).toBe('task-1.mp4');
	});

	it('may come without its length', async () => {
		expect((await download({ stored: { bytes: 10 } }).done).fileName).toBe('task-1.mp4');
	});
});

describe('Stop', () => {
	it('ends the pause before a download starts again', async () => {
		const stop = new AbortController();
		const { clock, done, options } = download({ stored: { bytes: 0 } }, stop.signal);
		const failed = done.catch((thrown: unknown) => thrown);
		await clock.sleep(100);
		stop.abort();
		expect(await failed).toBeInstanceOf(StoppedError);
		expect(options).toEqual([
			expect.objectContaining({ abortSignal: expect.objectContaining({ aborted: true }) }),
		]);
	});
});
