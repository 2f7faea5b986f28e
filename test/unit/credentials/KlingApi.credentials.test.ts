import { type INodeProperties, type INodePropertyOptions, NodeHelpers } from 'n8n-workflow';

import { KlingApi } from '../../../credentials/KlingApi.credentials';
import { WITHOUT_REDIRECTS } from '../../../nodes/shared/api/auth';
import { CredentialError } from '../../../nodes/shared/api/connection';

const KEYS = { authentication: 'accessKey', accessKey: 'AK', secretKey: 'SK' };

/** The values of a list of options. */
function values({ options = [] }: INodeProperties): unknown[] {
	return (options as INodePropertyOptions[]).map(({ value }) => value);
}

describe('the credential', () => {
	const credential = new KlingApi();
	const field = (name: string) => credential.properties.filter((each) => each.name === name);

	it('hides what is secret', () => {
		expect(field('apiKey').length).toBeGreaterThan(0);
		for (const { typeOptions } of field('apiKey')) expect(typeOptions?.password).toBe(true);
	});

	it('asks for the key and the address of a gateway', () => {
		const shownFor = (name: string) =>
			field(name).filter((property) =>
				NodeHelpers.displayParameter({ service: 'gateway' }, property, null, null),
			);
		expect(shownFor('apiKey')).toHaveLength(1);
		expect(shownFor('baseUrl')).toHaveLength(1);
		expect(field('service').flatMap(values)).toContain('gateway');
	});

	it('is documented', () => {
		expect(credential.documentationUrl).toMatch(/#credentials$/);
		expect(credential.displayName).toBe('Kling API');
	});
});

describe('the credential’s form', () => {
	const { properties } = new KlingApi();

	const visible = (settings: Record<string, string>) =>
		properties
			.filter((property) => NodeHelpers.displayParameter(settings, property, null, null))
			.map(({ name }) => name)
			// A field of other issues: verifies callbacks.
			.filter((name) => name !== 'webhookSecret');

	const defaultOf = (wanted: string) => properties.find(({ name }) => name === wanted)?.default;

	it('starts with Kling AI, its global region and an API key', () => {
		expect(['service', 'region', 'authentication'].map(defaultOf)).toEqual([
			'official',
			'global',
			'apiKey',
		]);
	});

	it.each<[Record<string, string>, string[]]>([
		[
			{ service: 'official', region: 'global', authentication: 'apiKey' },
			['service', 'region', 'authentication', 'apiKey'],
		],
		[
			{ service: 'official', region: 'china', authentication: 'accessKey' },
			['service', 'region', 'authentication', 'accessKey', 'secretKey'],
		],
		[
			{ service: 'official', region: 'custom', authentication: 'apiKey' },
			['service', 'region', 'baseUrl', 'authentication', 'apiKey'],
		],
		[{ service: 'gateway' }, ['service', 'baseUrl', 'apiKey']],
		[
			{ service: 'gateway', region: 'global', authentication: 'accessKey' },
			['service', 'baseUrl', 'apiKey'],
		],
	])('for %j has the fields %j', (settings, names) => {
		expect(visible(settings)).toEqual(names);
	});

	it('hides every secret', () => {
		for (const name of ['apiKey', 'accessKey', 'secretKey']) {
			const fields = properties.filter((property) => property.name === name);
			expect(fields.length).toBeGreaterThan(0);
			expect(fields.map(({ typeOptions }) => typeOptions?.password)).toEqual(
				fields.map(() => true),
			);
		}
	});
});

describe('authenticate', () => {
	const { authenticate } = new KlingApi();
	const credential = {
		service: 'gateway',
		baseUrl: 'https://api.example.com',
		apiKey: ' Bearer k\n',
	};

	it('adds the Authorization header, follows no redirects, and leaves the rest of the request alone', async () => {
		const request = {
			url: 'https://api.example.com/v1',
			method: 'POST' as const,
			body: { a: 1 },
			headers: { Accept: 'application/json' },
		};
		const before = structuredClone(request);
		expect(await authenticate(credential, request)).toEqual({
			...before,
			...WITHOUT_REDIRECTS,
			headers: { Accept: 'application/json', Authorization: 'Bearer k' },
		});
		expect(request).toEqual(before);
	});

	it('works without other headers', async () => {
		expect(await authenticate(credential, { url: 'https://api.example.com' })).toEqual({
			url: 'https://api.example.com',
			...WITHOUT_REDIRECTS,
			headers: { Authorization: 'Bearer k' },
		});
	});

	it('refuses a credential that cannot be used', async () => {
		await expect(authenticate({ ...credential, apiKey: '' }, { url: '' })).rejects.toThrow(
			CredentialError,
		);
	});
});

describe('the credential signs', () => {
	afterEach(() => jest.restoreAllMocks());

	it('each request with a token of its own, and leaves the rest of it alone', async () => {
		const clock = jest.spyOn(Date, 'now');
		const request = {
			url: 'https://api-singapore.klingai.com/tasks',
			headers: { Accept: 'application/json' },
		};
		const sign = async (now: number) => {
			clock.mockReturnValue(now);
			return await new KlingApi().authenticate(KEYS, request);
		};
		const first = await sign(1_781_080_794_000);
		const second = await sign(1_781_084_394_000);
		for (const signed of [first, second]) {
			const { Authorization, ...headers } = signed.headers ?? {};
			expect({ ...signed, headers }).toEqual({ ...request, ...WITHOUT_REDIRECTS });
			expect(Authorization).toMatch(/^Bearer \S+$/);
		}
		expect(second.headers?.Authorization).not.toBe(first.headers?.Authorization);
		expect(request.headers).toEqual({ Accept: 'application/json' });
	});

	it.each([' key\n', 'Bearer key', 'bearer   key', 'k e\ty'])(
		'with the API key meant by %j',
		async (apiKey) => {
			const url = 'https://api-singapore.klingai.com/tasks';
			const signed = await new KlingApi().authenticate({ apiKey }, { url });
			expect(signed.headers).toEqual({ Authorization: 'Bearer key' });
		},
	);
});
