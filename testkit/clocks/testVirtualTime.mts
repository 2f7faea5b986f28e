/** The cases of `virtualTime.test.ts`. */
import { createServer, request } from 'node:http';
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { listenOnLoopback } from '../network/loopback.mts';
import { startHttpsFront } from '../network/httpsFront.mts';
import { temporaryFolder } from '../temporaryFolder.mts';
import './inVirtualTime.mts';
import { time } from './virtualTime.mts';

const HOUR = 3_600_000;

/** What `work` brings about, in virtual time, beside a sleeper that would like time to pass. */
async function during<Result>(work: () => Promise<Result>): Promise<Result> {
	const startedAt = time.now();
	const asleep = setTimeout(() => {}, HOUR);
	const result = await time.during(work());
	expect(time.now()).toBe(startedAt);
	clearTimeout(asleep);
	return result;
}

/** A whole exchange. @returns how long the body was; bytes */
async function get(url: string, options: object = {}): Promise<number> {
	return await new Promise((resolve, reject) => {
		request(url, { agent: false, ...options }, (response) => {
			let bytes = 0;
			response.on('data', (part: Buffer) => {
				bytes += part.length;
			});
			response.on('end', () => resolve(bytes));
		})
			.on('error', reject)
			.end();
	});
}

export function testVirtualTime(): void {
	describe('virtual time', () => {
		it('passes in no time, for every kind of clock and timer', async () => {
			const before = [Date.now(), performance.now(), new Date().getTime()];
			const heard: string[] = [];
			setTimeout((word: string) => heard.push(word), 2 * HOUR, 'timeout');
			const interval = setInterval(() => heard.push('interval'), HOUR);
			const canceled = setTimeout(() => heard.push('canceled'), HOUR);
			AbortSignal.timeout(1.5 * HOUR).addEventListener('abort', () => heard.push('signal'));
			clearTimeout(canceled);
			await time.pass(2 * HOUR);
			clearInterval(interval);
			await time.pass(HOUR);
			expect(heard).toEqual(['interval', 'signal', 'timeout', 'interval']);
			const after = [Date.now(), performance.now(), new Date().getTime()];
			expect(after.map((now, n) => now - (before[n] ?? 0))).toEqual([3 * HOUR, 3 * HOUR, 3 * HOUR]);
			expect(new Date(5).getTime()).toBe(5);
		});

		it('passes while somebody waits for it, and not otherwise', async () => {
			const before = time.now();
			let isOver = false;
			setTimeout(() => {
				isOver = true;
			}, HOUR);
			for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate);
			expect([isOver, time.now()]).toEqual([false, before]);
			await time.until(() => isOver);
			expect(time.now()).toBe(before + HOUR);
		});

		it('runs timers in the context of who set them', async () => {
			const context = new AsyncLocalStorage<string>();
			let found: string | undefined;
			context.run('mine', () => setTimeout(() => (found = context.getStore()), 5));
			await time.pass(5);
			expect(found).toBe('mine');
		});
	});

	describe('time stands still', () => {
		const server = createServer((incoming, response) => {
			incoming.resume();
			incoming.on('end', () => {
				if (incoming.url === '/late') setTimeout(() => response.end('late'), HOUR);
				else response.end(Buffer.alloc(5_000_000));
			});
		});
		let url: string;
		let close: () => Promise<void>;
		beforeAll(async () => {
			const listening = await listenOnLoopback(server);
			url = `http://127.0.0.1:${listening.port}`;
			({ close } = listening);
		});
		afterAll(async () => await close());

		it('while a request is answered, however long that takes', async () => {
			expect(await during(async () => await get(url))).toBe(5_000_000);
		});

		it('also for one that is refused, and one that is cut off', async () => {
			await during(async () => await expect(get('http://127.0.0.1:1')).rejects.toThrow('ECONN'));
			const cut = new AbortController();
			const cutting = get(`${url}/late`, { signal: cut.signal });
			await time.during(new Promise(setImmediate));
			cut.abort();
			await during(async () => await expect(cutting).rejects.toThrow('abort'));
		});

		it('while files are read and written', async () => {
			const folder = await temporaryFolder('traffic');
			const path = join(folder.path, 'file');
			const content = await during(async () => {
				await writeFile(path, Buffer.alloc(2_000_000));
				return await readFile(path);
			});
			expect(content).toHaveLength(2_000_000);
			await folder.remove();
		});

		it('while other threads work', async () => {
			await during(async () => await crypto.subtle.digest('SHA-512', Buffer.alloc(5_000_000)));
			const packed = gzipSync(Buffer.alloc(20_000_000));
			expect(await during(async () => await promisify(gunzip)(packed))).toHaveLength(20_000_000);
		});

		it('but passes while the service sleeps', async () => {
			const before = time.now();
			expect(await time.during(get(`${url}/late`))).toBe(4);
			expect(time.now()).toBe(before + HOUR);
		});

		it('also behind encryption', async () => {
			const front = await startHttpsFront(url);
			const { request: https } = await import('node:https');
			const { certificate: ca } = front;
			const status = await during(
				async () =>
					await new Promise((resolve, reject) => {
						https(front.url, { agent: false, ca }, (response) => {
							response.resume().on('end', () => resolve(response.statusCode));
						})
							.on('error', reject)
							.end();
					}),
			);
			expect(status).toBe(200);
			await front.close();
		});
	});
}
