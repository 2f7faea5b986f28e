import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { isSignatureValid, readCallback, webhookKey } from '../../../../nodes/shared/api/callback';
import { isLook, scheduleLooks, timesOfLooks } from '../../../../nodes/shared/batch/looks';

const MINUTE = 60_000;

describe('looks come', () => {
	it.each([
		['an hour', 60 * MINUTE, [15_000, 15 * MINUTE, 30 * MINUTE, 58 * MINUTE]],
		['five minutes', 5 * MINUTE, [15_000, 75_000, 150_000, 4 * MINUTE]],
		['a minute', MINUTE, [15_000, 30_000, 48_000]],
		['ten seconds', 10_000, [2500, 5000, 8000]],
		['no time', 0, []],
		['less than none', -1, []],
	])(
		'shortly after the suspension, rarely, and before the time limit: %s',
		(_name, limit, times) => {
			expect(timesOfLooks(limit)).toEqual(times);
		},
	);
});

describe('a look', () => {
	/** n8n, which answers with these statuses in turn. */
	let n8n: Server;
	let answers: number[];
	let received: Array<{ headers: IncomingMessage['headers']; body: Buffer }>;
	let resumeUrl: string;

	beforeEach(async () => {
		answers = [];
		received = [];
		n8n = createServer((request, response) => {
			const parts: Buffer[] = [];
			request.on('data', (part: Buffer) => parts.push(part));
			request.on('end', () => {
				received.push({ headers: request.headers, body: Buffer.concat(parts) });
				response.writeHead(answers[received.length - 1] ?? 200).end('{}');
			});
		});
		await new Promise<void>((resolve) => n8n.listen(0, '127.0.0.1', resolve));
		const { port } = n8n.address() as AddressInfo;
		resumeUrl = `http://127.0.0.1:${port}/webhook-waiting/1/node?signature=s`;
	});
	afterEach(async () => {
		n8n.closeAllConnections();
		await new Promise((resolve) => n8n.close(resolve));
	});

	const pause = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));

	async function receivedAtLeast(count: number): Promise<void> {
		for (let tries = 0; tries < 500 && received.length < count; tries++) await pause(10);
		expect(received.length).toBeGreaterThanOrEqual(count);
	}

	it('calls back as Kling would, signed with its secret', async () => {
		const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
		scheduleLooks({ resumeUrl, taskId: '17', webhookSecret }, [20]);
		await receivedAtLeast(1);
		const [{ headers, body }] = received as [(typeof received)[0]];
		expect(isSignatureValid(webhookKey(webhookSecret), headers, body, Date.now())).toBe(true);
		const reported = readCallback(body);
		expect(reported).toMatchObject({ id: '17', status: 'completed' });
		expect(reported && isLook(reported)).toBe(true);
	});

	it('follows the other until n8n says that the execution is over', async () => {
		answers = [200, 503, 409];
		scheduleLooks({ resumeUrl, taskId: '17' }, [10, 40, 70, 100]);
		await receivedAtLeast(3);
		await pause(200);
		expect(received).toHaveLength(3);
	});

	it('is lost when n8n cannot be reached, and the next one comes', async () => {
		const port = Number(new URL(resumeUrl).port);
		await new Promise((resolve) => n8n.close(resolve));
		scheduleLooks({ resumeUrl, taskId: '17' }, [10, 400]);
		await pause(200);
		await new Promise<void>((resolve) => n8n.listen(port, '127.0.0.1', resolve));
		await receivedAtLeast(1);
	});

	it('is told from what Kling sends', () => {
		expect(isLook({ raw: { task_id: '17', task_status: 'succeed' } })).toBe(false);
		expect(isLook({ raw: undefined })).toBe(false);
	});
});
