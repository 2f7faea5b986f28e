import { jwtVerify } from 'jose';

import { KlingApi } from '../../../../credentials/KlingApi.credentials';
import { authorization, toConnection } from '../../../../nodes/shared/api/connection';

const KEYS = { authentication: 'accessKey', accessKey: 'AK', secretKey: 'SK' };

describe('the address', () => {
	it.each([
		['global', 'https://api-singapore.klingai.com'],
		['china', 'https://api-beijing.klingai.com'],
	])('of region %s is Kling’s own, whatever stands in Base URL', (region, baseUrl) => {
		const credential = { region, apiKey: 'key', baseUrl: 'https://elsewhere.example.com' };
		expect(toConnection(credential)).toMatchObject({
			service: 'official',
			baseUrl,
			authentication: { kind: 'apiKey', apiKey: 'key' },
			formats: ['v1', 'path'],
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
			expect(() => toConnection({ region: 'custom', apiKey: 'key', baseUrl })).toThrow(
				"'Base URL' in the Kling API credential must start with https://",
			);
		}
	});
});

describe('an access key and secret key', () => {
	it('leave the formats that take a token', () => {
		expect(toConnection(KEYS)).toMatchObject({
			service: 'official',
			baseUrl: 'https://api-singapore.klingai.com',
			authentication: { kind: 'accessKey', accessKey: 'AK', secretKey: 'SK' },
			formats: ['v1'],
		});
	});

	it.each([1_781_080_794_000, 1_781_080_794_999, 0])(
		'sign a token that is good around %d, by the second',
		async (now) => {
			const [scheme, token, ...more] = authorization(toConnection(KEYS), now).split(' ');
			expect([scheme, more]).toEqual(['Bearer', []]);
			const { payload, protectedHeader } = await jwtVerify(
				token ?? '',
				new TextEncoder().encode('SK'),
				{ currentDate: new Date(now) },
			);
			const seconds = Math.floor(now / 1000);
			expect(payload).toEqual({ iss: 'AK', exp: seconds + 1800, nbf: seconds - 5 });
			expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
		},
	);

	it('sign with the secret key as it is, bytes of any script', async () => {
		const secretKey = 'geheimes-密钥-🔑==';
		const token = authorization(toConnection({ ...KEYS, secretKey }), 1_781_080_794_000);
		const bytes = new TextEncoder().encode(secretKey);
		const { payload } = await jwtVerify(token.slice('Bearer '.length), bytes, {
			currentDate: new Date(1_781_080_794_000),
		});
		expect(payload.iss).toBe('AK');
	});
});

describe('the credential signs', () => {
	afterEach(() => jest.restoreAllMocks());

	it('each request anew, and leaves the rest of it alone', async () => {
		const clock = jest.spyOn(Date, 'now');
		const request = { url: 'https://api.example.com', headers: { Accept: 'application/json' } };
		const sign = async (now: number) => {
			clock.mockReturnValue(now);
			return await new KlingApi().authenticate(KEYS, request);
		};
		const first = await sign(1_781_080_794_000);
		const second = await sign(1_781_084_394_000);
		for (const signed of [first, second]) {
			const { Authorization, ...headers } = signed.headers ?? {};
			expect({ ...signed, headers }).toEqual(request);
			expect(Authorization).toMatch(/^Bearer \S+$/);
		}
		expect(second.headers?.Authorization).not.toBe(first.headers?.Authorization);
		expect(request.headers).toEqual({ Accept: 'application/json' });
	});

	it.each([' key\n', 'Bearer key', 'bearer   key', 'k e\ty'])(
		'with the API key meant by %j',
		async (apiKey) => {
			const signed = await new KlingApi().authenticate({ apiKey }, { url: '' });
			expect(signed.headers).toEqual({ Authorization: 'Bearer key' });
		},
	);
});
