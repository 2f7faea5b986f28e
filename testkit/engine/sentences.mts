/**
 * Reads the sentences of the nodes' errors back into facts. Every sentence is made once from the
 * table of words, with slots in place of what differs, and turned into a pattern: so this file
 * repeats none of them.
 */
import { KlingApi } from '../../credentials/KlingApi.credentials.ts';
import {
	CredentialError,
	type CredentialProblem,
} from '../../nodes/shared/api/errors/credentialError.ts';
import {
	KlingError,
	type KlingErrorFacts,
	type ReplyFlaw,
} from '../../nodes/shared/api/errors/klingError.ts';
import { type ErrorKind, MEANINGS } from '../../nodes/shared/api/errors/kinds.ts';
import type { ExplainedError } from '../../nodes/shared/api/errors/explainedError.ts';
import { knownById, type TaskStatus } from '../../nodes/shared/api/task.ts';
import { DownloadError, InputFileError } from '../../nodes/shared/n8n/words/errorClasses.ts';
import {
	LABELS,
	type Parameter,
	SERVICE_LABELS,
	STATUS_LABELS,
} from '../../nodes/shared/n8n/words/labels.ts';
import { type Situation, wordsOf } from '../../nodes/shared/n8n/words/errors.ts';
import {
	bodyWords,
	callbackWords,
	costWords,
	filterWords,
	imageWords,
	parameterWords,
	supportWords,
} from '../../nodes/shared/n8n/words/parameters.ts';
import type { Words } from '../../nodes/shared/n8n/words/phrases.ts';
import { StoppedError } from '../../nodes/shared/engine/clock.ts';
import { TimeLimitError } from '../../nodes/shared/engine/poller.ts';
import { UnknownOutcomeError } from '../../nodes/shared/engine/submit.ts';

/** A sentence of the table. */
class Sentence {
	/** The longest part that is always the same: looking for it is much faster than the pattern. */
	private readonly fixed: string;

	constructor(
		readonly kind: ErrorKind,
		private readonly text: string,
		/** What the sentence says beyond its slots. */
		private readonly facts: Readonly<Record<string, string>> = {},
	) {
		const [longest = ''] = text.split(SLOT).sort((one, other) => other.length - one.length);
		this.fixed = longest;
	}

	/** @returns what the message says, by the names of slots; nothing if it is another sentence */
	read(message: string): Readonly<Record<string, string>> | undefined {
		if (!message.includes(this.fixed)) return undefined;
		const match = toPattern(this.text).exec(message);
		return match ? { ...match.groups, ...this.facts } : undefined;
	}
}

const SLOT = /"?\uE000\w+\uE001"?/;

/** Stands for whatever a sentence is filled in with; the pattern's group of this name finds it. */
export function slot(name: string): never {
	return `\uE000${name}\uE001` as never;
}

/** @param text a text with slots @returns matches that text, whatever the slots are filled in with */
export function toPattern(text: string): RegExp {
	const escaped = text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
	// A value is quoted if it is text.
	const seen = new Set<string>();
	const filled = escaped.replace(
		/("?)\uE000(\w+)\uE001\1/g,
		(_slot, quote: string, name: string) => {
			if (name === 'value') return '(?<value>.+?)';
			const group = seen.has(name) ? `\\k<${name}>` : `(?<${name}>.+?)`;
			seen.add(name);
			return quote + group + quote;
		},
	);
	return new RegExp(`^${filled}$`, 's');
}

/** All sentences there are, made at the first call. */
export function sentences(): readonly Sentence[] {
	known ??= [
		...(Object.keys(MEANINGS) as ErrorKind[]).flatMap((kind) => OWN[kind]?.() ?? answers(kind)),
		...WITHOUT_LIST.flatMap((kind) =>
			[{}, { httpStatus: slot('httpStatus') }].map(
				(source) =>
					new Sentence(kind, wordsOf(new KlingError(kind, source), { lacksList: true }).message),
			),
		),
	];
	return known;
}

let known: readonly Sentence[] | undefined;

function sentence(
	error: ExplainedError,
	facts?: Readonly<Record<string, string>>,
	situation?: Situation,
): Sentence {
	return new Sentence(error.kind, wordsOf(error, situation).message, facts);
}

/** What Kling, or something on the way to it, answered: with or without the codes. */
function answers(
	kind: ErrorKind,
	more: KlingErrorFacts = {},
	facts?: Readonly<Record<string, string>>,
	situation?: Situation,
) {
	const [code, httpStatus] = [slot('klingCode'), slot('httpStatus')];
	return [{}, { httpStatus }, { httpStatus, code }].map((source) =>
		sentence(new KlingError(kind, { ...more, ...source }), facts, situation),
	);
}

/** What relays without lists answer to the request for one. */
const WITHOUT_LIST: readonly ErrorKind[] = [
	'notFound',
	'badRequest',
	'unsupported',
	'webPage',
	'otherShape',
];

/** A reply that could not be read. */
function flawed(kind: ErrorKind, ...flaws: Array<Exclude<ReplyFlaw['is'], 'badField'>>) {
	return flaws.flatMap((is) => answers(kind, { flaw: { is } }, { flaw: is }));
}

const STATUSES = Object.keys(STATUS_LABELS) as TaskStatus[];
const PARAMETERS = Object.keys(LABELS) as Parameter[];
const SERVICES = Object.keys(SERVICE_LABELS) as Array<keyof typeof SERVICE_LABELS>;

/** Of kinds whose sentences say more than a code. */
const OWN: Partial<Record<ErrorKind, () => Sentence[]>> = {
	webPage: () => flawed('webPage', 'webPage'),
	unreadable: () => flawed('unreadable', 'empty', 'incompleteJson', 'noAccount'),
	otherShape: () => [
		...flawed('otherShape', 'noTask', 'notUnderstood'),
		...answers('otherShape', { flaw: { is: 'badField', field: slot('flaw') } }),
	],
	notFound: () => [
		...answers('notFound'),
		// What the service does not have is the address itself.
		...answers('notFound', { original: 'Invalid URL' }),
	],
	idInUse: () =>
		STATUSES.map((ownerStatus) => {
			const inUse = {
				externalTaskId: slot('externalTaskId'),
				taskId: slot('ownerId'),
				taskStatus: ownerStatus,
			};
			return sentence(new KlingError('idInUse', { inUse }), { ownerStatus });
		}),
	// The message names what was rejected.
	moderation: () =>
		['', 'image', 'prompt'].flatMap((original) =>
			[true, false].flatMap((hasImage) =>
				answers('moderation', { original }, undefined, { hasImage }),
			),
		),
	inputFile: () =>
		IMAGE_FIELDS.flatMap(([, parameter]) =>
			['File not found', 'ECONNRESET'].map((words) =>
				sentence(new InputFileError(parameter, new Error(words)), { parameter }),
			),
		),
	taskFailed: () => [
		sentence(new KlingError('taskFailed', { reason: slot('reason') })),
		sentence(new KlingError('taskFailed')),
	],
	timeLimit: () =>
		STATUSES.map((lastStatus) => {
			const task = { ...knownById({ id: '', format: 'v1' }), status: lastStatus };
			return sentence(new TimeLimitError(task), { lastStatus });
		}),
	unknownOutcome: () => [
		sentence(new UnknownOutcomeError()),
		sentence(new UnknownOutcomeError(slot('lostId'))),
	],
	stopped: () => [sentence(new StoppedError())],
	download: () => [sentence(new DownloadError(slot('reason'), '', false))],
	credential: () =>
		[...new Set(new KlingApi().properties.map(({ name }) => name))].flatMap((field) =>
			CREDENTIAL_PROBLEMS.map((problem) =>
				sentence(new CredentialError(field, problem, slot('origin')), { field, problem }),
			),
		),
	input: inputSentences,
};

const CREDENTIAL_PROBLEMS = Object.keys({
	empty: 0,
	unsupported: 0,
	noKey: 0,
	noUrl: 0,
	unencrypted: 0,
	foreignUrl: 0,
	unsafeOption: 0,
	weakSecret: 0,
} satisfies Record<CredentialProblem, 0>) as CredentialProblem[];

type ParameterProblem = keyof typeof parameterWords;
/** Problems that only some parameters can have, or none in particular. */
type SpecialProblem =
	| 'modelNotAvailable'
	| 'needsApiKey'
	| 'noList'
	| 'noShots'
	| 'notTogether'
	| 'repeatedId'
	| 'shotsDontAddUp'
	| 'shotsTooLong'
	| 'tooManyShots';

const SPECIAL_WORDS: Readonly<Record<SpecialProblem, [Parameter | undefined, ...Words[]]>> = {
	modelNotAvailable: [
		'model',
		...SERVICES.map((service) => parameterWords.modelNotAvailable(slot('value'), service, [])),
	],
	needsApiKey: ['model', parameterWords.needsApiKey(slot('user'))],
	noList: [undefined, parameterWords.noList()],
	noShots: ['shots', parameterWords.noShots()],
	notTogether: [
		'lastFrame',
		...(['sound', 'multiShot'] as const).map((other) =>
			parameterWords.notTogether('lastFrame', other, slot('user')),
		),
	],
	repeatedId: ['externalTaskId', parameterWords.repeatedId(slot('id'), slot('one'), slot('other'))],
	shotsDontAddUp: ['shots', parameterWords.shotsDontAddUp(slot('seconds'), slot('duration'))],
	shotsTooLong: ['shots', parameterWords.shotsTooLong(slot('length'), slot('most'))],
	tooManyShots: ['shots', parameterWords.tooManyShots(slot('most'))],
};

/** Of the first frame, and of the last one. */
const IMAGE_FIELDS = [
	['imageUrl', 'imageBinaryPropertyName'],
	['lastFrameUrl', 'lastFrameField'],
] as const;

/** Of what is not about the value of a parameter alone. */
const OTHER_WORDS: ReadonlyArray<[problem: string, Parameter | undefined, Words]> = [
	['noBalance', undefined, supportWords.noBalance('gateway')],
	['noBalance', undefined, supportWords.noBalance('relay')],
	['noImages', undefined, supportWords.noImages()],
	...IMAGE_FIELDS.flatMap(
		([url, field]): Array<[string, Parameter, Words]> => [
			['noFile', field, imageWords.noFile(field, slot('field'))],
			['malformed', field, imageWords.malformed(field)],
			['isFile', url, imageWords.isFile(url, 'firstFrame')],
			['bytes', url, imageWords.bytes(url, 'firstFrame')],
			['severalUrls', url, imageWords.severalUrls(url)],
			['sharePage', url, imageWords.sharePage(url, 'firstFrame')],
			...[url, field].flatMap(
				(name): Array<[string, Parameter, Words]> => [
					['noImage', name, imageWords.noImage(name)],
					['noImage', name, imageWords.noImage(name, { is: 'empty' })],
					['noImage', name, imageWords.noImage(name, { is: 'webPage' })],
					['noImage', name, imageWords.noImage(name, { is: 'text', text: slot('text') })],
					['noImage', name, imageWords.noImage(name, { is: 'picture', name: slot('found') })],
					['noImage', name, imageWords.noImage(name, { is: 'file', name: slot('found') })],
					['imageTooLarge', name, imageWords.tooLarge(name, slot('bytes'), slot('most'))],
				],
			),
			['noImageUrl', url, imageWords.noUrl(url, slot('value'))],
			['ownNetwork', url, imageWords.ownNetwork(url, slot('host'))],
		],
	),
	['noCallback', 'waitFor', supportWords.noCallback(slot('user'))],
	[
		'noJson',
		'additionalBodyFields',
		bodyWords.noJson('additionalBodyFields', slot('line'), slot('column')),
	],
	['noObject', 'additionalBodyFields', bodyWords.noObject('additionalBodyFields')],
	['tooLarge', 'additionalBodyFields', bodyWords.tooLarge('additionalBodyFields', slot('most'))],
	['tooMany', 'additionalBodyFields', bodyWords.tooMany('additionalBodyFields', slot('most'))],
	['tooDeep', 'additionalBodyFields', bodyWords.tooDeep('additionalBodyFields', slot('most'))],
	[
		'changesCallback',
		'additionalBodyFields',
		bodyWords.changesCallback('additionalBodyFields', slot('field')),
	],
	['changes', 'additionalBodyFields', bodyWords.changes('additionalBodyFields', slot('field'))],
	['noTime', 'createdAfter', filterWords.noTime('createdAfter', slot('value'))],
	['overLimit', 'costLimit', costWords.overLimit(slot('sum'), slot('limit'), 1)],
	['overLimit', 'costLimit', costWords.overLimit(slot('sum'), slot('limit'), slot('videos'))],
	['noPrice', 'costLimit', costWords.noPrice(slot('user'))],
	['priceChanged', 'costLimit', costWords.priceChanged(slot('field'))],
];

const PARAMETER_WORDS: Readonly<
	Record<Exclude<ParameterProblem, SpecialProblem>, (name: Parameter) => Words[]>
> = {
	empty: (name) => [parameterWords.empty(name)],
	notText: (name) => [parameterWords.notText(name)],
	tooLong: (name) => [parameterWords.tooLong(name, slot('length'), slot('most'))],
	outOfRange: (name) => [
		parameterWords.outOfRange(name, slot('value'), slot('least'), slot('most')),
		parameterWords.outOfRange(name, slot('value'), slot('least'), Infinity),
	],
	notWhole: (name) => [parameterWords.notWhole(name, slot('value'))],
	notBoolean: (name) => [parameterWords.notBoolean(name, slot('value'))],
	notSupported: (name) => [parameterWords.notSupported(name, slot('value'), slot('user'), [])],
	notAChoice: (name) => [parameterWords.notAChoice(name, slot('value'), [])],
	noId: (name) => [parameterWords.noId(name)],
	noUrl: (name) => [parameterWords.noUrl(name, slot('value'))],
	noSuchOption: (name) => [parameterWords.noSuchOption(name, slot('user'))],
	onlyWith: (name) =>
		PARAMETERS.map((other) => parameterWords.onlyWith(name, slot('user'), other, [slot('labels')])),
	zeroMovement: (name) => [parameterWords.zeroMovement(name, slot('most'))],
	unreadable: (name) => [parameterWords.unreadable(name)],
};

/** What is wrong with parameters: the special words first, which the general ones would match too. */
function inputSentences(): Sentence[] {
	return [
		...Object.entries(callbackWords).map(([problem, words]) =>
			inputSentence(words, 'waitFor', problem),
		),
		...OTHER_WORDS.map(([problem, parameter, words]) => inputSentence(words, parameter, problem)),
		...Object.entries(SPECIAL_WORDS).flatMap(([problem, [parameter, ...all]]) =>
			all.map((words) => inputSentence(words, parameter, problem)),
		),
		...Object.entries(PARAMETER_WORDS).flatMap(([problem, wordsFor]) =>
			PARAMETERS.flatMap((parameter) =>
				wordsFor(parameter).map((words) => inputSentence(words, parameter, problem)),
			),
		),
	];
}

function inputSentence(
	{ message }: Words,
	parameter: Parameter | undefined,
	problem: string,
): Sentence {
	const facts = { problem, ...(parameter && { parameter }) };
	return new Sentence('input', message, facts);
}
