import { KlingApi } from '../../../../credentials/KlingApi.credentials';
import { CredentialError, toConnection } from '../../../../nodes/shared/api/connection';

const gateway = (fields: object) =>
	toConnection({ service: 'gateway', baseUrl: 'https://api.example.com', apiKey: 'k', ...fields });

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
		'http://100.127.0.1',
		'http://[2001:db8::1]',
		'http://localhost.example.com',
		'http://10.example.com',
		'http://127.0.0.1.example.com',
	])('"%s" is refused: the key would cross the internet unencrypted', (baseUrl) => {
		const trying = () => gateway({ baseUrl });
		expect(trying).toThrow(CredentialError);
		expect(trying).toThrow(/'Base URL' in the Kling API credential must start with https:\/\//);
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
		const trying = () => gateway({ baseUrl });
		expect(trying).toThrow(CredentialError);
		expect(trying).toThrow(/'Base URL' in the Kling API credential must be an address such as/);
	});
});

describe('a credential that cannot be used', () => {
	it.each([undefined, null, {}, 'text'])('is refused: %j', (credential) => {
		expect(() => toConnection(credential)).toThrow(CredentialError);
	});

	it.each(['', ' \n', 'Bearer ', ' bearer  '])('is one with the API key %j', (apiKey) => {
		expect(() => gateway({ apiKey })).toThrow(/'API Key'/);
	});

	it('is one with a key that is no text', () => {
		expect(() => gateway({ apiKey: 7 })).toThrow(CredentialError);
	});
});

describe('authenticate', () => {
	const { authenticate } = new KlingApi();
	const credential = {
		service: 'gateway',
		baseUrl: 'https://api.example.com',
		apiKey: ' Bearer k\n',
	};

	it('adds the Authorization header and leaves the rest of the request alone', async () => {
		const request = {
			url: 'https://api.example.com/v1',
			method: 'POST' as const,
			body: { a: 1 },
			headers: { Accept: 'application/json' },
		};
		const before = structuredClone(request);
		expect(await authenticate(credential, request)).toEqual({
			...before,
			headers: { Accept: 'application/json', Authorization: 'Bearer k' },
		});
		expect(request).toEqual(before);
	});

	it('works without other headers', async () => {
		expect(await authenticate(credential, { url: 'https://api.example.com' })).toEqual({
			url: 'https://api.example.com',
			headers: { Authorization: 'Bearer k' },
		});
	});

	it('refuses a credential that cannot be used', async () => {
		await expect(authenticate({ ...credential, apiKey: '' }, { url: '' })).rejects.toThrow(
			CredentialError,
		);
	});
});
