import './withSsrfProtection.mts';
import { errorOf, PLAIN, runNode, useServer } from './fixture.mts';

const server = useServer();

describe('n8n’s own protection', () => {
	it('N1: is named, and nothing was started', async () => {
		const run = await runNode(server.url, { operation: 'create', ...PLAIN });
		const error = errorOf(run);
		expect(error.message).toBe('Kling can’t be reached [Item 0]');
		expect(error.description).toContain('N8N_SSRF_ALLOWED_IP_RANGES');
		expect(error.description).toContain('You were not charged');
		expect(server.requests).toEqual([]);
	});
});
