import type { IWebhookFunctions } from 'n8n-workflow';

import { answer, receiveCallback } from '../../../../nodes/shared/n8n/webhook';
import { answers } from '../../../../nodes/shared/n8n/words/notes';
import { OTHER_SECRET, SECRET, signed } from '../../webhook.mts';

const BODY = '{"task_id":"1","task_status":"succeed"}';

const BAD = answers.badSignature;

interface Callback {
	request?: object;
	isSigned?: boolean;
	secret?: string;
}

describe('n8n’s webhook', () => {
	type Signature = Parameters<typeof receiveCallback>[1];

	/** What becomes of a callback; its task's ID where it is read. */
	async function receive(
		signature: Signature,
		{ request = { rawBody: Buffer.from(BODY) }, isSigned = false, secret = '' }: Callback = {},
	) {
		const received = await receiveCallback(
			{
				getRequestObject: () => request,
				getHeaderData: () => (isSigned ? signed(BODY) : {}),
				getCredentials: async () => await Promise.resolve({ apiKey: 'key', webhookSecret: secret }),
			} as unknown as IWebhookFunctions,
			signature,
		);
		return 'refused' in received ? received.refused : received.reported?.id;
	}

	it.each<[name: string, signature: Signature, callback: Callback, outcome: string | undefined]>([
		['signed', 'required', { isSigned: true, secret: SECRET }, '1'],
		['signed', 'ifPossible', { isSigned: true, secret: SECRET }, '1'],
		['signed by another', 'required', { isSigned: true, secret: OTHER_SECRET }, BAD],
		['signed by another', 'ifPossible', { isSigned: true, secret: OTHER_SECRET }, BAD],
		['signed by another', 'ignored', { isSigned: true, secret: OTHER_SECRET }, '1'],
		['not signed', 'required', { secret: SECRET }, BAD],
		['not signed', 'ifPossible', { secret: SECRET }, BAD],
		['not signed', 'ignored', { secret: SECRET }, '1'],
		['without a secret', 'required', { isSigned: true }, answers.noSecret],
		['without a secret', 'ifPossible', { isSigned: true }, '1'],
		[
			'of which n8n has read no body, as of a multipart form',
			'ifPossible',
			{ request: { body: { a: 1 } }, isSigned: true, secret: SECRET },
			BAD,
		],
		['about no task', 'ifPossible', { request: { rawBody: Buffer.from('{"a":1}') } }, undefined],
	])(
		'takes a callback %s, where a signature is %s',
		async (_name, signature, callback, outcome) => {
			expect(await receive(signature, callback)).toBe(outcome);
		},
	);

	it('answers once, whatever comes later', () => {
		const said: unknown[] = [];
		const response = {
			headersSent: false,
			status(code: number) {
				said.push(code);
				return this;
			},
			json(body: unknown) {
				said.push(body);
				this.headersSent = true;
			},
		};
		const context = { getResponseObject: () => response } as unknown as IWebhookFunctions;
		expect(answer(context, 200, 'Resuming')).toEqual({ noWebhookResponse: true });
		expect(answer(context, 503, 'Too late')).toEqual({ noWebhookResponse: true });
		expect(said).toEqual([200, { message: 'Resuming' }]);
	});
});
