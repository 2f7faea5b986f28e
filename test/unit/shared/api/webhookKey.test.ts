/** F9: a Webhook Secret that anybody could guess is refused where it is needed, and by the test. */
import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import { handleCallback } from '../../../../nodes/KlingTrigger/handleCallback';
import type { NodeRun } from '../../../../nodes/shared/n8n/nodeRun';
import { resume } from '../../../../nodes/shared/suspension/resume';
import { toResumeUrl } from '../../../../nodes/shared/suspension/resumeUrl';
import { isSignatureValid, webhookKey } from '../../../../nodes/shared/api/callback';
import { CredentialError, toConnection } from '../../../../nodes/shared/api/connection';
import { sign } from '../../../../emulator/index.mts';
import { SIGNATURE_VECTOR } from '../../../../emulator/testing.mts';

const BYTES = (count: number) => Buffer.alloc(count, 7).toString('base64');

describe('a secret that can be used', () => {
	it.each([
		['Kling’s example', SIGNATURE_VECTOR.secret, 32],
		['without its prefix', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 24],
		['of 16 bytes', `whsec_${BYTES(16)}`, 16],
		['without its padding', `whsec_${BYTES(16).replaceAll('=', '')}`, 16],
		['of 64 bytes', `whsec_${BYTES(64)}`, 64],
		['with blanks around it', `  whsec_${BYTES(32)}\n`, 32],
	])('%s', (_id, secret, length) => {
		expect(webhookKey(secret)).toHaveLength(length);
	});
});

describe('a secret that cannot be used', () => {
	it.each([
		['F9 one byte', 'whsec_MQ=='],
		['F9 no Base64', 'whsec_not base64 at all!'],
		['F9 a passphrase', 'my-very-long-secret-passphrase'],
		['15 bytes', `whsec_${BYTES(15)}`],
		['8 bytes', BYTES(8)],
		['nothing behind the prefix', 'whsec_'],
		['Base64 for addresses', 'whsec_MfKQ9r8GKYqrTwjU-D8ILPZIo2LaLa_w'],
		['Base64 with a character in it', 'whsec_MfKQ9r8GKYqr*wjUPD8ILPZIo2LaLaSw'],
		['broken by a blank', 'whsec_MfKQ9r8GKYqr TwjUPD8ILPZIo2LaLaSw'],
		['cut off within four characters', `whsec_${BYTES(30)}A`],
		['padding that is too long', `whsec_${BYTES(24)}==`],
		['padding in the middle', `whsec_${BYTES(16)}${BYTES(16)}`],
		['the prefix twice', `whsec_whsec_${BYTES(24)}`],
		['letters of another script', 'whsec_密钥密钥密钥密钥密钥密钥密钥密钥'],
	])('%s', (_id, secret) => {
		let error: unknown;
		try {
			webhookKey(secret);
		} catch (thrown) {
			error = thrown;
		}
		expect(error).toBeInstanceOf(CredentialError);
		expect(error).toMatchObject({ field: 'webhookSecret', problem: 'weakSecret' });
		expect((error as Error).message).toMatch(/^'Webhook Secret' in the Kling API credential must/);
	});
});

it('a signature is checked with the key’s bytes', () => {
	const { secret, id, timestamp, body, signature } = SIGNATURE_VECTOR;
	const headers = {
		'webhook-id': id,
		'webhook-timestamp': String(timestamp),
		'webhook-signature': signature,
	};
	const key = webhookKey(secret);
	expect(isSignatureValid(key, headers, Buffer.from(body), timestamp * 1000)).toBe(true);
	const forged = { ...headers, 'webhook-signature': sign('whsec_MQ==', id, timestamp, body) };
	expect(isSignatureValid(key, forged, Buffer.from(body), timestamp * 1000)).toBe(false);
});

it('a credential with a secret that is not needed can be used otherwise', () => {
	const connection = toConnection({ apiKey: 'key', webhookSecret: 'whsec_MQ==' });
	expect(connection).toMatchObject({ webhookSecret: 'whsec_MQ==' });
});

it('a secret that the form hides is none', () => {
	const credential = { service: 'gateway', baseUrl: 'https://a.example', apiKey: 'key' };
	expect(toConnection({ ...credential, webhookSecret: 'whsec_MQ==' }).webhookSecret).toBe(
		undefined,
	);
});

const WEAK = { apiKey: 'key', webhookSecret: 'whsec_MQ==' };

it('a weak secret refuses to wait for a callback before anything is charged', () => {
	const context = {} as IExecuteFunctions;
	const run = { context, connection: toConnection(WEAK), isTool: false } as NodeRun;
	expect(() => toResumeUrl(run)).toThrow("'Webhook Secret' in the Kling API credential must");
});

it.each([
	['the Kling Trigger', handleCallback],
	['an execution that waits', resume],
])('a weak secret lets no callback through to %s, and the log says why', async (_id, handle) => {
	const body = '{"task_id":"1","task_status":"succeed"}';
	const warn = jest.fn();
	const json = jest.fn();
	const status = jest.fn(() => ({ json }));
	const forged = {
		'webhook-id': '1',
		'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
	};
	const signature = sign(WEAK.webhookSecret, '1', Number(forged['webhook-timestamp']), body);
	const context = {
		getCredentials: async () => await Promise.resolve(WEAK),
		getHeaderData: () => ({ ...forged, 'webhook-signature': signature }),
		getNodeParameter: (_name: string, fallback: unknown) => fallback,
		getRequestObject: () => ({ rawBody: Buffer.from(body) }),
		getResponseObject: () => ({ status }),
		logger: { warn },
	} as unknown as IWebhookFunctions;
	expect(await handle(context)).toEqual({ noWebhookResponse: true });
	expect(status).toHaveBeenCalledWith(503);
	expect(warn).toHaveBeenCalledWith(expect.stringContaining("'Webhook Secret'"));
});
