import { jwtVerify } from 'jose';

import { authorization } from '../../../../nodes/shared/api/auth';
import { toConnection } from '../../../../nodes/shared/api/connection';

const KEYS = { authentication: 'accessKey', accessKey: 'AK', secretKey: 'SK' };

it('an API key is the header as it is', () => {
	expect(authorization(toConnection({ apiKey: 'key' }), 0)).toBe('Bearer key');
});

describe('an access key and secret key', () => {
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
