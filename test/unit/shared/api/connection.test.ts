import { CredentialError, toConnection } from '../../../../nodes/shared/api/connection';

const gateway = (fields: object) =>
	toConnection({ service: 'gateway', baseUrl: 'https://api.example.com', apiKey: 'k', ...fields });

/** The field that cannot be used, and why. */
function problemOf(connecting: () => unknown): [string, string] {
	try {
		connecting();
	} catch (error) {
		expect(error).toBeInstanceOf(CredentialError);
		expect(error).toMatchObject({ kind: 'credential' });
		const { field, problem } = error as CredentialError;
		return [field, problem];
	}
	throw new Error('It can be used');
}

describe('Base URL', () => {
	it.each([
		['https://api.example.com', 'https://api.example.com'],
		['https://api.example.com/', 'https://api.example.com'],
		['https://api.example.com/kling', 'https://api.example.com/kling'],
		['https://api.example.com/kling//', 'https://api.example.com/kling'],
		['  https://api.example.com:8443/a/b/ ', 'https://api.example.com:8443/a/b'],
		['HTTPS://API.Example.COM', 'https://api.example.com'],
		['http://localhost:8787/gateway', 'http://localhost:8787/gateway'],
		['http://kling.localhost', 'http://kling.localhost'],
		['http://127.0.0.1:1', 'http://127.0.0.1:1'],
		['http://127.8.9.10', 'http://127.8.9.10'],
		['http://[::1]:8787', 'http://[::1]:8787'],
		['http://[fd12:3456::1]', 'http://[fd12:3456::1]'],
		['http://[fe80::1]', 'http://[fe80::1]'],
		['http://10.1.2.3', 'http://10.1.2.3'],
		['http://172.16.0.1', 'http://172.16.0.1'],
		['http://172.31.255.1', 'http://172.31.255.1'],
		['http://192.168.1.7', 'http://192.168.1.7'],
		['http://169.254.1.1', 'http://169.254.1.1'],
		['http://kling-gateway:3000', 'http://kling-gateway:3000'],
		['https://api.example.com/v1', 'https://api.example.com'],
		['https://api.example.com/V1/', 'https://api.example.com'],
		['https://api.example.com/kling/v1//', 'https://api.example.com/kling'],
		['https://api.example.com/kling/v1/videos', 'https://api.example.com/kling'],
		['https://api.example.com/kling/v1/videos/text2video', 'https://api.example.com/kling'],
		['https://api.example.com/v1/videos/image2video/123', 'https://api.example.com'],
		['https://api.example.com/kling/videos/text2video', 'https://api.example.com/kling'],
		['https://api.example.com/text-to-video/kling-3.0-turbo', 'https://api.example.com'],
		['https://api.example.com/image-to-video/kling-3.0', 'https://api.example.com'],
		['https://api.example.com/v1/chat/completions', 'https://api.example.com'],
		['https://api.example.com/account/costs', 'https://api.example.com'],
		[
			'https://gateway.example.com/v1/my-account/kling',
			'https://gateway.example.com/v1/my-account/kling',
		],
		['https://api.example.com/v10', 'https://api.example.com/v10'],
		['https://api.example.com/videos', 'https://api.example.com/videos'],
	])('"%s" is understood', (baseUrl, expected) => {
		expect(gateway({ baseUrl }).baseUrl).toBe(expected);
	});

	it.each([
		'http://api.example.com',
		'http://8.8.8.8',
		'http://172.15.0.1',
		'http://172.32.0.1',
		'http://192.169.0.1',
		'http://11.0.0.1',
		'http://100.128.0.1',
		'http://[2001:db8::1]',
		'http://localhost.example.com',
		'http://10.example.com',
		'http://127.0.0.1.example.com',
	])('"%s" is refused: the key would cross the internet unencrypted', (baseUrl) => {
		expect(problemOf(() => gateway({ baseUrl }))).toEqual(['baseUrl', 'unencrypted']);
	});

	it.each([
		'',
		'   ',
		'api.example.com',
		'https://',
		'ftp://api.example.com',
		'file:///etc/passwd',
		'https://api.example.com?key=1',
		'https://api.example.com/#top',
		'https://user@api.example.com',
		'https://user:secret@api.example.com',
		'https://:secret@api.example.com',
		'not an address',
	])('"%s" is refused', (baseUrl) => {
		expect(problemOf(() => gateway({ baseUrl }))).toEqual(['baseUrl', 'noUrl']);
	});
});

describe('a credential that cannot be used', () => {
	it.each([undefined, null, {}, 'text'])('is refused: %j', (credential) => {
		expect(() => toConnection(credential)).toThrow(CredentialError);
	});

	it.each(['', ' \n', 'Bearer ', ' bearer  '])('is one with the API key %j', (apiKey) => {
		expect(problemOf(() => gateway({ apiKey }))).toEqual(['apiKey', 'empty']);
	});

	it('is one with a key that is no text', () => {
		expect(problemOf(() => gateway({ apiKey: 7 }))).toEqual(['apiKey', 'unsupported']);
	});

	it.each(['accessKey', 'secretKey'])('is one with an empty field %s', (field) => {
		const keys = { authentication: 'accessKey', accessKey: 'AK', secretKey: 'SK', [field]: ' ' };
		expect(problemOf(() => toConnection(keys))).toEqual([field, 'empty']);
	});

	it.each(['service', 'region', 'authentication'])('is one with an unknown %s', (field) => {
		const connecting = () => toConnection({ apiKey: 'k', [field]: 'another' });
		expect(problemOf(connecting)).toEqual([field, 'unsupported']);
	});
});

describe('the address at Kling AI', () => {
	it.each([
		['global', 'https://api-singapore.klingai.com'],
		['china', 'https://api-beijing.klingai.com'],
	])('of region %s is the region’s, whatever stands in Base URL', (region, baseUrl) => {
		const credential = { region, apiKey: 'key', baseUrl: 'https://elsewhere.example.com' };
		expect(toConnection(credential)).toMatchObject({
			service: 'official',
			baseUrl,
			authentication: { kind: 'apiKey', apiKey: 'key' },
			formats: ['v1', 'path', 'v1-image'],
		});
	});

	it('of region custom is the Base URL, its path kept and its trailing slashes dropped', () => {
		const credential = {
			service: 'official',
			region: 'custom',
			apiKey: 'key',
			baseUrl: ' https://api.example.com/kling// ',
		};
		expect(toConnection(credential).baseUrl).toBe('https://api.example.com/kling');
	});

	it('is checked before a key could go there unencrypted', () => {
		for (const baseUrl of ['http://api.example.com', 'http://8.8.8.8', 'http://172.32.0.1']) {
			const connecting = () => toConnection({ region: 'custom', apiKey: 'key', baseUrl });
			expect(problemOf(connecting)).toEqual(['baseUrl', 'unencrypted']);
		}
	});
});

describe('an access key and secret key', () => {
	it('leave the formats that take a token', () => {
		expect(
			toConnection({ authentication: 'accessKey', accessKey: 'AK', secretKey: 'SK' }),
		).toMatchObject({
			service: 'official',
			baseUrl: 'https://api-singapore.klingai.com',
			authentication: { kind: 'accessKey', accessKey: 'AK', secretKey: 'SK' },
			formats: ['v1', 'v1-image'],
		});
	});
});

describe('what advice and retries depend on', () => {
	it('is known of the address: who chose it, and whether a relay is behind it', () => {
		const custom = { region: 'custom', apiKey: 'k' };
		expect([
			toConnection({ apiKey: 'k' }),
			toConnection({ ...custom, baseUrl: 'https://api.example.com' }),
			toConnection({ ...custom, baseUrl: 'https://api.example.com/kling' }),
		]).toMatchObject([
			{ hasOwnBaseUrl: false, isRelay: false },
			{ hasOwnBaseUrl: true, isRelay: true },
			{ hasOwnBaseUrl: true, isRelay: true },
		]);
		expect(gateway({})).toMatchObject({ hasOwnBaseUrl: true });
	});

	it.each([
		['whsec_abc', 'whsec_abc'],
		[' whsec_abc\n', 'whsec_abc'],
		['  ', undefined],
		['', undefined],
		[undefined, undefined],
	])('is the Webhook Secret, without stray white space: %j', (webhookSecret, expected) => {
		expect(toConnection({ apiKey: 'k', webhookSecret }).webhookSecret).toBe(expected);
	});
});
