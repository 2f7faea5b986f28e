import { fastify } from 'fastify';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { eventually, pause } from '../testkit/eventually.mts';
import { transmit } from './http.mts';
import { RequestLog, type RecordedRequest } from './log.mts';

const LENGTH = 100_000;

/** All bytes at once, and its end some time later: as a file's stream, whose end is one more read. */
async function* lateEnd(): AsyncGenerator<Buffer> {
	yield Buffer.alloc(LENGTH);
	await pause(100);
}

it('a client that goes away with the last byte of a stream has got it all', async () => {
	const ended: RecordedRequest[] = [];
	const log = new RequestLog(Date.now, (entry) => ended.push(entry));
	const app = fastify();
	app.addHook('onRequest', async ({ raw }, reply) => log.begin(raw, reply.raw));
	app.get('/', async ({ raw }, reply) => {
		const body = { length: LENGTH, open: () => Readable.from(lateEnd()) };
		return await transmit(reply, { kind: 'reply', status: 200, headers: {}, body }, log.of(raw));
	});
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;

	const request = get({ port, agent: false });
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	let bytes = 0;
	for await (const chunk of response as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes === LENGTH) break; // which ends the connection
	}
	await eventually(() => ended.length > 0);
	await app.close();
	expect(ended).toMatchObject([{ status: 200, outcome: 'replied' }]);
});
