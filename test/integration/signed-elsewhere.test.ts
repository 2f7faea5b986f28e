/** The key under n8n's own request helpers, as its HTTP Request node uses them: it reaches the service only. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow } from '../../testkit/engine/index.mts';
import { chain, manualTrigger } from '../../testkit/workflows.mts';
import { sendJson, types, useServer } from './fixture.mts';
import { type Helper, Requester } from './requester.mts';

const KEY = 'sk-key-of-the-service';

const service = useServer();
const elsewhere = useServer();

beforeEach(() => {
	for (const server of [service, elsewhere]) {
		server.answer = (_request, response) => sendJson(response, 200, { is: 'fine' });
	}
});

async function request(helper: Helper, options: IDataObject) {
	const { credentialTypes } = types();
	return await runWorkflow(
		chain('Test', manualTrigger(), { name: 'Requester', type: 'requester', parameters: {} }),
		{
			nodeTypes: { requester: new Requester() },
			credentialTypes,
			credentials: { klingApi: { service: 'gateway', baseUrl: service.url, apiKey: KEY } },
			input: [
				{ json: { helper, options: { method: 'GET', uri: `${service.url}/v1/x`, ...options } } },
			],
		},
	);
}

describe.each<Helper>(['older', 'newer', 'paginated'])('with the %s helper', (helper) => {
	it('an ordinary request is signed', async () => {
		const run = await request(helper, { json: true, timeout: 300_000 });
		expect(run.status).toBe('success');
		expect(service.requests).toHaveLength(helper === 'paginated' ? 2 : 1);
		for (const { headers } of service.requests) {
			expect(headers.authorization).toBe(`Bearer ${KEY}`);
		}
	});

	it('a proxy gets nothing', async () => {
		const [, host = '', port] = /^http:\/\/(.*):(\d+)$/.exec(elsewhere.url) ?? [];
		for (const proxy of [elsewhere.url, { host, port: Number(port) }]) {
			const run = await request(helper, { proxy });
			expect(run.error?.message).toContain('Proxy');
		}
		expect([service.requests, elsewhere.requests]).toEqual([[], []]);
	});

	it('no redirection is followed', async () => {
		service.answer = (_request, response) =>
			response.writeHead(302, { location: `${elsewhere.url}/collect` }).end();
		await request(helper, {
			json: true,
			simple: false,
			ignoreHttpStatusErrors: true,
			followRedirect: true,
			followAllRedirects: true,
			maxRedirects: 5,
			sendCredentialsOnCrossOriginRedirect: true,
		});
		expect(service.requests.length).toBeGreaterThan(0);
		expect(elsewhere.requests).toEqual([]);
	});
});
