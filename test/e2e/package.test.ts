import type { ICredentialDataDecryptedObject, INodeTypeDescription } from 'n8n-workflow';

import { KlingError } from '../../nodes/shared/api/errors/klingError';
import { wordsOf } from '../../nodes/shared/n8n/words/errors';
import manifest from '../../package.json';
import {
	klingAccessKey,
	klingAccount,
	klingGateway,
	KLING_NODE,
	startHost,
	type Host,
	type LogLine,
} from '../../testkit/n8n/index.mts';
import { IMAGE_NODE } from '../../testkit/workflows.mts';

let host: Host;

beforeAll(async () => {
	host = await startHost();
});
afterAll(async () => await host?.stop());

/** What n8n complains of on its own account, whatever is installed in it. */
const COMPLAINTS_OF_N8N = [
	/^Migrations in progress/,
	/^Failed to start Python task runner/,
	/^\nThere is a deprecation related to your n8n setup.*\n - N8N_RUNNERS_MODE [^\n]*\n$/,
];

function isComplaint({ level, message }: LogLine) {
	if (level === 'info' || level === 'debug') return false;
	return !COMPLAINTS_OF_N8N.some((known) => known.test(message));
}

/** `dist/nodes/KlingTextToVideo/KlingTextToVideo.node.js` is `n8n-nodes-kling.klingTextToVideo`. */
function typeOf(path: string) {
	const [, name = ''] = /(\w+)\.(?:node|credentials)\.js$/.exec(path) ?? [];
	return name.charAt(0).toLowerCase() + name.slice(1);
}

const NODE_TYPES = manifest.n8n.nodes.map((path) => `${manifest.name}.${typeOf(path)}`);

async function nodeTypes(): Promise<INodeTypeDescription[]> {
	const response = await host.fetch('/types/nodes.json');
	return (await response.json()) as INodeTypeDescription[];
}

describe('the package', () => {
	it('is loaded without a warning', () => {
		expect(host.log.length).toBeGreaterThan(5);
		expect(host.log.filter(isComplaint)).toEqual([]);
		expect(host.logText()).not.toMatch(/deprecat.*kling|kling.*deprecat/i);
	});

	it('shows all its nodes to the editor, and its tool to agents', async () => {
		const names = (await nodeTypes()).map(({ name }) => name);

		expect(NODE_TYPES).toContain(KLING_NODE);
		expect(names).toEqual(expect.arrayContaining(NODE_TYPES));
		const ours = names.filter((name) => name.startsWith(`${manifest.name}.`));
		expect(new Set(ours)).toEqual(
			new Set([...NODE_TYPES, `${KLING_NODE}Tool`, `${IMAGE_NODE}Tool`]),
		);
	});

	it.each(NODE_TYPES)('describes %s on demand', async (name) => {
		const nodeInfos = [{ name, version: 1 }];
		const [description] = await host.rest<INodeTypeDescription[]>('POST', '/node-types', {
			nodeInfos,
		});

		expect(description).toMatchObject({
			name: name.split('.')[1],
			displayName: expect.stringMatching(/^Kling /),
			credentials: [expect.objectContaining({ name: 'klingApi' })],
		});
		expect(description?.properties.length).toBeGreaterThan(1);
	});

	it('has its credential type, with the fields of the form', async () => {
		const response = await host.fetch('/types/credentials.json');
		const types = (await response.json()) as Array<{ name: string; properties: unknown[] }>;

		const [path = ''] = manifest.n8n.credentials;
		const type = types.find(({ name }) => name === typeOf(path));
		expect(type).toMatchObject({ name: 'klingApi', displayName: 'Kling API' });
		expect(type?.properties).toContainEqual(expect.objectContaining({ name: 'service' }));
	});

	it('has its icons served, light and dark', async () => {
		const ours = (await nodeTypes()).filter(({ name }) => NODE_TYPES.includes(name));

		expect(ours).toHaveLength(NODE_TYPES.length);
		for (const { iconUrl } of ours) {
			expect(iconUrl).toEqual({ light: expect.any(String), dark: expect.any(String) });
			for (const url of Object.values(iconUrl as { light: string; dark: string })) {
				const response = await host.fetch(`/${url}`);
				expect(response.status).toBe(200);
				expect(response.headers.get('content-type')).toContain('image/svg+xml');
				expect(await response.text()).toContain('<svg');
			}
		}
	});
});

describe('Test of a credential', () => {
	// A gateway has no account to ask for: the key is proven by a second question with a wrong one.
	const KINDS: Array<[string, () => ICredentialDataDecryptedObject, string, number]> = [
		['API key', () => klingAccount(host.emulator), 'apiKey', 1],
		['access key and secret key', () => klingAccessKey(host.emulator), 'secretKey', 1],
		['gateway', () => klingGateway(host.emulator), 'apiKey', 2],
	];

	it.each(KINDS)('passes with the right %s', async (_name, data, _secret, requests) => {
		host.emulator.reset();

		expect(await host.testCredential(data())).toMatchObject({ status: 'OK' });
		expect(host.emulator.requests()).toHaveLength(requests);
		expect(host.emulator.tasks()).toEqual([]);
	});

	it.each(KINDS)(
		'fails with a wrong %s, and does not say it aloud',
		async (_name, data, secret) => {
			host.emulator.reset();
			const result = await host.testCredential({ ...data(), [secret]: 'not-the-right-one-hush' });

			expect(result.status).toBe('Error');
			expect(result.message).toMatch(/key|token|signature/i);
			expect(result.message).not.toContain('hush');
			expect(host.logText()).not.toContain('hush');
			expect(host.emulator.requests().length).toBeGreaterThan(0);
		},
	);

	it('says that nothing listens at the address', async () => {
		const baseUrl = 'http://127.0.0.1:9';
		const result = await host.testCredential({ ...klingGateway(host.emulator), baseUrl });

		expect(result.status).toBe('Error');
		expect(result.message).toContain(wordsOf(new KlingError('unreachable')).message);
	});
});
