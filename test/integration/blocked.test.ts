import './withSsrfProtection.mts';
import { cleanUp, errorOf, HttpServer, PLAIN, runNode } from './fixture.mts';

jest.mock('../../nodes/shared/n8n/systemClock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

const server = new HttpServer();
beforeAll(async () => await server.start());
afterAll(async () => {
	cleanUp();
	await server.stop();
});

describe('n8n’s own protection', () => {
	it('N1: is named, and nothing was started', async () => {
		const run = await runNode(server.url, { operation: 'create', ...PLAIN });
		const error = errorOf(run);
		expect(error.message).toBe('Kling can’t be reached [Item 0]');
		expect(error.description).toContain('N8N_SSRF_ALLOWED_IP_RANGES');
		expect(error.description).toContain('You were not charged');
		expect(server.requests).toEqual([]);
	}, 60_000);
});
