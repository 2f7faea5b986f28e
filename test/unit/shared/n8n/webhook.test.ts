import type { IWebhookFunctions } from 'n8n-workflow';

import { answer, bodyOf, isFromKling } from '../../../../nodes/shared/n8n/webhook';
import { OTHER_SECRET, SECRET, signed } from '../../webhook.mts';

const BODY = '{"task_id":"1","task_status":"succeed"}';

describe('n8n’s webhook', () => {
	const at = (request: object, headers: object = {}) =>
		({
			getRequestObject: () => request,
			getHeaderData: () => headers,
		}) as unknown as IWebhookFunctions;

	it('gives the bytes that the signature is about', () => {
		const rawBody = Buffer.from('{"a": 1}');
		expect(bodyOf(at({ rawBody, body: { a: 1 } }))).toBe(rawBody);
	});

	it('accepts what is signed now, and anything when there is no secret', () => {
		const request = { rawBody: Buffer.from(BODY) };
		expect(isFromKling(at(request, signed(BODY)), SECRET)).toBe(true);
		expect(isFromKling(at(request, signed(BODY)), OTHER_SECRET)).toBe(false);
		expect(isFromKling(at(request), SECRET)).toBe(false);
		expect(isFromKling(at(request), undefined)).toBe(true);
	});

	it('accepts nothing of which n8n has read no body, as of a multipart form', () => {
		expect(isFromKling(at({ body: { a: 1 } }, signed(BODY)), SECRET)).toBe(false);
	});

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
