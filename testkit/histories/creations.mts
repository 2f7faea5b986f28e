/** What services do with a request to create a video and how they answer, and which answers prove something. */

/** No answer, whatever was asked. */
export type Lost =
	/** No connection came about. */
	| 'unreachable'
	/** The connection broke before the request was sent whole. */
	| 'cut'
	/** The connection broke afterwards. */
	| 'reset'
	| 'timeout';

/** What the service does with a request to create a video. */
export interface Creation {
	/** The task is created if a service that answers so may have created one (`mayHaveCreated`). */
	creates: boolean;
	/** Nothing is answered. */
	lost?: Lost;
	status: number;
	body: BodyName;
	/** Kling's service code, where the body has one. */
	code: number;
	/** A relay's own code, where the body has one. */
	codeWord: string;
	/** What the body says to people. */
	words: string;
	/** Until the answer comes; milliseconds. */
	delay: number;
}

/** What a body is made of. */
interface Parts extends Pick<Creation, 'code' | 'codeWord' | 'words'> {
	id: string;
}

/** The task's ID in JSON that is whole: it can be read. */
const WITH_ID = {
	bareId: ({ id }) => ({ task_id: id }),
	idAlone: ({ id }) => ({ id }),
	idAndStatus: ({ id }) => ({ id, status: 'queued' }),
	camelCase: ({ id }) => ({ code: 0, data: { taskId: id } }),
	dataIdOnly: ({ id }) => ({ code: 0, message: 'SUCCEED', data: { task_id: id } }),
	inArray: ({ id }) => [{ task_id: id, task_status: 'submitted' }],
	inDataArray: ({ id }) => ({ code: 0, data: [{ task_id: id, task_status: 'submitted' }] }),
	besideCode: ({ id, code }) => ({
		code,
		message: 'ok',
		data: { task_id: id, task_status: 'submitted' },
	}),
	besideText: ({ id }) => ({ code: '201', data: { task_id: id, task_status: 'submitted' } }),
	besideWord: ({ id }) => ({ code: 'created', data: { task_id: id } }),
	besideError: ({ id, words, codeWord }) => ({
		error: { message: words, code: codeWord },
		task_id: id,
	}),
	inError: ({ id, words }) => ({ error: { message: words, task_id: id } }),
	inErrorData: ({ id, words }) => ({ message: words, error: { data: { task_id: id } } }),
	deep: ({ id }) => ({ result: { output: { task: { task_id: id } } } }),
	jsonInText: ({ id }) => ({
		code: 0,
		data: JSON.stringify({ task_id: id, task_status: 'submitted' }),
	}),
	jsonInMessage: ({ id, words }) => ({
		error: { message: `${words}: ${JSON.stringify({ code: 0, data: { task_id: id } })}` },
	}),
} satisfies Record<string, (parts: Parts) => unknown>;

/** The task's ID where only people can read it. */
const WITH_ID_IN_TEXT = {
	halfJson: ({ id }) => `{"code":0,"message":"SUCCEED","data":{"task_id":"${id}","task_st`,
	prose: ({ id }) => `task ${id} accepted`,
	pageWithId: ({ id }) => `<html><body>task ${id} accepted</body></html>`,
	dataIsId: ({ id }) => ({ code: 'success', data: id }),
} satisfies Record<string, (parts: Parts) => unknown>;

const WITHOUT_ID = {
	empty: () => '',
	null: () => 'null',
	emptyObject: () => ({}),
	emptyArray: () => [],
	dataNull: () => ({ code: 0, message: 'SUCCEED', data: null }),
	dataEmptyList: () => ({ code: 0, message: 'SUCCEED', data: [] }),
	dataEmpty: () => ({ code: 0, message: 'SUCCEED', data: {} }),
	success: () => ({ code: 0, message: 'SUCCEED' }),
	otherJson: () => ({ request_id: 'abc' }),
	cutJson: () => '{"code":0,"mess',
	page: ({ words }) => `<html><body>${words}</body></html>`,
	plainText: ({ words }) => words,
	message: ({ words }) => ({ message: words }),
	error: ({ words }) => ({ error: { message: words, type: 'error' } }),
	detail: ({ words }) => ({ detail: words }),
	klingCode: ({ code, words }) => ({ code, message: words, request_id: 'r' }),
	quotedCode: ({ code, words }) => ({
		error: { message: JSON.stringify({ code, message: words, request_id: 'r' }), type: 'error' },
	}),
	relayWord: ({ codeWord, words }) => ({
		error: { code: codeWord, message: words, type: 'api_error' },
	}),
	relayCode: ({ codeWord, words }) => ({ code: codeWord, message: words, data: null }),
} satisfies Record<string, (parts: Parts) => unknown>;

const BODIES = { ...WITH_ID, ...WITH_ID_IN_TEXT, ...WITHOUT_ID };

/** `usual` is what a service of the format answers when all is well. */
export type BodyName = keyof typeof BODIES | 'usual';

export const BODY_NAMES = ['usual', ...Object.keys(BODIES)] as readonly BodyName[];

/** @returns the body's text; nothing for the usual one, which the format makes */
export function bodyOf(name: BodyName, parts: Parts): string | undefined {
	if (name === 'usual') return undefined;
	const body: unknown = BODIES[name](parts);
	return typeof body === 'string' ? body : JSON.stringify(body);
}

/** How much of the task's ID there is in a reply: a program can read it, or only people can. */
export function idIn({
	status,
	body,
}: Pick<Creation, 'status' | 'body'>): 'readable' | 'inText' | undefined {
	// In an error it may be that of the request.
	if (body === 'idAlone' && status >= 300) return undefined;
	if (body === 'usual' || body in WITH_ID) return 'readable';
	return body in WITH_ID_IN_TEXT ? 'inText' : undefined;
}

/** Kling's service codes for what it did not do. */
const REFUSALS: ReadonlySet<number> = new Set([
	1000, 1001, 1002, 1003, 1004, 1100, 1101, 1102, 1103, 1200, 1201, 1202, 1203, 1300, 1301, 1302,
	1303, 1304,
]);

/** Those that are its own even where a server error stands beside them. */
const LIMITS: ReadonlySet<number> = new Set([1302, 1303]);

/** Codes that are drawn. Some of them are no refusals, and some are nobody's. */
export const CODES: readonly number[] = [
	1,
	20000,
	5000,
	5001,
	5002,
	9999,
	200,
	400,
	429,
	500,
	-1,
	...REFUSALS,
];

/** Exact words with which relays refuse before they pass a request on. */
const BEFORE_FORWARDING: ReadonlySet<string> = new Set([
	'get_channel_failed',
	'channel:no_available_key',
	'model_price_error',
	'convert_request_failed',
	'insufficient_user_quota',
	'model_not_found',
]);

/** Of these, some come from during or after the forwarding, or from anywhere. */
export const CODE_WORDS: readonly string[] = [
	'do_request_failed',
	'bad_response',
	'bad_response_status_code',
	'read_response_body_failed',
	'server_error',
	'upstream_error',
	'billing_failed',
	...BEFORE_FORWARDING,
];

/** Sentences that are drawn: they prove nothing. */
export const WORDS: readonly string[] = [
	'oops',
	'load balancer: upstream request timeout',
	'failure to get a peer from the ring-balancer',
	'too many concurrent requests, reset before headers',
	'rate limit of backend service exceeded',
	'task created, but billing record could not be saved',
	'payment-service unavailable',
	'insufficient quota',
	'model not found',
	'no available channel',
	'task not found',
	'invalid token',
	'content policy',
	'external_task_id already exists',
	'external_task_id is not supported',
];

/**
 * Whether a service that answers so may have created the task. All that the properties ask of a service
 * stands here: it does not create a video and then answer in one of these ways.
 */
export function mayHaveCreated({ lost, status, body, code, codeWord }: Creation): boolean {
	if (lost) return lost === 'reset' || lost === 'timeout';
	if (idIn({ status, body }) === 'readable') return true;
	if (status >= 400 && status < 500) return false;
	const saysCode = body === 'klingCode' || body === 'quotedCode';
	if (saysCode && (status >= 500 ? LIMITS : REFUSALS).has(code)) return false;
	const saysWord = body === 'relayWord' || body === 'relayCode';
	return !(saysWord && BEFORE_FORWARDING.has(codeWord));
}

/** A service that behaves. */
export const USUAL: Creation = {
	creates: true,
	status: 200,
	body: 'usual',
	code: 0,
	codeWord: '',
	words: '',
	delay: 100,
};
