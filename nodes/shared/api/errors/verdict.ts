/** Finds code, words and request ID of a reply, where Kling and the gateways put them. */

import { wire } from '../formats/reply';

export interface Verdict {
	/** Kling's service code, unless it says that all is well. */
	code?: number;
	message?: string;
	requestId?: string;
}

/** @param json the reply's body; undefined when it is no JSON */
export function readVerdict(json: unknown, httpStatus: number): Verdict {
	const reply = fieldsOf(json);
	const error = fieldsOf(reply.error);
	// The account endpoint has a second verdict inside its data (docs/kling-api.md#account).
	const data = fieldsOf(reply.data);
	const codes = [reply.code, error.code, data.code].map((code) => wire.number.parse(code));
	// Some gateways repeat the HTTP status as the code: no fact of its own.
	const code = codes.find((each) => each !== undefined && each !== 0 && each !== httpStatus);
	const message = [
		code === codes[2] ? data.msg : undefined,
		reply.message,
		reply.msg,
		error.message,
		reply.error,
	].find(isText);
	return { code, message, requestId: wire.text.parse(reply.request_id ?? error.request_id) };
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function fieldsOf(json: unknown): Record<string, unknown> {
	return typeof json === 'object' && json !== null ? { ...json } : {};
}
