/** What users read about errors: for every kind what happened, and what to do about it. */

import { API_KEY_FORMATS, type Connection } from '../../api/connection';
import { isAboutRoute } from '../../api/errors/codes';
import type { CredentialError } from '../../api/errors/credentialError';
import type { ExplainedError } from '../../api/errors/explainedError';
import type { ErrorKind } from '../../api/errors/kinds';
import type { KlingError, KlingErrorFacts, ReplyFlaw } from '../../api/errors/klingError';
import type { TransportProblem } from '../../api/http';
import { maskKeys } from '../../api/mask';
import { modelsIn } from '../../api/modelLookup';
import type { TimeLimitError } from '../../engine/poller';
import type { UnknownOutcomeError } from '../../engine/submit';
import type { DownloadError, DownloadProblem, InputError, InputFileError } from './errorClasses';
import { LABELS, STATUS_LABELS } from './labels';
import { either, quote, sentences, shortened, type Words } from './phrases';

/** What was going on when something went wrong: advice names only what the user has. */
export interface Situation {
	/** A video was to be created; otherwise something was only checked. */
	isCreating?: boolean;
	/** A task was asked for by the ID that the user gave: only then there is a field to check. */
	isById?: boolean;
	/** A list was asked for, and the answer is one of those of a relay that has none. */
	lacksList?: boolean;
	/** The video is made from an image, or from text alone; absent where that is not known. */
	hasImage?: boolean;
	connection?: Pick<Connection, 'service' | 'hasOwnBaseUrl'> &
		Partial<Pick<Connection, 'authentication'>>;
}

/** The words of an error. */
export function wordsOf(error: ExplainedError, situation: Situation = {}): Words {
	if (situation.lacksList) return withoutList(error as KlingError);
	return WORDS[error.kind](error as never, situation);
}

type WordsOfKind = (error: KlingError, situation: Situation) => Words;

const TRY_LATER = 'Try again in a few minutes.';
const USE_ANOTHER_IMAGE =
	'Use another image: a JPEG or PNG file that is not too small, too narrow or too large. If it is given as a URL, the URL must open the image itself, without log-in.';
const CHECK_CONSOLE = 'Check the account in the Kling console.';

const NOT_FOUND = refused('Kling couldn’t find the model or task', checkModelOrTask);
const UNSUPPORTED = refused('This address doesn’t support the request', checkAddress);

const WORDS = {
	badKey: refused('Kling rejected the key', checkKey),
	missingKey: refused('Kling received no key', checkKey),
	tokenEarly: refused(
		'Kling rejected the signed token as not yet valid',
		(situation) =>
			flawOfKey(situation) ?? 'Correct the clock of the server that runs n8n. It is ahead.',
	),
	tokenExpired: refused(
		'Kling rejected the signed token as expired',
		(situation) =>
			flawOfKey(situation) ?? 'Correct the clock of the server that runs n8n. It is behind.',
	),
	accountRestricted: refused('Kling has restricted this account', CHECK_CONSOLE),
	unpaid: refused(
		'The Kling account has an unpaid balance',
		'Top up the account in the Kling console.',
	),
	noUnits: refused(
		'The Kling resource pack is used up or expired',
		'Buy a resource pack in the Kling console.',
	),
	noQuota: refused('The account has no quota or balance left', ({ connection }) =>
		connection?.hasOwnBaseUrl
			? 'Top up the account at the provider of the key.'
			: 'Top up the account in the Kling console.',
	),
	noPermission: refused(
		'The account has no permission for this request or model',
		({ connection }) =>
			`Choose another 'Model', or ask ${connection?.hasOwnBaseUrl ? 'the provider of the key' : 'Kling'} to enable this one.`,
	),
	ipNotAllowed: refused(
		'Kling doesn’t accept requests from this server’s IP address',
		'Add this server’s IP address to the allowlist in the Kling console.',
	),

	badRequest: refused('Kling rejected the request', checkParameters),
	badParameter: refused('Kling rejected a parameter of the request', (situation, { original }) =>
		isAboutImage(original, situation)
			? USE_ANOTHER_IMAGE
			: 'Change the field named in Kling’s reply.',
	),
	conflict: refused(
		'Kling rejected the request as a conflict with another task',
		`If you set '${LABELS.externalTaskId}', use a different ID. Otherwise try again.`,
	),
	tooLarge: refused(
		'The request is larger than the service accepts',
		'Use a smaller image, or give its address as a URL.',
	),
	notFound: (error: KlingError, situation: Situation) =>
		(isAboutRoute(error.facts.original ?? '') ? UNSUPPORTED : NOT_FOUND)(error, situation),
	modelUnavailable: refused(
		'The service doesn’t offer this model',
		`Choose another '${LABELS.model}', or ask the provider of the key which models it offers.`,
	),
	unsupported: UNSUPPORTED,
	policy: refused('Kling’s platform policy doesn’t allow this request', fixContent),
	moderation: refused(
		(situation, { original }) =>
			`Kling’s content moderation rejected the ${contentOf(original, situation)}`,
		fixContent,
	),
	refused: refused('Kling rejected the request', checkAddress),

	rateLimited: refused('Kling received too many requests', tryFewer),
	concurrencyLimit: refused('The account has reached its limit of parallel videos', tryFewer),
	busy: refused('Kling isn’t accepting requests at the moment', tryFewer),

	serverError: refused('Kling couldn’t process the request', TRY_LATER),
	proxyError: refused('A server in front of Kling couldn’t process the request', TRY_LATER),
	maintenance: refused('Kling is down for maintenance', TRY_LATER),
	overloaded: refused('Kling is overloaded', TRY_LATER),

	redirected: refused('The reply didn’t come from the Kling API', checkAddress),
	notTheApi: refused('The reply didn’t come from the Kling API', checkAddress),
	webPage: unreadable,
	otherShape: unreadable,
	unreadable,

	unreachable: refused('Kling can’t be reached', checkConnection),
	interrupted: refused('The connection to Kling was lost before the reply was complete', TRY_LATER),
	timeout: refused('Kling didn’t answer in time', TRY_LATER),
	aborted: refused(
		'The execution was stopped during a request to Kling',
		'Run the workflow again to continue.',
	),

	idInUse: ({ facts: { inUse } }: KlingError) => ({
		message: `'${LABELS.externalTaskId}' ${quote(inUse?.externalTaskId)} is already in use by task ${inUse?.taskId} (${inUse && STATUS_LABELS[inUse.taskStatus]})`,
		description: 'Use a different ID, or retrieve that task with Get Status.',
	}),
	taskFailed: ({ facts: { reason } }: KlingError, situation: Situation) => ({
		message: `Kling couldn’t generate the video${reason ? `: ${reason}` : ' (no reason given)'}`,
		description: isAboutImage(reason, situation)
			? `${USE_ANOTHER_IMAGE} Then create the video again.`
			: `Change the prompt${situation.hasImage ? ', the image' : ''} or the options, then create the video again.`,
	}),
	noVideo: ({ facts: { original } }: KlingError) => ({
		message: 'Kling reports the task as completed, but the reply contains no video',
		description: sentences(
			'Retrieve the task again in a few minutes with Get Status and this task ID.',
			original && `Original reply: "${original}".`,
		),
	}),

	input: ({ words }: InputError) => words,
	// n8n's own nodes show these, too, so the error brings them along.
	inputFile: ({ parameter, detail, isGone }: InputFileError) => ({
		message: isGone
			? `n8n no longer has the file of '${LABELS[parameter]}'`
			: `n8n couldn’t read the file of '${LABELS[parameter]}'`,
		description: sentences(
			isGone
				? 'In queue mode, all workers need the same storage for files. Files of an execution that was deleted are gone, so run the workflow from the node that gets the file.'
				: 'Try again in a few minutes. Check n8n’s storage for files if it happens again.',
			`Details: ${maskKeys(quote(detail))}.`,
		),
	}),
	credential: ({ message, description }: CredentialError) => ({ message, description }),
	timeLimit: ({ lastTask, trouble }: TimeLimitError, situation: Situation) => ({
		message: `Kling didn’t finish the video within '${LABELS.timeout}'. Its last status was ${STATUS_LABELS[lastTask.status]}`,
		description: sentences(
			`Kling is still working on it. Retrieve the video later with Get Status and this task ID, or increase '${LABELS.timeout}'.`,
			isExplained(trouble) &&
				`The last status check got no answer: ${wordsOf(trouble, situation).message}.`,
		),
	}),
	unknownOutcome: ({ externalTaskId }: UnknownOutcomeError) => ({
		message: `A previous attempt may have already started this video${externalTaskId === undefined ? '' : ` with the external task ID ${externalTaskId}`}, so it was not created again`,
		description: 'Check in the service’s console whether the video exists.',
	}),
	stopped: () => ({
		message: 'The execution was canceled',
		description: 'Run the workflow again to continue.',
	}),
	download: ({ reason, url, problem }: DownloadError, situation: Situation) => ({
		message: `The video is finished, but couldn’t be downloaded: ${reason}`,
		description: sentences(
			adviceOnFile(problem, situation),
			`Kling keeps the file for 30 days at ${shortened(url)}. Download it with Get Status and this task ID.`,
		),
	}),
} as const satisfies Record<ErrorKind, (error: never, situation: Situation) => Words>;

/** What Kling calls an image, and what it says of none but images. */
const IMAGE_WORDS =
	/\b(images?|pictures?|photos?|pixels?|first[ _-]?frame|(last|tail|end)[ _-]?frame)\b|image_tail|图[像片]|[首尾]帧|像素/i;

const PROMPT_WORDS = /\b(prompts?|text)\b|提示词|文本/i;

/** Longer texts are cut before they are looked through. */
const LONGEST_WORDS = 1000;

/** What Kling’s words may be about, as sentences name it. */
function contentOf(
	words = '',
	{ hasImage }: Situation,
): 'prompt' | 'image' | 'prompt or the image' {
	if (hasImage === false) return 'prompt';
	const said = words.slice(0, LONGEST_WORDS);
	const isAboutPrompt = PROMPT_WORDS.test(said);
	if (IMAGE_WORDS.test(said)) return isAboutPrompt ? 'prompt or the image' : 'image';
	return hasImage && !isAboutPrompt ? 'prompt or the image' : 'prompt';
}

function isAboutImage(words: string | undefined, situation: Situation): boolean {
	return contentOf(words, situation) === 'image';
}

function fixContent(situation: Situation, { original }: KlingErrorFacts): string {
	return `Change the ${contentOf(original, situation)} to comply with Kling’s content policy.`;
}

type Phrase = string | ((situation: Situation, facts: KlingErrorFacts) => string);

/** What Kling, or something on the way to it, answered. */
function refused(meaning: Phrase, advice: Phrase): WordsOfKind {
	return ({ facts }, situation) => {
		const said = (phrase: Phrase) =>
			typeof phrase === 'string' ? phrase : phrase(situation, facts);
		return {
			message: `${said(meaning)}${sourceOf(facts)}`,
			description: sentences(
				said(advice),
				facts.original &&
					`${facts.httpStatus === undefined ? 'Details' : 'Original reply'}: "${facts.original}".`,
				facts.requestId && `Request ID: ${facts.requestId}.`,
			),
		};
	};
}

function sourceOf({ code, httpStatus }: KlingErrorFacts): string {
	if (httpStatus === undefined) return '';
	return code === undefined ? ` (HTTP ${httpStatus})` : ` (code ${code}, HTTP ${httpStatus})`;
}

function withoutList({ facts }: KlingError): Words {
	return {
		message: `The service at 'Base URL' doesn’t offer a list of tasks${sourceOf(facts)}`,
		description: sentences(
			`Use Get Status with the '${LABELS.taskId}', or a credential for Kling AI.`,
			"If other operations fail as well, check 'Base URL' in the Kling API credential.",
			facts.original && `Original reply: "${facts.original}".`,
		),
	};
}

function unreadable({ facts }: KlingError, situation: Situation): Words {
	return {
		message: `The reply from Kling couldn’t be read: ${flawOf(facts.flaw)}${sourceOf(facts)}`,
		description: sentences(
			checkAddress(situation),
			'If other requests work, try again in a few minutes.',
			facts.original && `Original reply: "${facts.original}".`,
		),
	};
}

function flawOf(flaw: ReplyFlaw | undefined): string {
	if (flaw?.is === 'badField') return `"${flaw.field}" is missing or has an unexpected type`;
	return flaw ? FLAWS[flaw.is] : FLAWS.notUnderstood;
}

const FLAWS: Readonly<Record<Exclude<ReplyFlaw['is'], 'badField'>, string>> = {
	empty: 'it is empty',
	webPage: 'it is a web page',
	incompleteJson: 'it is not complete JSON',
	noTask: 'it contains no task',
	noAccount: 'it contains no account details',
	notUnderstood: 'it has an unexpected format',
};

function checkKey(situation: Situation): string {
	const { connection } = situation;
	const flaw = flawOfKey(situation);
	if (flaw !== undefined) return flaw;
	const where =
		connection?.service === 'gateway'
			? "It must come from the service at 'Base URL'."
			: "It must belong to the selected 'Service' and 'Region'.";
	return `Check the key in the Kling API credential. ${where}`;
}

/** What stands in 'API Key' although it is none of Kling AI's, by its look. */
function flawOfKey({ connection }: Situation): string | undefined {
	if (connection?.authentication?.kind !== 'apiKey' || connection.service !== 'official') {
		return undefined;
	}
	const { apiKey } = connection.authentication;
	const instead =
		"use an API key, or set 'Authentication' to 'Access Key + Secret Key' and enter both of them";
	if (/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(apiKey)) {
		return `'API Key' in the Kling API credential is a token that expires: ${instead}.`;
	}
	return /^[^|]+\|[^|]+$/.test(apiKey)
		? `'API Key' in the Kling API credential looks like an access key and a secret key: ${instead}.`
		: undefined;
}

/** Only who chose the service's address can have chosen a wrong one. */
function checkAddress({ connection }: Situation): string {
	const fields =
		connection?.service === 'gateway'
			? "'Service' and 'Base URL'"
			: connection?.hasOwnBaseUrl
				? "'Service', 'Region' and 'Base URL'"
				: "'Service' and 'Region'";
	return `Check ${fields} in the Kling API credential.`;
}

/** What to do when no connection comes about. */
function checkConnection(situation: Situation, { problem }: KlingErrorFacts): string {
	if (problem === undefined) {
		return `${checkAddress(situation)} Also check this server’s network connection.`;
	}
	return problem === 'address' ? checkAddress(situation) : adviceOn(problem, situation);
}

function adviceOn(
	problem: Exclude<TransportProblem, 'address'>,
	{ connection }: Situation,
): string {
	return {
		certificate:
			'n8n doesn’t trust the certificate. If a proxy or firewall on your network inspects encrypted connections, add its certificate authority to n8n with the environment variable NODE_EXTRA_CA_CERTS.',
		protocol: sentences(
			connection?.hasOwnBaseUrl &&
				"Check the port in 'Base URL' in the Kling API credential, and whether it must start with http:// or https://.",
			'A proxy or firewall on your network can also interfere with encrypted connections.',
		),
		blocked:
			'n8n is set up to block requests to this address. Ask your n8n administrator to allow it with the environment variable N8N_SSRF_ALLOWED_IP_RANGES or N8N_SSRF_ALLOWED_HOSTNAMES.',
		proxy:
			'Check the proxy that n8n is set up with in the environment variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY.',
	}[problem];
}

function adviceOnFile(
	problem: DownloadProblem | undefined,
	{ connection }: Situation,
): string | undefined {
	if (problem === undefined || problem === 'address') return undefined;
	if (problem !== 'refusedAddress') return adviceOn(problem, {});
	return sentences(
		'The node downloads files only from http:// and https:// addresses on the internet.',
		connection?.hasOwnBaseUrl &&
			"It also downloads them from your own network if the 'Base URL' in the Kling API credential is there.",
	);
}

function checkParameters(situation: Situation): string {
	if (situation.isById) return `Check '${LABELS.taskId}'.`;
	return situation.isCreating
		? `Check which options the selected '${LABELS.model}' supports.`
		: checkAddress(situation);
}

function checkModelOrTask(situation: Situation): string {
	const { isCreating, isById, connection } = situation;
	if (isById) return `Check '${LABELS.taskId}', and use the credential that created the task.`;
	if (!isCreating) return checkAddress(situation);
	const offered = modelsIn(API_KEY_FORMATS[connection?.service ?? 'official']);
	const models = offered.map(({ displayName }) => displayName);
	return `Choose an available '${LABELS.model}': ${either(models)}. ${checkAddress({ connection })}`;
}

function tryFewer({ isCreating }: Situation): string {
	return isCreating
		? `Try again later, or create fewer videos at once (with Create and Wait, lower '${LABELS.maxConcurrency}').`
		: 'Try again later.';
}

export function isExplained(error: unknown): error is ExplainedError {
	return error instanceof Error && 'kind' in error && String(error.kind) in WORDS;
}
