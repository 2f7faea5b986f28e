/**
 * The one table of words: every sentence that errors, hints, log lines and answers consist of. An
 * error's words say what happened (message) and how to fix it (description), always both. Parameters
 * are quoted by their display names, values by their labels.
 */

import type { Connection, Region, Service } from '../../api/connection';
import { isAboutRoute } from '../../api/errors/codes';
import type { CredentialError } from '../../api/errors/credentialError';
import type { ErrorKind } from '../../api/errors/kinds';
import type { KlingError, KlingErrorFacts, ReplyFlaw } from '../../api/errors/klingError';
import type { ExplainedError } from '../../api/errors/explainedError';
import type { TransportProblem } from '../../api/http';
import { maskKeys } from '../../api/mask';
import { modelsIn } from '../../api/modelLookup';
import type { Cost } from '../../api/task';
import type { Progress } from '../../engine/runBatch';
import type { TimeLimitError } from '../../engine/poller';
import type { OtherFile } from '../../utils/fileKind';
import type { ImageSize } from '../../utils/imageSize';
import { beginningOf, withThousands } from '../../utils/text';
import type { DownloadError, DownloadProblem } from './downloadError';
import type { UnknownOutcomeError } from '../../engine/submit';
import type { InputError } from './inputError';
import type { InputFileError } from './inputFileError';
import {
	IMAGE_SOURCE_LABELS,
	LABELS,
	type Parameter,
	REGION_LABELS,
	SERVICE_LABELS,
	STATUS_LABELS,
} from './labels';
import type { Words } from './words';

/** What was going on when something went wrong: advice names only what the user has. */
export interface Situation {
	/** A video was to be created; otherwise something was only checked. */
	isCreating?: boolean;
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
	badParameter: (error: KlingError, situation: Situation) =>
		refused(
			'Kling rejected a parameter of the request',
			isAboutImage(error.facts.original, situation)
				? USE_ANOTHER_IMAGE
				: 'Change the field named in Kling’s reply.',
		)(error, situation),
	conflict: refused(
		'Kling rejected the request because of a conflict',
		`If you set '${LABELS.externalTaskId}', use a different ID. Otherwise try again.`,
	),
	tooLarge: refused(
		'The request is larger than the service accepts',
		'Use a smaller image, or give its address as a URL.',
	),
	notFound: (error: KlingError, situation: Situation) =>
		isAboutRoute(error.facts.original ?? '')
			? UNSUPPORTED(error, situation)
			: refused('Kling couldn’t find the model or task', checkModelOrTask)(error, situation),
	modelUnavailable: refused(
		'The service doesn’t offer this model',
		`Choose another '${LABELS.model}', or ask the provider of the key which models it offers.`,
	),
	unsupported: UNSUPPORTED,
	policy: (error: KlingError, situation: Situation) =>
		refused(
			'Kling’s platform policy doesn’t allow this request',
			fixContent(error.facts.original, situation),
		)(error, situation),
	moderation: (error: KlingError, situation: Situation) =>
		refused(
			`Kling’s content moderation rejected the ${CONTENT[contentOf(error.facts.original, situation)]}`,
			fixContent(error.facts.original, situation),
		)(error, situation),
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

	unreachable: (error: KlingError, situation: Situation) =>
		refused('Kling can’t be reached', checkConnection(error.facts.problem, situation))(
			error,
			situation,
		),
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

/** What Kling’s words may be about, as sentences name it. */
const CONTENT = { prompt: 'prompt', image: 'image', either: 'prompt or the image' } as const;

/** What Kling calls an image, and what it says of none but images. */
const IMAGE_WORDS =
	/\b(images?|pictures?|photos?|pixels?|first[ _-]?frame|(last|tail|end)[ _-]?frame)\b|image_tail|图[像片]|[首尾]帧|像素/i;

const PROMPT_WORDS = /\b(prompts?|text)\b|提示词|文本/i;

/** Longer texts are cut before they are looked through. */
const LONGEST_WORDS = 1000;

function contentOf(words = '', { hasImage }: Situation): keyof typeof CONTENT {
	if (hasImage === false) return 'prompt';
	const said = words.slice(0, LONGEST_WORDS);
	const isAboutPrompt = PROMPT_WORDS.test(said);
	if (IMAGE_WORDS.test(said)) return isAboutPrompt ? 'either' : 'image';
	return hasImage && !isAboutPrompt ? 'either' : 'prompt';
}

function isAboutImage(words: string | undefined, situation: Situation): boolean {
	return contentOf(words, situation) === 'image';
}

function fixContent(words: string | undefined, situation: Situation): string {
	return `Change the ${CONTENT[contentOf(words, situation)]} to comply with Kling’s content policy.`;
}

/** What Kling, or something on the way to it, answered. */
function refused(
	meaning: string,
	advice: string | ((situation: Situation) => string),
): WordsOfKind {
	return ({ facts }, situation) => ({
		message: `${meaning}${sourceOf(facts)}`,
		description: sentences(
			typeof advice === 'string' ? advice : advice(situation),
			facts.original &&
				`${facts.httpStatus === undefined ? 'Details' : 'Original reply'}: "${facts.original}".`,
			facts.requestId && `Request ID: ${facts.requestId}.`,
		),
	});
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
function checkConnection(problem: TransportProblem | undefined, situation: Situation): string {
	if (problem === undefined) {
		return `${checkAddress(situation)} Check also this server’s network connection.`;
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

function checkParameters({ isCreating }: Situation): string {
	return isCreating
		? `Check which options the selected '${LABELS.model}' supports.`
		: `Check '${LABELS.taskId}'.`;
}

function checkModelOrTask({ isCreating, connection }: Situation): string {
	if (!isCreating) {
		return `Check '${LABELS.taskId}', and use the credential that created the task.`;
	}
	const formats =
		connection?.service === 'gateway' ? ['gateway' as const] : (['v1', 'path'] as const);
	const models = modelsIn(formats).map(({ displayName }) => displayName);
	return `Choose an available '${LABELS.model}': ${either(models)}. ${checkAddress({ connection })}`;
}

function tryFewer({ isCreating }: Situation): string {
	return isCreating
		? `Try again later, or create fewer videos at once (with Create and Wait, lower '${LABELS.maxConcurrency}').`
		: 'Try again later.';
}

function isExplained(error: unknown): error is ExplainedError {
	return error instanceof Error && 'kind' in error && String(error.kind) in WORDS;
}

/** What is wrong with the value of a parameter. */
export const parameterWords = {
	empty: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' is empty`,
		description: `Enter a value for '${LABELS[name]}'.`,
	}),
	notText: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' must be text`,
		description: `Change the expression of '${LABELS[name]}' so that it returns text.`,
	}),
	tooLong: (name: Parameter, length: number, most: number): Words => ({
		message: `'${LABELS[name]}' has ${length} characters (max ${most})`,
		description: 'Shorten the text.',
	}),
	outOfRange: (name: Parameter, value: unknown, least: number, most: number): Words => ({
		message: `'${LABELS[name]}' must be a number ${rangeOf(least, most)}, but is ${quote(value)}`,
		description: `Enter a number ${rangeOf(least, most)}.`,
	}),
	notWhole: (name: Parameter, value: unknown): Words => ({
		message: `'${LABELS[name]}' must be a whole number, but is ${quote(value)}`,
		description: 'Enter a number without decimals.',
	}),
	notBoolean: (name: Parameter, value: unknown): Words => ({
		message: `'${LABELS[name]}' must be true or false, but is ${quote(value)}`,
		description: 'Change the expression so that it returns true or false.',
	}),
	notSupported: (
		name: Parameter,
		value: unknown,
		user: string,
		labels: readonly string[],
	): Words => ({
		message: isBlank(value)
			? `'${LABELS[name]}' is empty`
			: `${user} doesn’t support '${LABELS[name]}' ${typeof value === 'string' ? bare(value) : quote(value)}`,
		description: `Choose ${either(labels)}.`,
	}),
	notAChoice: (name: Parameter, value: unknown, labels: readonly string[]): Words => ({
		message: `'${LABELS[name]}' can’t be ${quote(value)}`,
		description: `Choose ${either(labels)}.`,
	}),
	noId: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' isn’t a valid ID`,
		description: `Enter the ID as the service returned it. Check the expression of '${LABELS[name]}' if it has one.`,
	}),
	noUrl: (name: Parameter, value: unknown): Words => ({
		message: `'${LABELS[name]}' must be an address that starts with https://, but is ${quote(value)}`,
		description: 'Enter the whole address, e.g. https://n8n.example.com/webhook/kling.',
	}),
	noSuchOption: (name: Parameter, user: string): Words => ({
		message: `${user} doesn’t support '${LABELS[name]}'`,
		description: 'Remove the option.',
	}),
	onlyWith: (
		name: Parameter,
		user: string,
		other: Parameter,
		labels: readonly string[],
	): Words => ({
		message: `${user} supports '${LABELS[name]}' only with '${LABELS[other]}' ${either(labels)}`,
		description: `Change '${LABELS[other]}', or remove '${LABELS[name]}'.`,
	}),
	notTogether: (name: Parameter, other: Parameter, user: string): Words => ({
		message: `${user} doesn’t support '${LABELS[name]}' together with '${LABELS[other]}'`,
		description: 'Remove one of the two options.',
	}),
	zeroMovement: (name: Parameter, most: number): Words => ({
		message: `'${LABELS[name]}' must be between -${most} and ${most}, and not 0`,
		description: 'Enter another number, or remove the option.',
	}),
	tooManyShots: (most: number): Words => ({
		message: `'${LABELS.shots}' has more than ${most} shots`,
		description: 'Remove some of the shots.',
	}),
	noShots: (): Words => ({
		message: `'${LABELS.shots}' is empty`,
		description: `Add a shot, or set '${LABELS.shotType}' to Automatic.`,
	}),
	shotsDontAddUp: (seconds: number, duration: number): Words => ({
		message: `The shots in '${LABELS.shots}' add up to ${seconds} seconds, but '${LABELS.duration}' is ${duration}`,
		description: `Change the durations of the shots, or '${LABELS.duration}'.`,
	}),
	shotsTooLong: (length: number, most: number): Words => ({
		message: `The shots in '${LABELS.shots}' have ${length} characters in total (max ${most})`,
		description: 'Shorten the prompts of the shots.',
	}),
	unreadable: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' couldn’t be read`,
		description: `Check the value or expression of '${LABELS[name]}'.`,
	}),
	needsApiKey: (model: string): Words => ({
		message: `${model} doesn’t support access key and secret key`,
		description: `Set 'Authentication' in the Kling API credential to 'API Key', or choose another '${LABELS.model}'.`,
	}),
	modelNotAvailable: (value: unknown, service: Service, models: readonly string[]): Words => ({
		message: `${SERVICE_LABELS[service]} doesn’t support '${LABELS.model}' ${quote(value)}`,
		description: `Choose ${either(models)}, or choose 'Custom' and enter a '${LABELS.customModel}'.`,
	}),
	noList: (): Words => ({
		message: 'Kling-compatible gateways don’t support Get Many',
		description: `Use Get Status with the '${LABELS.taskId}', or a credential for Kling AI.`,
	}),
	repeatedId: (id: string, one: number, other: number): Words => ({
		message: `Items ${one} and ${other} have the same '${LABELS.externalTaskId}' ${quote(id)}`,
		description: 'Use an expression that differs for every item, or remove the option.',
	}),
};

const DIRECT = 'The address must open the image itself, without log-in.';

/** The other way to give an image. @param source the parameter that chooses it */
function useFile(source: Parameter): string {
	return `set '${LABELS[source]}' to '${IMAGE_SOURCE_LABELS.binary}'`;
}

const DROPPED =
	'Nodes in between may have dropped them. To use the file of an earlier node, drag it from that node’s output into the field.';

/** What is wrong with an image. */
export const imageWords = {
	noFile: (name: Parameter, field: unknown, others: readonly string[] = []): Words => ({
		message: `The item has no file in the field ${quote(field)} ('${LABELS[name]}')`,
		description:
			others.length > 0
				? `Choose a field that holds a file: ${either(others.slice(0, MOST_FIELDS).map(quote))}.`
				: `The item has no files. ${DROPPED}`,
	}),
	malformed: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' holds no file as n8n keeps it`,
		description:
			'Create the file with a node such as Convert to File, or the way that n8n’s documentation of the Code node describes.',
	}),
	noImage: (name: Parameter, found: OtherFile = { is: 'unknown' }): Words => {
		switch (found.is) {
			case 'empty':
				return {
					message: `'${LABELS[name]}' holds an empty file`,
					description: 'Check the node that the file comes from.',
				};
			case 'picture':
				return {
					message: `'${LABELS[name]}' holds ${found.name}, but Kling takes only JPEG and PNG`,
					description:
						'Convert the image to JPEG or PNG first, e.g. with n8n’s Edit Image node. What counts is the content, not the name.',
				};
			case 'file':
				return {
					message: `'${LABELS[name]}' holds ${found.name} instead of an image`,
					description: 'Use a JPEG or PNG image.',
				};
			case 'webPage':
				return {
					message: `'${LABELS[name]}' holds a web page instead of an image`,
					description: `Check the address that the file comes from. ${DIRECT}`,
				};
			case 'text':
				return {
					message: `'${LABELS[name]}' holds text instead of an image: ${maskKeys(quote(found.text))}`,
					description:
						'Check the node that the file comes from. It may have received an error in place of the image.',
				};
			case 'unknown':
				return {
					message: `'${LABELS[name]}' doesn’t hold a JPEG or PNG image`,
					description:
						'Convert the image to JPEG or PNG first. What counts is the content, not the name.',
				};
		}
	},
	isFile: (name: Parameter, source: Parameter): Words => ({
		message: `'${LABELS[name]}' holds a file instead of an address`,
		description: `To send the file, ${useFile(source)}.`,
	}),
	bytes: (name: Parameter, source: Parameter): Words => ({
		message: `'${LABELS[name]}' holds the bytes of a file as a list of numbers`,
		description: `Turn them into Base64 text first, or into a file and ${useFile(source)}.`,
	}),
	severalUrls: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' holds more than one address`,
		description: 'Enter one address. To generate several videos, use one item for each.',
	}),
	sharePage: (name: Parameter, source: Parameter, direct?: string): Words => ({
		message: `'${LABELS[name]}' leads to a page about the image, not to the image itself`,
		description: sentences(
			DIRECT,
			direct !== undefined && direct.length <= LONGEST_DIRECT
				? `Use ${direct} instead, if the file is shared with everyone.`
				: `Use another address, or download the image and ${useFile(source)}.`,
		),
	}),
	tooLarge: (name: Parameter, megabytes: number, most: number): Words => ({
		message: `The image in '${LABELS[name]}' has ${megabytes} MB (max ${most})`,
		description: 'Use a smaller image, or give its address as a URL.',
	}),
	tooSmall: (name: Parameter, { width, height }: ImageSize, least: number): Words => ({
		message: `The image in '${LABELS[name]}' has ${width} × ${height} pixels (each side at least ${least})`,
		description: 'Use a larger image.',
	}),
	tooNarrow: (name: Parameter, { width, height }: ImageSize, most: number): Words => ({
		message: `The image in '${LABELS[name]}' has ${width} × ${height} pixels (one side at most ${most} times as long as the other)`,
		description: 'Crop the image.',
	}),
	noUrl: (name: Parameter, value: unknown, source: Parameter = 'firstFrame'): Words => ({
		...parameterWords.noUrl(name, value),
		description: `Enter the address of a JPEG or PNG image, or ${useFile(source)}.`,
	}),
	ownNetwork: (name: Parameter, host: string, source: Parameter = 'firstFrame'): Words => ({
		message: `'${LABELS[name]}' is an address in your own network (${bare(host)}), which the service can’t reach`,
		description: `Use a public address, or download the image and ${useFile(source)}.`,
	}),
};

/** Of the fields that are there, so many are named. */
const MOST_FIELDS = 10;

/** A longer address helps nobody; characters. */
const LONGEST_DIRECT = 300;

const USE_POLLING = `set '${LABELS.waitFor}' to 'Polling'`;

/** What tells n8n its own address. */
const ADDRESS_VARIABLE = 'WEBHOOK_URL (N8N_WEBHOOK_URL in newer versions of n8n)';

/** Why an execution can't wait for a callback. */
export const callbackWords = {
	gateway: {
		message: 'Kling-compatible gateways don’t support waiting for a callback',
		description: `Set '${LABELS.waitFor}' to 'Polling'.`,
	},
	agent: {
		message: `'${LABELS.waitFor}' can’t be 'Callback' when an AI agent runs the node as a tool`,
		description: `Set '${LABELS.waitFor}' to 'Polling'.`,
	},
	unsaved: {
		message: `'${LABELS.waitFor}' can’t be 'Callback' in an unsaved workflow`,
		description: `Save the workflow, or ${USE_POLLING}.`,
	},
	noUrl: {
		message: 'The address of this n8n isn’t a web address',
		description: `Set the environment variable ${ADDRESS_VARIABLE} to n8n’s public address, such as https://n8n.example.com/.`,
	},
	unsigned: {
		message: 'This version of n8n can’t sign callback URLs',
		description: `Update n8n to 2.14 or later, or ${USE_POLLING}.`,
	},
} as const satisfies Record<string, Words>;

/** What only some services and models can do. */
export const supportWords = {
	noBalance: (service: 'gateway' | 'relay'): Words => ({
		message: `${service === 'gateway' ? 'Kling-compatible gateways don’t' : "The service at 'Base URL' doesn’t"} support Get Balance`,
		description: 'Check the balance at the provider of the key, or use a credential for Kling AI.',
	}),
	noImages: (): Words => ({
		message: 'Kling-compatible gateways don’t support image to video',
		description:
			"Use a credential for Kling AI. If yours is for a relay of Kling’s API, set its 'Service' to Kling AI and its 'Region' to Custom.",
	}),
	noCallback: (model: string): Words => ({
		message: `${model} doesn’t support waiting for a callback`,
		description: `Set '${LABELS.waitFor}' to 'Polling'.`,
	}),
};

/** What is wrong with what is merged into a request's body. */
export const bodyWords = {
	noJson: (name: Parameter, line: number, column: number): Words => ({
		message: `'${LABELS[name]}' isn’t valid JSON (line ${line}, column ${column})`,
		description:
			'Correct the text at that place. Names and texts need double quotes, and no comma may follow the last entry.',
	}),
	noObject: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' must be a JSON object`,
		description: 'Enter the fields in braces, e.g. {"seed": 42}.',
	}),
	tooLarge: (name: Parameter, most: number): Words => ({
		message: `'${LABELS[name]}' is too large (max ${most} MB)`,
		description: 'Remove what the service doesn’t need. Give large files as URLs.',
	}),
	tooMany: (name: Parameter, most: number): Words => ({
		message: `'${LABELS[name]}' has too many values (max ${withThousands(most)})`,
		description: 'Check the expression. It may return more than the fields that you meant.',
	}),
	tooDeep: (name: Parameter, most: number): Words => ({
		message: `'${LABELS[name]}' is nested too deeply (max ${most} levels)`,
		description: 'Check the expression. It may return more than the fields that you meant.',
	}),
	changes: (name: Parameter, field: string, own?: Parameter): Words => ({
		message: `'${LABELS[name]}' can’t change "${field}"`,
		description: own ? `Remove the field, and use '${LABELS[own]}' instead.` : 'Remove the field.',
	}),
	changesCallback: (name: Parameter, field: string): Words => ({
		message: `'${LABELS[name]}' can’t change "${field}" while the execution waits for a callback`,
		description: `Remove the field, or ${USE_POLLING}.`,
	}),
};

/** What is wrong with a filter. */
export const filterWords = {
	noTime: (name: Parameter, value: unknown): Words => ({
		message: `'${LABELS[name]}' must be a date and time, but is ${quote(value)}`,
		description: 'Enter e.g. 2026-11-26T09:00:00, or an expression that returns a date.',
	}),
};

/** What is wrong with a limit of the costs. */
export const costWords = {
	overLimit: (sum: number, limit: number, videos: number): Words => ({
		message: `The estimated cost of ${sum} units for ${videos === 1 ? 'the video' : `all ${videos} videos`} exceeds '${LABELS.costLimit}' ${limit}`,
		description: `Nothing was sent. Increase '${LABELS.costLimit}', or create fewer, shorter or lower-quality videos.`,
	}),
	noPrice: (model: string): Words => ({
		message: `'${LABELS.costLimit}' can’t be checked because the price of ${model} isn’t known`,
		description: `Choose another '${LABELS.model}', or remove '${LABELS.costLimit}' from all items.`,
	}),
	priceChanged: (field: string): Words => ({
		message: `'${LABELS.costLimit}' can’t be checked because '${LABELS.additionalBodyFields}' sets "${field}"`,
		description: `Use the node’s own option for it, or remove '${LABELS.costLimit}' from all items.`,
	}),
};

/** What becomes of the money and the video of an item that failed. */
export const consequences = {
	mayHaveStarted: (externalTaskId: string | undefined): string =>
		`the video may have been started${externalTaskId === undefined ? '' : ` with the external task ID ${externalTaskId}`}`,
	checkConsole:
		'The video may have been started and charged anyway. Check the service’s console before you create it again.',
	notCharged: 'You were not charged.',
	stillRunning: 'Kling is still working on it. Retrieve the video later with Get Status.',
	otherIdsInUse: (tasks: readonly string[]): string =>
		`These external task IDs are already in use: ${tasks.join(', ')}.`,
	otherTasks: (tasks: readonly string[]): string =>
		`Other tasks of this run (retrieve their videos with Get Status): ${tasks.join(', ')}.`,
	othersMayHaveStarted: (items: readonly string[]): string =>
		`These items may have been started as well: ${items.join(', ')}.`,
	noneCreated: 'No video had been created.',
	canceled: 'The execution was canceled',
};

/** Execution hints and log lines. */
export const notes = {
	reused: (count: number): string =>
		`Reused ${count} ${count === 1 ? 'video' : 'videos'} from an earlier attempt.`,
	finished: (finished: number, failed: number): string =>
		`Videos finished: ${finished}, failed: ${failed}.`,
	charged: (costs: readonly Cost[], estimate: number | undefined): string =>
		`Charged: ${costs.map(costOf).join(', ')}.${estimate === undefined ? '' : ` Estimate by list price: ${estimate} units.`}`,
	progress: ({ waiting, running, finished, failed }: Progress): string =>
		`Kling: ${finished} finished, ${running} running, ${waiting} waiting, ${failed} failed`,
	canceled: (details: string): string => `Kling: the execution was canceled. ${details}`,
	listCut: `Not all tasks were read: the list has more than 200 pages. To read only the newest ones, set '${LABELS.createdAfter}'.`,
	privateCallback: (host: string): string =>
		`Kling’s callback goes to ${host}, which is only reachable on your network. Set ${ADDRESS_VARIABLE} to n8n’s public address, or ${USE_POLLING}.`,
	checkNotReceived: (httpStatus: number, host: string): string =>
		`Kling: n8n didn’t receive the node’s own check of a suspended execution. Something in front of it answered at ${host} (HTTP ${httpStatus}), and callbacks from Kling may end there, too. Let POST requests to n8n’s resume URLs pass without a log-in.`,
	callbackNotHandled: (error: unknown): string =>
		`Kling: a callback couldn’t be handled. ${reasonOf(error)}`,
	callbackIgnored: (error: unknown): string =>
		`Kling: ignored a callback that Kling doesn’t confirm. ${reasonOf(error)}`,
};

/** What callers of a webhook are told. */
export const answers = {
	badSignature: 'The signature is not valid',
	noSecret:
		"The Kling API credential has no 'Webhook Secret'. Add one, or turn off 'Verify Signature' in the Kling Trigger.",
	notACallback: 'Not a Kling callback',
	notSelected: 'Status not selected',
	notConfirmed: 'Task not confirmed by Kling',
	otherStatus: 'Task has a different status',
	repeated: 'Already delivered',
	received: 'Received',
	tryLater: 'The callback can’t be handled at the moment',
	stillWaiting: 'Still waiting',
	otherTask: 'Not a task of this execution',
	resuming: 'Resuming',
	alreadyResuming: 'Already resuming',
};

/** What the credential's Test button shows. n8n shows the message of a failed test only. */
export const testWords = {
	accepted: 'The key is valid',
	unproven: 'The service speaks the Kling API, but doesn’t say whether the key is valid',
	otherRegion: (region: Region): string =>
		`Kling accepts the key only in another region. Set 'Region' in the Kling API credential to ${REGION_LABELS[region]}.`,
	failed: ({ message, description }: Words): string => `${message}. ${description}`,
};

/** Why a file could not be downloaded. */
export const downloadReasons = {
	noVideo: (type: string): string => `the file host sent ${type} instead of a video`,
	status: (httpStatus: number): string => `the file host answered HTTP ${httpStatus}`,
	empty: 'the file is empty',
	short: (bytes: number, announced: number): string =>
		`only ${bytes} of ${announced} bytes arrived`,
	interrupted: (detail: string): string => `the download was interrupted (${detail})`,
	unreachable: (detail: string): string => `the file host can’t be reached (${detail})`,
	stalled: 'the download stalled',
	tooSlow: (minutes: number): string => `the download took longer than ${minutes} minutes`,
	tooLarge: 'the file is too large for a video',
	redirectsTooOften: 'the file host redirects too often',
	noWebAddress: (isRedirect: boolean): string =>
		isRedirect
			? 'the file host redirects to something that isn’t a web address'
			: 'its address isn’t a web address',
	ownNetwork: (host: string, isRedirect: boolean): string =>
		isRedirect
			? `the file host redirects to ${host}, which is in your own network`
			: `its address is in your own network (${host})`,
};

/** A message with all that is known of where it happened. */
export function located(
	message: string,
	itemIndex: number,
	taskId?: string,
	addition?: string,
): string {
	const task = taskId === undefined ? '' : ` (task ${taskId})`;
	return `${message}${addition ? `. In addition, ${addition}` : ''}${task} [Item ${itemIndex}]`;
}

/** "A, B or C" */
export function either(values: readonly string[]): string {
	const last = values[values.length - 1] ?? '';
	return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}

/** Nobody reads more of a value, but n8n would store it, several times. Characters. */
const LONGEST_QUOTE = 100;

/** A value as messages quote it: the only way for a value into a message. */
export function quote(value: unknown): string {
	if (isBlank(value)) return 'empty';
	if (typeof value === 'string') return `"${bare(value)}"`;
	return beginningOf(String(JSON.stringify(sampleOf(value))), LONGEST_QUOTE);
}

/** The same without quotation marks, such as a name. */
function bare(text: string): string {
	return beginningOf(text, LONGEST_QUOTE);
}

/** As many entries and levels as a quote may need. */
const SAMPLE = { entries: 10, depth: 3 } as const;

/** A value small enough to be written down as a whole, whatever it holds. */
function sampleOf(value: unknown, depth: number = SAMPLE.depth): unknown {
	if (typeof value === 'string') return bare(value);
	if (typeof value === 'bigint') return String(value);
	if (typeof value !== 'object' || value === null) return value;
	if (depth === 0 || ArrayBuffer.isView(value)) return '…';
	// Dates, JavaScript's and Luxon's.
	if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON() as unknown;
	if (Array.isArray(value)) {
		return value.slice(0, SAMPLE.entries).map((each) => sampleOf(each, depth - 1));
	}
	const entries = Object.entries(value).slice(0, SAMPLE.entries);
	return Object.fromEntries(entries.map(([name, each]) => [bare(name), sampleOf(each, depth - 1)]));
}

/** Signed addresses are long, but not endless. */
const LONGEST_ADDRESS = 2_000;

function shortened(address: string): string {
	return beginningOf(address, LONGEST_ADDRESS);
}

/** An error's reason in one line, for the log. */
function reasonOf(error: unknown): string {
	return maskKeys(isExplained(error) ? `${wordsOf(error).message}.` : String(error));
}

function costOf({ amount, unit }: Cost): string {
	return unit === 'balance' ? `${amount} from the balance` : `${amount} ${unit}`;
}

function isBlank(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

function rangeOf(least: number, most: number): string {
	return most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
}

function sentences(...parts: Array<string | false | undefined>): string {
	return parts.filter(Boolean).join(' ');
}
