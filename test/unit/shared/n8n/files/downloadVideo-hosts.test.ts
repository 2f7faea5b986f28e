import { type IHttpRequestOptions, sleep } from 'n8n-workflow';

import { DownloadError } from '../../../../../nodes/shared/n8n/words/errorClasses';
import { downloadVideo } from '../../../../../nodes/shared/n8n/files/downloadVideo';
import { wordsOf } from '../../../../../nodes/shared/n8n/words/errors';
import type { NodeContext } from '../../../../../nodes/shared/n8n/http/send';
import { VirtualClock } from '../../../../../testkit/clocks/virtualClock.mts';

const URL = 'https://cdn.example/a.mp4';

/** The beginning of an MP4, and some of the rest. */
const MP4 = Buffer.concat([
	Buffer.from('\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41'),
	Buffer.alloc(900),
]);

interface Reply {
	statusCode?: number;
	headers?: Record<string, unknown>;
	body?: unknown;
}

const TOO_SLOW = 'the download took longer than 10 minutes';

/** What a file host answers, by address. */
type Host = (url: string, options: IHttpRequestOptions) => Reply | Promise<Reply>;

interface Tools {
	allowsOwnNetwork?: boolean;
	url?: string;
	signal?: AbortSignal;
}

/** A context whose n8n gets its files from this host, and stores their bytes. */
function download(host: Host, { url = URL, ...tools }: Tools = {}) {
	const asked: string[] = [];
	const options: IHttpRequestOptions[] = [];
	const context = {
		helpers: {
			httpRequest: async (request: IHttpRequestOptions) => {
				asked.push(request.url);
				options.push(request);
				return { statusCode: 200, headers: {}, body: MP4, ...(await host(request.url, request)) };
			},
			prepareBinaryData: async (body: unknown, fileName: string, mimeType: string) => {
				const bytes = Buffer.isBuffer(body) ? body.length : 0;
				return await Promise.resolve({ data: '', fileName, mimeType, bytes });
			},
		},
	} as unknown as NodeContext;
	const done = downloadVideo(context, url, 'task-1', { clock: new VirtualClock(), ...tools });
	return { asked, options, done };
}

async function failureOf(done: Promise<unknown>): Promise<DownloadError> {
	const error: unknown = await done.catch((thrown: unknown) => thrown);
	if (!(error instanceof DownloadError)) throw new Error(`No download error: ${String(error)}`);
	return error;
}

afterEach(() => jest.restoreAllMocks());

describe('N9: an address that nothing is fetched from', () => {
	it.each([
		['N9', 'file:///etc/passwd', 'its URL isn’t valid'],
		['N9', 'http://127.0.0.1/a.mp4', 'its address is on your own network (127.0.0.1)'],
		['N9', 'http://10.0.0.1:8080/a', 'its address is on your own network (10.0.0.1:8080)'],
		['N9', 'http://169.254.169.254/latest', 'its address is on your own network (169.254.169.254)'],
		['N9+', 'ftp://cdn.example/a.mp4', 'its URL isn’t valid'],
		['N9+', 'data:video/mp4;base64,AAAA', 'its URL isn’t valid'],
		['N9+', '/a.mp4', 'its URL isn’t valid'],
		['N9+', '', 'its URL isn’t valid'],
		['N9+', 'http://[::ffff:127.0.0.1]/', 'its address is on your own network ([::ffff:7f00:1])'],
		['N9+', 'http://[fe80::1]/', 'its address is on your own network ([fe80::1])'],
		['N9+', 'http://2130706433/', 'its address is on your own network (127.0.0.1)'],
		['N9+', 'http://0/', 'its address is on your own network (0.0.0.0)'],
		['N9+', 'http://100.100.0.1/', 'its address is on your own network (100.100.0.1)'],
		['N9+', 'http://localhost./', 'its address is on your own network (localhost.)'],
		['N9+', 'http://redis:6379/', 'its address is on your own network (redis:6379)'],
		['N9+', 'http://u:p@nas.lan/', 'its address is on your own network (nas.lan)'],
	])('%s: %s', async (_report, url, reason) => {
		const { asked, done } = download(() => ({}), { url });
		const error = await failureOf(done);
		expect(error).toMatchObject({ reason, url, problem: 'refusedAddress' });
		expect(asked).toEqual([]);
	});

	it.each([
		[
			'N9',
			302,
			'http://127.0.0.1:5678/rest',
			'the file host redirects to 127.0.0.1:5678, which is on your own network',
		],
		[
			'N9+',
			301,
			'//host.docker.internal/',
			'the file host redirects to host.docker.internal, which is on your own network',
		],
		['N9+', 307, 'http://[::1]/', 'the file host redirects to [::1], which is on your own network'],
		[
			'N9+',
			308,
			'file:///etc/passwd',
			'the file host redirects to something that isn’t a valid URL',
		],
		['N9+', 303, 'http://[', 'the file host redirects to something that isn’t a valid URL'],
	])('%s: after a redirect %i to %s', async (_report, statusCode, location, reason) => {
		const { asked, done } = download(() => ({ statusCode, headers: { location } }));
		expect(await failureOf(done)).toMatchObject({ reason, url: URL, problem: 'refusedAddress' });
		expect(asked).toEqual([URL]);
	});

	it('N9+: after several redirects', async () => {
		const hops: Record<string, string> = {
			[URL]: 'https://b.example/1',
			'https://b.example/1': '../2',
			'https://b.example/2': 'http://192.168.0.1/',
		};
		const { asked, done } = download((url) => ({
			statusCode: 302,
			headers: { location: hops[url] },
		}));
		expect((await failureOf(done)).reason).toContain('192.168.0.1');
		expect(asked).toEqual([URL, 'https://b.example/1', 'https://b.example/2']);
	});

	it.each(['http://127.0.0.1:8000/a.mp4', 'http://kling-gateway/a.mp4'])(
		'is fetched where the service is in one’s own network, too: %s',
		async (url) => {
			expect(await download(() => ({}), { url, allowsOwnNetwork: true }).done).toMatchObject({
				fileName: 'task-1.mp4',
			});
		},
	);

	it.each([false, true])(
		'is explained, and by the Base URL only if there is one: %s',
		async (hasOwnBaseUrl) => {
			const error = await failureOf(download(() => ({}), { url: 'http://127.0.0.1/' }).done);
			const words = wordsOf(error, { connection: { service: 'official', hasOwnBaseUrl } });
			expect(words.message).toContain('on your own network');
			expect(words.description).toContain('on the internet');
			expect(words.description.includes('Base URL')).toBe(hasOwnBaseUrl);
		},
	);

	it('is not quoted without end', async () => {
		const error = await failureOf(
			download(() => ({}), { url: `data:${'x'.repeat(100_000)}` }).done,
		);
		expect(wordsOf(error).description.length).toBeLessThan(3_000);
	});
});

describe('a redirect', () => {
	it('is followed, as often as file hosts redirect', async () => {
		const { asked, options, done } = download((url) => {
			const hop = Number(/hop\/(\d+)/.exec(url)?.[1] ?? 0);
			return hop < 5 ? { statusCode: 302, headers: { location: `/hop/${hop + 1}` } } : {};
		});
		expect((await done).bytes).toBe(MP4.length);
		expect(asked.slice(0, 2)).toEqual([URL, 'https://cdn.example/hop/1']);
		expect(asked).toHaveLength(6);
		for (const { headers, auth, disableFollowRedirect } of options) {
			expect(headers).toEqual({ Accept: 'video/*, */*', 'Accept-Encoding': 'identity' });
			expect(auth).toBeUndefined();
			expect(disableFollowRedirect).toBe(true);
		}
	});

	it.each([
		[
			'in a circle',
			{ statusCode: 302, headers: { location: URL } },
			6,
			'the file host redirects too often',
		],
		['without a target', { statusCode: 302 }, 1, 'the file host answered HTTP 302'],
		[
			'that is none',
			{ statusCode: 304, headers: { location: '/b' } },
			1,
			'the file host answered HTTP 304',
		],
	])('%s is final', async (_name, reply, requests, reason) => {
		const { asked, done } = download(() => reply);
		expect((await failureOf(done)).reason).toBe(reason);
		expect(asked).toHaveLength(requests);
	});
});

const PAGE = '<!DOCTYPE html><html><body>Sign in</body></html>';

describe('N8: what is no video', () => {
	it.each([
		['N8', 'application/octet-stream', PAGE, 'a web page'],
		['N8', undefined, '<html><head></head></html>', 'a web page'],
		['N8+', 'binary/octet-stream', '\n\n  <?xml version="1.0"?><Error/>', 'a web page'],
		['N8+', 'video/mp4', `\uFEFF${PAGE}`, 'a web page'],
		['N8+', 'application/octet-stream', Buffer.from(`\uFEFF${PAGE}`, 'utf16le'), 'a web page'],
		['N8+', 'text/plain', '<!-- moved -->', 'a web page'],
		['N8+', '', '{"error":"expired"}', 'JSON'],
		['N8+', 'application/octet-stream', '[ {"code":1} ]', 'JSON'],
		['N8+', 'video/mp4', '{ "message": "no" }', 'JSON'],
		['N8+', 'application/octet-stream', '#EXTM3U\n#EXT-X-VERSION:3\n', 'a playlist'],
		['N8+', undefined, 'Link expired', 'text'],
		['N8+', 'application/octet-stream', '链接 已过期', 'text'],
		['', 'text/html', MP4, 'text/html'],
		[
			'',
			'application/problem+json; charset=utf-8',
			'{}',
			'application/problem+json; charset=utf-8',
		],
		['', 'application/xhtml+xml', PAGE, 'application/xhtml+xml'],
		['', 'image/png', MP4, 'image/png'],
	])('%s %s: %j', async (_report, type, body, what) => {
		const { asked, done } = download(() => ({
			headers: type === undefined ? {} : { 'content-type': type },
			body: Buffer.from(body as string),
		}));
		expect((await failureOf(done)).reason).toBe(`the file host sent ${what} instead of a video`);
		// A host may come to its senses.
		expect(asked).toHaveLength(3);
	});

	it.each<[string, Buffer]>([
		['MP4', MP4],
		['MOV', Buffer.from('\0\0\0\x14ftypqt  \0\0\x02\0')],
		['a box in front', Buffer.from('\0\0\0\x08wide<html>')],
		['WebM', Buffer.from('\x1a\x45\xdf\xa3\x9fB\x86\x81\x01', 'latin1')],
		['MPEG-TS', Buffer.from('G@\0\x10\0', 'latin1')],
		['AVI', Buffer.from('RIFF\x10\0\0\0AVI LIST', 'latin1')],
		['FLV', Buffer.from('FLV\x01\x05\0\0\0\x09', 'latin1')],
		['bytes that begin like a page', Buffer.from('<\0\0\x18ftyp', 'latin1')],
		['bytes that begin like JSON', Buffer.from('{"\x01\x02', 'latin1')],
	])('%s is one, whatever its type', async (_name, body) => {
		for (const type of ['video/mp4', 'application/octet-stream', 'text/plain', '']) {
			const { done } = download(() => ({ headers: { 'content-type': type }, body }));
			expect((await done).bytes).toBe(body.length);
		}
	});
});

describe('N8: a packed file', () => {
	it.each([
		['N8', 'gzip'],
		['N8+', 'br'],
		['N8+', 'deflate'],
		['N8+', 'x-new'],
	])(
		'%s: is whole although its length is that of its packed form: %s',
		async (_report, encoding) => {
			const headers = { 'content-encoding': encoding, 'content-length': `${MP4.length + 20}` };
			expect((await download(() => ({ headers })).done).bytes).toBe(MP4.length);
		},
	);

	it.each(['', 'identity'])('may be short where nothing was packed: "%s"', async (encoding) => {
		const headers = { 'content-encoding': encoding, 'content-length': `${MP4.length + 20}` };
		const error = await failureOf(download(() => ({ headers })).done);
		expect(error.reason).toBe(`only ${MP4.length} of ${MP4.length + 20} bytes arrived`);
	});
});

describe('N10: a download that does not end', () => {
	/** Time as AbortSignal.timeout sees it. */
	let time: { now: number; timers: Array<{ due: number; timer: AbortController }> };
	beforeEach(() => {
		time = { now: 0, timers: [] };
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
			const timer = new AbortController();
			time.timers.push({ due: time.now + ms, timer });
			return timer.signal;
		});
	});

	/** A stream as far as it is looked at here: what it sends comes by `push`. */
	function streamOf() {
		return {
			readableLength: 0,
			destroyed: false,
			push: (chunk: Buffer | null) => chunk !== null,
			read: () => MP4,
			unshift: () => {},
			on(event: string, listener: () => void) {
				if (event === 'readable') queueMicrotask(listener);
			},
			removeListener: () => {},
		};
	}

	/** How often the host sends something; seconds. */
	const STEP = 10;

	/** A store that never has enough, and a host that sends without end. */
	function run(
		answers: boolean,
		send: (second: number) => Buffer | null | undefined,
		stored: { id?: string } = { id: 'filesystem-v2:1' },
	) {
		const tries: Array<{ signal: AbortSignal; seconds: number }> = [];
		let body = streamOf();
		const context = {
			helpers: {
				httpRequest: async ({ abortSignal }: IHttpRequestOptions) => {
					tries.push({ signal: abortSignal as AbortSignal, seconds: 0 });
					body = streamOf();
					return answers
						? await Promise.resolve({ statusCode: 200, headers: {}, body })
						: await new Promise(() => {});
				},
				// The file itself is never stored; a store gives an ID to everything else.
				prepareBinaryData: async (content: unknown) =>
					Buffer.isBuffer(content) ? { data: '', ...stored } : await new Promise(() => {}),
			},
		} as unknown as NodeContext;
		const done = downloadVideo(context, URL, 'task-1', { clock: new VirtualClock() });
		const ended = done.then(
			() => true,
			() => true,
		);
		const flow = async () => {
			while (!(await Promise.race([ended, sleep(0)]))) {
				time.now += STEP * 1_000;
				const current = tries.at(-1);
				const chunk = current && !current.signal.aborted && send((current.seconds += STEP));
				if (chunk || chunk === null) body.push(chunk);
				const due = time.timers.filter((each) => each.due <= time.now);
				time.timers = time.timers.filter((each) => each.due > time.now);
				for (const { timer } of due) timer.abort();
			}
		};
		return { done: flow().then(async () => await done), tries };
	}

	const LARGE = Buffer.alloc(30_000_000);

	it.each<[string, Parameters<typeof run>, string, number, number]>([
		['N10 trickles', [true, () => Buffer.alloc(10)], 'the download stalled', 60, 3],
		['N10 never ends', [true, () => Buffer.alloc(200_000)], TOO_SLOW, 600, 3],
		['N10+ never begins', [true, () => undefined], 'the download stalled', 60, 3],
		['N10+ never answers', [false, () => undefined], 'the download stalled', 60, 3],
		[
			'N10+ stops half-way',
			[true, (second) => (second < 100 ? Buffer.alloc(200_000) : undefined)],
			'the download stalled',
			180,
			3,
		],
		[
			'N10+ ends, but is stored without end',
			[true, (second) => (second < 10 ? Buffer.alloc(200_000) : second === 10 ? null : undefined)],
			TOO_SLOW,
			600,
			3,
		],
		[
			'N10+ floods',
			[true, () => Buffer.alloc(300_000_000)],
			'the file is too large for a video',
			40,
			1,
		],
		[
			'is more than n8n should keep in memory',
			[true, () => LARGE, {}],
			'the file is too large for a video',
			70,
			1,
		],
		[
			'is more than that, but goes into a store',
			[true, (second) => (second < 100 ? LARGE : undefined)],
			'the download stalled',
			180,
			3,
		],
	])('%s', async (_report, [answers, send, stored], reason, seconds, count) => {
		const { done, tries } = run(answers, send, stored);
		expect((await failureOf(done)).reason).toBe(reason);
		expect(tries.map(({ signal }) => signal.aborted)).toEqual(Array(count).fill(true));
		expect(tries.map((each) => each.seconds)).toEqual(Array(count).fill(seconds));
	});
});
