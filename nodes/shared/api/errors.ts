/**
 * What can go wrong between the node and Kling: the error table as data, and the one error class
 * that the API layer throws. Everything a user reads about a refusal comes from here.
 */

import type { TransportError, TransportFailure } from './http';
import { modelsIn } from './models';
import type { TaskReply } from './task';

/**
 * What a repetition of the request can bring:
 * - `never`: nothing, Kling's answer is final;
 * - `unsent`: nothing was sent, the service could not be reached;
 * - `whenFree`: success later; nothing was bought so far;
 * - `resign`: success with a freshly signed token; nothing was bought;
 * - `maybe`: success later, but whether this request was carried out is not known.
 */
export type Retry = 'never' | 'unsent' | 'whenFree' | 'resign' | 'maybe';

export interface ErrorFact {
	/** What happened, as the start of a message. */
	meaning: string;
	/** What the user can do about it. */
	advice: string;
	retry: Retry;
}

const CHECK_KEYS =
	'Check the key in the Kling API credential, and that it belongs to the service and region chosen there; then test the credential.';
const CHANGE_INPUT = 'Change the prompt so that it keeps to Kling’s content rules.';
const TRY_LATER = 'Try again in a few minutes.';
const FEWER_AT_ONCE = 'Try again later, or create fewer videos at a time.';

function livingModels(): string {
	return modelsIn(['v1', 'path'])
		.map(({ displayName }) => displayName)
		.join(', ');
}

/** Kling's service codes, which also tell apart what HTTP 429 mixes up. Source: kling-api.md, section 6. */
const BY_SERVICE_CODE: Readonly<Record<number, ErrorFact>> = {
	1000: { meaning: 'Kling refused the credential', advice: CHECK_KEYS, retry: 'never' },
	1001: { meaning: 'Kling received no API key', advice: CHECK_KEYS, retry: 'never' },
	1002: { meaning: 'Kling refused the API key', advice: CHECK_KEYS, retry: 'never' },
	1003: {
		meaning: 'Kling says the signed token is not valid yet',
		advice: 'Set the clock of the server n8n runs on: it is ahead of Kling’s.',
		retry: 'resign',
	},
	1004: {
		meaning: 'Kling says the signed token has expired',
		advice: 'Set the clock of the server n8n runs on: it is behind Kling’s.',
		retry: 'resign',
	},
	1100: {
		meaning: 'The Kling account is in an abnormal state',
		advice: 'Look at the account in Kling’s console.',
		retry: 'never',
	},
	1101: {
		meaning: 'The Kling account is in arrears',
		advice: 'Top up the account in Kling’s console.',
		retry: 'never',
	},
	1102: {
		meaning: 'The Kling resource pack is used up or expired',
		advice: 'Buy a resource pack in Kling’s console.',
		retry: 'never',
	},
	1103: {
		meaning: 'The account has no permission for this API or model',
		advice: 'Choose another Model, or have this one enabled for the account.',
		retry: 'never',
	},
	1200: {
		meaning: 'Kling refused the request’s parameters',
		advice: 'Compare the node’s fields with what the chosen Model can do, and check the Task ID.',
		retry: 'never',
	},
	1201: {
		meaning: 'Kling refused one of the request’s parameters',
		advice: 'Change the field that Kling names.',
		retry: 'never',
	},
	1202: {
		meaning: 'Kling does not offer this request at this address',
		advice: 'Check the Base URL in the Kling API credential.',
		retry: 'never',
	},
	1203: {
		meaning: 'Kling does not know the model or task asked for',
		advice: `For a new video choose a Model that Kling still offers: ${livingModels()}. For an existing one check the Task ID, and that the Kling API credential is the one the task was created with.`,
		retry: 'never',
	},
	1300: {
		meaning: 'Kling’s platform policy forbids this request',
		advice: CHANGE_INPUT,
		retry: 'never',
	},
	1301: {
		meaning: 'Kling’s content check refused the prompt',
		advice: CHANGE_INPUT,
		retry: 'never',
	},
	1302: { meaning: 'Requests come too fast for Kling', advice: FEWER_AT_ONCE, retry: 'whenFree' },
	1303: {
		meaning: 'All of the account’s slots for parallel videos are taken',
		advice: FEWER_AT_ONCE,
		retry: 'whenFree',
	},
	1304: {
		meaning: 'Kling does not accept requests from this server’s IP address',
		advice: 'Add the address to the IP allow-list in Kling’s console.',
		retry: 'never',
	},
	5000: { meaning: 'Kling has trouble on its side', advice: TRY_LATER, retry: 'maybe' },
	5001: { meaning: 'Kling is under maintenance', advice: TRY_LATER, retry: 'maybe' },
	5002: { meaning: 'Kling’s backlog is too long', advice: TRY_LATER, retry: 'maybe' },
};

/** Answers without a service code. Source: the seed document's error codes. */
const BY_HTTP_STATUS: Readonly<Record<number, ErrorFact>> = {
	400: {
		meaning: 'Kling refused the request’s parameters',
		advice: 'Compare the node’s fields with what the chosen Model can do, and check the Task ID.',
		retry: 'never',
	},
	401: { meaning: 'Kling refused the API key', advice: CHECK_KEYS, retry: 'never' },
	403: {
		meaning: 'The API key has no permission for this request',
		advice: 'Choose another Model, or have this one enabled for the key by whoever issued it.',
		retry: 'never',
	},
	404: {
		meaning: 'Kling does not know what was asked for',
		advice:
			'Check that the Kling API credential is the one the task was created with, and its Base URL.',
		retry: 'never',
	},
	429: {
		meaning: 'Kling takes no further request at the moment',
		advice: FEWER_AT_ONCE,
		retry: 'whenFree',
	},
	500: { meaning: 'Kling has trouble on its side', advice: TRY_LATER, retry: 'maybe' },
};

const OTHER_REFUSAL: ErrorFact = {
	meaning: 'Kling refused the request',
	advice: 'Check the Base URL in the Kling API credential.',
	retry: 'never',
};

const OTHER_SERVER_TROUBLE: ErrorFact = {
	meaning: 'The server in front of Kling has trouble',
	advice: TRY_LATER,
	retry: 'maybe',
};

/** A redirection, or a web page where the API should be. */
const NOT_THE_API: ErrorFact = {
	meaning: 'Something else than the Kling API answered',
	advice: 'Check the Base URL in the Kling API credential.',
	retry: 'never',
};

function errorFact(httpStatus: number, code: number | undefined): ErrorFact {
	const known =
		(code === undefined ? undefined : BY_SERVICE_CODE[code]) ?? BY_HTTP_STATUS[httpStatus];
	return known ?? (httpStatus >= 500 ? OTHER_SERVER_TROUBLE : OTHER_REFUSAL);
}

export interface KlingErrorDetails {
	advice: string;
	retry: Retry;
	httpStatus?: number;
	/** Kling's service code. */
	code?: number;
	/** How long the service asked to wait, in milliseconds. */
	retryAfter?: number;
	/** Kling's own words, or the beginning of a reply nobody could read. */
	original?: string;
	requestId?: string;
	/** What was asked for does not exist, as far as this answer goes. */
	isUnknown?: boolean;
	/** The task that has the ID which was wanted for another one. */
	takenBy?: string;
	/** The reply is proper JSON of another kind: no trouble of the moment. */
	isOtherShape?: boolean;
	/** A web page answered: a proxy or firewall on the way, or a wrong address. */
	webPage?: boolean;
	/** The execution was stopped while the request was on its way. */
	aborted?: boolean;
}

/** A request that Kling refused, could not handle, or answered in a way nobody can read. */
export class KlingError extends Error {
	constructor(
		/** What happened, in words for the user; without task ID and advice. */
		message: string,
		readonly details: KlingErrorDetails,
	) {
		super(message);
		this.name = 'KlingError';
	}
}

/** Whether asking again brings nothing else. */
export function isFinal(error: unknown): boolean {
	return !(error instanceof KlingError) || error.details.retry === 'never';
}

/** What services answer to an ID they do not know: documented nowhere, so both are taken for it. */
const UNKNOWN_STATUSES = [400, 404];

/**
 * Kling's answer was no.
 * @param said what the reply's body says of it, as far as it could be read
 */
export function refusal(
	httpStatus: number,
	said: { code?: number; message?: string; requestId?: string; retryAfter?: number },
	body: string,
): KlingError {
	const { code, message, requestId, retryAfter } = said;
	const webPage = isWebPage(body);
	const known = errorFact(httpStatus, code);
	const isForeign = (httpStatus >= 300 && httpStatus < 400) || (webPage && known.retry === 'never');
	const { meaning, advice, retry } = isForeign ? NOT_THE_API : known;
	const where = code === undefined ? `HTTP ${httpStatus}` : `code ${code}, HTTP ${httpStatus}`;
	return new KlingError(`${meaning} (${where})`, {
		advice,
		retry,
		httpStatus,
		code,
		original: message ?? excerptOf(body),
		requestId,
		retryAfter,
		isUnknown: !isForeign && UNKNOWN_STATUSES.includes(httpStatus),
		webPage,
	});
}

/**
 * Kling's answer was a yes that cannot be read: a web page, nothing, half a document, another shape.
 * @param flaw what is wrong with it; found out here when the body is not even JSON
 */
export function unreadable(httpStatus: number, body: string, flaw = whyNotJson(body)): KlingError {
	return new KlingError(`Kling’s reply cannot be used: ${flaw} (HTTP ${httpStatus})`, {
		advice: `${NOT_THE_API.advice} If other requests work, try again in a few minutes.`,
		retry: 'maybe',
		httpStatus,
		original: excerptOf(body),
		webPage: isWebPage(body),
	});
}

/** Kling's answer is JSON, but not what was asked for. */
export function otherShape(httpStatus: number, body: string, reason: unknown): KlingError {
	const flaw = reason instanceof Error ? reason.message : 'it cannot be understood';
	const { message, details } = unreadable(httpStatus, body, flaw);
	return new KlingError(message, { ...details, isOtherShape: true });
}

function whyNotJson(body: string): string {
	if (body.trim() === '') return 'it is empty';
	return isWebPage(body) ? 'it is a web page' : 'it is not complete JSON';
}

function isWebPage(body: string): boolean {
	return /^\s*</.test(body);
}

const BY_TRANSPORT_FAILURE: Readonly<Record<TransportFailure, ErrorFact>> = {
	unreachable: {
		meaning: 'Kling cannot be reached',
		advice: 'Check the Base URL in the Kling API credential and this server’s network.',
		retry: 'unsent',
	},
	interrupted: {
		meaning: 'The connection to Kling broke before the reply was complete',
		advice: TRY_LATER,
		retry: 'maybe',
	},
	timeout: { meaning: 'Kling did not answer in time', advice: TRY_LATER, retry: 'maybe' },
	aborted: {
		meaning: 'The execution was stopped while Kling was asked',
		advice: 'Run the workflow again to go on.',
		retry: 'maybe',
	},
};

/** No complete reply came. */
export function fromTransport({ failure, detail }: TransportError): KlingError {
	const { meaning, advice, retry } = BY_TRANSPORT_FAILURE[failure];
	return new KlingError(meaning, {
		advice,
		retry,
		original: detail,
		aborted: failure === 'aborted',
	});
}

/** Kling answered properly, and has no such task. */
export function unknownTask(): KlingError {
	const { meaning, advice, retry } = BY_SERVICE_CODE[1203] as ErrorFact;
	return new KlingError(meaning, { advice, retry, isUnknown: true });
}

/** The user's own ID for a task belongs to another task already. */
export function externalIdTaken(externalTaskId: string, { id, status }: TaskReply): KlingError {
	return new KlingError(
		`'External Task ID' "${externalTaskId}" belongs to another task already: ${id} (${status})`,
		{
			advice: 'Use another one, or fetch that task with Get Status.',
			retry: 'never',
			takenBy: id,
		},
	);
}

/** Kling took the task on and ended it without a video. */
export function failedTask(task: TaskReply): KlingError {
	return new KlingError(
		`Kling could not make the video: ${task.statusMessage || 'it gave no reason'}`,
		{ advice: 'Change the prompt or the options, then create the video again.', retry: 'never' },
	);
}

/** Kling calls the task completed, but names no video. */
export function missingVideo(task: TaskReply): KlingError {
	return new KlingError('Kling calls the task completed, but its reply names no video', {
		advice: 'Fetch it again in a few minutes with the Get Status operation and this task ID.',
		retry: 'maybe',
		original: excerptOf(JSON.stringify(task.raw)),
	});
}

const EXCERPT_LENGTH = 200;

function excerptOf(body: string): string | undefined {
	const text = body.replace(/\s+/g, ' ').trim();
	if (text === '') return undefined;
	return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}
