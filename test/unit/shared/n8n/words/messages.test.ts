/**
 * The only test that asserts wording: what every sentence must be like, and, at the end, a few dozen
 * of them as they are, so that a change of a sentence is seen once.
 */
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import { KlingApi } from '../../../../../credentials/KlingApi.credentials';
import { KlingImageToVideo } from '../../../../../nodes/KlingImageToVideo/KlingImageToVideo.node';
import { KlingTextToVideo } from '../../../../../nodes/KlingTextToVideo/KlingTextToVideo.node';
import { KlingTrigger } from '../../../../../nodes/KlingTrigger/KlingTrigger.node';
import {
	CREDENTIAL_LABELS,
	CredentialError,
	type CredentialProblem,
} from '../../../../../nodes/shared/api/errors/credentialError';
import {
	idInUse,
	KlingError,
	type KlingErrorFacts,
	type ReplyFlaw,
} from '../../../../../nodes/shared/api/errors/klingError';
import { type ErrorKind, MEANINGS } from '../../../../../nodes/shared/api/errors/kinds';
import type { ExplainedError } from '../../../../../nodes/shared/api/errors/explainedError';
import type { TransportProblem } from '../../../../../nodes/shared/api/http';
import { describeModel, modelsIn } from '../../../../../nodes/shared/api/modelLookup';
import { ALL_MODELS } from '../../../../../nodes/shared/api/models';
import {
	DownloadError,
	InputError,
	InputFileError,
} from '../../../../../nodes/shared/n8n/words/errorClasses';
import * as labels from '../../../../../nodes/shared/n8n/words/labels';
import { type Situation, wordsOf } from '../../../../../nodes/shared/n8n/words/errors';
import {
	answers,
	consequences,
	downloadReasons,
	notes,
	testWords,
} from '../../../../../nodes/shared/n8n/words/notes';
import {
	bodyWords,
	callbackWords,
	costWords,
	filterWords,
	imageWords,
	parameterWords,
	supportWords,
} from '../../../../../nodes/shared/n8n/words/parameters';
import { either, located, quote, type Words } from '../../../../../nodes/shared/n8n/words/phrases';
import { StoppedError } from '../../../../../nodes/shared/engine/clock';
import { TimeLimitError } from '../../../../../nodes/shared/engine/poller';
import { UnknownOutcomeError } from '../../../../../nodes/shared/engine/submit';
import { FORBIDDEN_WORDS } from '../../../../../testkit/words.mts';
import { created, URL } from '../../../gatewayReplies';

const { LABELS } = labels;
type Parameter = labels.Parameter;

const KINDS = Object.keys(MEANINGS) as ErrorKind[];
const PARAMETERS = Object.keys(LABELS) as Parameter[];

const AT_KLING: Situation['connection'] = { service: 'official', hasOwnBaseUrl: false };
const AT_RELAY: Situation['connection'] = { service: 'official', hasOwnBaseUrl: true };
const AT_GATEWAY: Situation['connection'] = { service: 'gateway', hasOwnBaseUrl: true };

const SITUATIONS: Situation[] = [undefined, AT_KLING, AT_RELAY, AT_GATEWAY].flatMap((connection) =>
	[true, false].map((isCreating) => ({ connection, isCreating })),
);

const FLAWS: ReplyFlaw[] = [
	...(['empty', 'webPage', 'incompleteJson', 'noTask', 'noAccount', 'notUnderstood'] as const).map(
		(is) => ({ is }),
	),
	{ is: 'badField', field: 'task_id' },
];

const PROBLEMS: TransportProblem[] = ['address', 'certificate', 'protocol', 'blocked', 'proxy'];

/** What errors of Kling's may tell of themselves, from nothing to everything. */
const FACTS: KlingErrorFacts[] = [
	{},
	{ httpStatus: 400 },
	{ httpStatus: 400, code: 1201, original: 'no such mode', requestId: 'r-1' },
	{ original: 'connect ECONNREFUSED' },
	...FLAWS.map((flaw) => ({ httpStatus: 200, flaw })),
	...PROBLEMS.map((problem) => ({ problem })),
	{ reason: 'no cats' },
];

const CREDENTIAL_PROBLEMS: CredentialProblem[] = [
	'empty',
	'unsupported',
	'noKey',
	'noUrl',
	'unencrypted',
	'foreignUrl',
	'weakSecret',
];

/** Words of a table, for a parameter: each entry of the table must be here, with all its variants. */
type Samples<Table> = { [Entry in keyof Table]: (name: Parameter) => Words[] };

const SAMPLES: Array<Samples<object>> = [
	{
		empty: (name) => [parameterWords.empty(name)],
		notText: (name) => [parameterWords.notText(name)],
		tooLong: (name) => [parameterWords.tooLong(name, 7, 5)],
		outOfRange: (name) => [
			parameterWords.outOfRange(name, 'much', 0, 1),
			parameterWords.outOfRange(name, undefined, 1, Infinity),
		],
		notWhole: (name) => [parameterWords.notWhole(name, 2.5)],
		notBoolean: (name) => [parameterWords.notBoolean(name, { a: 1 })],
		notSupported: (name) => [
			parameterWords.notSupported(name, '4K', 'Kling 2.6', ['Standard', 'Professional']),
			parameterWords.notSupported(name, '', 'Kling 2.6', ['Standard']),
		],
		notAChoice: (name) => [parameterWords.notAChoice(name, null, ['Polling', 'Callback'])],
		noId: (name) => [parameterWords.noId(name)],
		noUrl: (name) => [parameterWords.noUrl(name, 'kling')],
		noSuchOption: (name) => [parameterWords.noSuchOption(name, 'Kling 2.6')],
		onlyWith: (name) => [parameterWords.onlyWith(name, 'Kling 2.6', 'mode', ['Professional'])],
		notTogether: (name) => [parameterWords.notTogether(name, 'sound', 'Kling 2.6')],
		zeroMovement: (name) => [parameterWords.zeroMovement(name, 10)],
		unreadable: (name) => [parameterWords.unreadable(name)],
		tooManyShots: () => [parameterWords.tooManyShots(6)],
		noShots: () => [parameterWords.noShots()],
		shotsDontAddUp: () => [parameterWords.shotsDontAddUp(8, 10)],
		shotsTooLong: () => [parameterWords.shotsTooLong(4000, 3072)],
		needsApiKey: () => [parameterWords.needsApiKey('Kling 3.0 Turbo')],
		modelNotAvailable: () => [
			parameterWords.modelNotAvailable('kling-v9', 'official', ['Kling 3.0', 'Kling 2.6']),
			parameterWords.modelNotAvailable('kling-v9', 'gateway', ['Kling 1.6']),
		],
		noList: () => [parameterWords.noList()],
		repeatedId: () => [parameterWords.repeatedId('mine', 0, 2)],
	} satisfies Samples<typeof parameterWords>,
	{
		noBalance: () => [supportWords.noBalance('gateway'), supportWords.noBalance('relay')],
		noImages: () => [supportWords.noImages()],
		noCallback: () => [supportWords.noCallback('Kling 4.0')],
	} satisfies Samples<typeof supportWords>,
	{
		noFile: (name) => [
			imageWords.noFile(name, 'data'),
			imageWords.noFile(name, 'data', ['image_0', 'file']),
		],
		malformed: (name) => [imageWords.malformed(name)],
		noImage: (name) => [
			imageWords.noImage(name),
			...(['empty', 'webPage', 'unknown'] as const).map((is) => imageWords.noImage(name, { is })),
			imageWords.noImage(name, { is: 'picture', name: 'a WebP image' }),
			imageWords.noImage(name, { is: 'file', name: 'a PDF file' }),
			imageWords.noImage(name, { is: 'text', text: 'Not found' }),
		],
		isFile: (name) => [imageWords.isFile(name, 'firstFrame')],
		bytes: (name) => [imageWords.bytes(name, 'lastFrameSource')],
		severalUrls: (name) => [imageWords.severalUrls(name)],
		sharePage: (name) => [
			imageWords.sharePage(name, 'firstFrame'),
			imageWords.sharePage(name, 'firstFrame', 'https://example.com/direct'),
		],
		tooLarge: (name) => [imageWords.tooLarge(name, 12.4, 10)],
		tooSmall: (name) => [imageWords.tooSmall(name, { width: 299, height: 400 }, 300)],
		tooNarrow: (name) => [imageWords.tooNarrow(name, { width: 300, height: 751 }, 2.5)],
		noUrl: (name) => [imageWords.noUrl(name, 'cat.png')],
		ownNetwork: (name) => [imageWords.ownNetwork(name, 'localhost:5678')],
	} satisfies Samples<typeof imageWords>,
	{
		noJson: (name) => [bodyWords.noJson(name, 1, 2)],
		noObject: (name) => [bodyWords.noObject(name)],
		tooLarge: (name) => [bodyWords.tooLarge(name, 14)],
		tooMany: (name) => [bodyWords.tooMany(name, 20_000)],
		tooDeep: (name) => [bodyWords.tooDeep(name, 100)],
		changes: (name) => [bodyWords.changes(name, 'mode', 'mode'), bodyWords.changes(name, 'a.b')],
		changesCallback: (name) => [bodyWords.changesCallback(name, 'callback_url')],
	} satisfies Samples<typeof bodyWords>,
	{
		noTime: (name) => [filterWords.noTime(name, 'yesterday')],
	} satisfies Samples<typeof filterWords>,
	{
		overLimit: () => [costWords.overLimit(7, 5, 1), costWords.overLimit(7, 5, 3)],
		noPrice: () => [costWords.noPrice('Kling 4.0')],
		priceChanged: () => [costWords.priceChanged('mode')],
	} satisfies Samples<typeof costWords>,
];

/** Every way in which a parameter can be wrong. */
const PARAMETER_WORDS: Words[] = [
	...SAMPLES.flatMap((samples) =>
		Object.values<(name: Parameter) => Words[]>(
			samples as Samples<Record<string, unknown>>,
		).flatMap((wordsFor) => PARAMETERS.flatMap(wordsFor)),
	),
	...Object.values(callbackWords),
];

/** Errors of a kind, in all their variants. */
function errorsOf(kind: ErrorKind): ExplainedError[] {
	switch (kind) {
		case 'input':
			return PARAMETER_WORDS.map((words) => new InputError(undefined, words));
		case 'inputFile':
			return ['File not found', 'read ECONNRESET'].map(
				(detail) => new InputFileError('imageBinaryPropertyName', new Error(detail)),
			);
		case 'credential':
			return Object.keys(CREDENTIAL_LABELS).flatMap((field) =>
				CREDENTIAL_PROBLEMS.map((problem) => new CredentialError(field, problem)),
			);
		case 'idInUse':
			return [idInUse('mine', { ...created('t-1'), status: 'processing' })];
		case 'timeLimit':
			return [
				new TimeLimitError(created('t-1')),
				new TimeLimitError({ ...created('t-1'), status: 'processing' }, new KlingError('timeout')),
				new TimeLimitError(created('t-1'), new TypeError('a bug')),
			];
		case 'unknownOutcome':
			return [new UnknownOutcomeError(), new UnknownOutcomeError('n8n-1-0-abc')];
		case 'stopped':
			return [new StoppedError()];
		case 'download':
			return DOWNLOAD_REASONS.map((reason) => new DownloadError(reason, URL, true));
		default:
			return FACTS.map((facts) => new KlingError(kind, facts));
	}
}

const DOWNLOAD_REASONS = Object.values({
	noVideo: [downloadReasons.noVideo('text/html')],
	status: [downloadReasons.status(404)],
	empty: [downloadReasons.empty],
	short: [downloadReasons.short(9, 10)],
	interrupted: [downloadReasons.interrupted('socket hang up')],
	unreachable: [downloadReasons.unreachable('ECONNREFUSED')],
	stalled: [downloadReasons.stalled],
	tooSlow: [downloadReasons.tooSlow(30)],
	tooLarge: [downloadReasons.tooLarge],
	redirectsTooOften: [downloadReasons.redirectsTooOften],
	noWebAddress: [downloadReasons.noWebAddress(true), downloadReasons.noWebAddress(false)],
	ownNetwork: [
		downloadReasons.ownNetwork('10.0.0.1', true),
		downloadReasons.ownNetwork('10.0.0.1', false),
	],
} satisfies Record<keyof typeof downloadReasons, string[]>).flat();

/** All words of errors of a kind, in every situation. */
function allWordsOf(kind: ErrorKind): Words[] {
	const all = errorsOf(kind).flatMap((error) =>
		SITUATIONS.map((situation) => wordsOf(error, situation)),
	);
	return [...new Map(all.map((words) => [JSON.stringify(words), words])).values()];
}

const ALL_WORDS = KINDS.flatMap(allWordsOf);

/** What else users read while a workflow runs. */
const OTHER_SENTENCES = [
	...Object.values({
		mayHaveStarted: [
			consequences.mayHaveStarted(undefined),
			consequences.mayHaveStarted('n8n-1-0-abc'),
		],
		checkConsole: [consequences.checkConsole],
		notCharged: [consequences.notCharged],
		stillRunning: [consequences.stillRunning],
		otherIdsInUse: [consequences.otherIdsInUse(['t-1 (item 0)'])],
		otherTasks: [consequences.otherTasks(['t-1 (item 0, Processing)'])],
		othersMayHaveStarted: [consequences.othersMayHaveStarted(['item 1'])],
		noneCreated: [consequences.noneCreated],
		canceled: [consequences.canceled],
	} satisfies Record<keyof typeof consequences, string[]>),
	...Object.values({
		reused: [notes.reused(1), notes.reused(3)],
		finished: [notes.finished(2, 1)],
		charged: [
			notes.charged([{ amount: 3, unit: 'units' }], undefined),
			notes.charged([{ amount: 3, unit: 'units' }], 4),
		],
		progress: [notes.progress({ waiting: 1, running: 2, finished: 3, failed: 4 })],
		canceled: [notes.canceled('No videos were created.')],
		listCut: [notes.listCut],
		privateCallback: [notes.privateCallback('localhost:5678')],
		checkNotReceived: [notes.checkNotReceived(401, 'n8n.example.com')],
		callbackNotHandled: [
			notes.callbackNotHandled('a reason'),
			notes.callbackNotHandled(new KlingError('timeout')),
		],
		callbackIgnored: [notes.callbackIgnored('a reason')],
	} satisfies Record<keyof typeof notes, string[]>),
	...Object.values({
		accepted: [testWords.accepted],
		unproven: [testWords.unproven],
		otherRegion: [testWords.otherRegion('china')],
		failed: [testWords.failed({ message: 'Something happened', description: 'Do something.' })],
	} satisfies Record<keyof typeof testWords, string[]>),
	Object.values(answers),
	DOWNLOAD_REASONS,
].flat();

/** All texts of form fields: names, descriptions, hints and placeholders, those of options included. */
function formTexts(fields: ReadonlyArray<INodeProperties | INodePropertyOptions>): string[] {
	return fields.flatMap((field) => {
		const { displayName, name, description, hint, placeholder, options, type } =
			field as INodeProperties;
		const own = [displayName ?? name, description, hint, placeholder];
		const action = (field as INodePropertyOptions).action;
		const inside = (options ?? []) as Array<INodeProperties | INodePropertyCollection>;
		return [
			...[...own, action].filter((text) => text !== undefined),
			...inside.flatMap((option) =>
				type === 'fixedCollection' && 'values' in option
					? [option.displayName, ...formTexts(option.values)]
					: formTexts([option as INodeProperties]),
			),
		];
	});
}

const NODES = [
	new KlingImageToVideo().description,
	new KlingTextToVideo().description,
	new KlingTrigger().description,
];

const FORM_TEXTS = [
	...NODES.flatMap((node) => [
		node.displayName,
		node.description,
		node.waitingNodeTooltip ?? '',
		node.eventTriggerDescription ?? '',
		JSON.stringify(node.triggerPanel ?? ''),
		...formTexts(node.properties),
	]),
	...formTexts(new KlingApi().properties),
	...ALL_MODELS.map((model) => describeModel(model) ?? ''),
];

const LABEL_TEXTS = Object.values(labels).flatMap((table) => Object.values(table) as string[]);

const ALL_TEXTS = [
	...ALL_WORDS.flatMap(({ message, description }) => [message, description]),
	...OTHER_SENTENCES,
	...FORM_TEXTS,
	...LABEL_TEXTS,
];

it('there is enough to look at', () => {
	expect(ALL_WORDS.length).toBeGreaterThan(800);
	expect(FORM_TEXTS.length).toBeGreaterThan(150);
	expect(ALL_TEXTS.filter((text) => typeof text !== 'string')).toEqual([]);
});

describe('the words of every kind of error', () => {
	it.each(KINDS)('are both there: what happened, and what to do: %s', (kind) => {
		const all = allWordsOf(kind);
		expect(all.length).toBeGreaterThan(0);
		const isEmpty = ({ message, description }: Words) =>
			message.trim() === '' || description.trim() === '';
		expect(all.filter(isEmpty)).toEqual([]);
	});

	it.each(KINDS)('are a message without a full stop, and whole sentences: %s', (kind) => {
		const beginsWell = /^(['A-Z]|n8n[ ’])/;
		const isBroken = /undefined|null|NaN|\[object|\s\s|\.\.|,\s*\.|\s\.(?!\w)/;
		const isWell = ({ message, description }: Words) =>
			beginsWell.test(message) &&
			!/[.:;,\s]$/.test(message) &&
			beginsWell.test(description) &&
			description.endsWith('.') &&
			!isBroken.test(`${message}|${description}`);
		expect(allWordsOf(kind).filter((words) => !isWell(words))).toEqual([]);
	});

	it('tell all kinds apart that Kling has codes for', () => {
		const messages = KINDS.filter((kind) => !SHARED.has(kind)).map(
			(kind) => wordsOf(errorsOf(kind)[0] as ExplainedError).message,
		);
		expect(new Set(messages).size).toBe(messages.length);
	});

	/** Kinds that say what others say. */
	const SHARED = new Set<ErrorKind>([
		// "Kling rejected the request", as badRequest.
		'refused',
		// "The reply didn’t come from the Kling API", as redirected.
		'notTheApi',
		// "The reply couldn’t be read", with the flaw.
		'webPage',
		'otherShape',
		// The words stand in the error.
		'input',
	]);

	it('name status and code of the answer, Kling’s words and the request’s ID', () => {
		const facts = { httpStatus: 400, code: 1201, original: 'no such mode', requestId: 'r-1' };
		const { message, description } = wordsOf(new KlingError('badParameter', facts));
		expect(message).toMatch(/\(code 1201, HTTP 400\)$/);
		expect(description).toContain('"no such mode"');
		expect(description).toContain('r-1');
	});
});

describe('every text', () => {
	const FORBIDDEN = [FORBIDDEN_WORDS, /\bas far as\b/i, /\bslots?\b/i, /\bdead worker\b/i];

	it('is free of words that are out', () => {
		const bad = ALL_TEXTS.filter((text) => FORBIDDEN.some((words) => words.test(text)));
		expect(bad).toEqual([]);
	});

	it.each([
		'dearer',
		'dearest',
		'anew',
		'puts out',
		'takes up',
		'taken up',
		'something else than',
		'besides',
		'as far as',
		'bought',
		'billed',
		'slots',
		'Kling’s own service',
		'goes on with',
	])('could be caught using "%s"', (words) => {
		expect(FORBIDDEN.some((each) => each.test(`It is ${words} here`))).toBe(true);
	});

	it('says Kling AI, and not "official", which nobody chose', () => {
		const messages = ALL_WORDS.flatMap(({ message, description }) => [message, description]);
		expect(messages.filter((text) => /\bofficial\b/i.test(text))).toEqual([]);
	});

	it('names no parameter by its internal name', () => {
		const isName = /\b[a-z]+[A-Z][A-Za-z]*\b/;
		const messages = ALL_WORDS.flatMap(({ message, description }) => [message, description]);
		expect([...messages, ...OTHER_SENTENCES].filter((text) => isName.test(text))).toEqual([]);
	});
});

describe('what is quoted', () => {
	const NAMES = new Set<string>([
		...Object.values(LABELS),
		...Object.values(CREDENTIAL_LABELS),
		// Options.
		...Object.values(labels.WAIT_FOR_LABELS),
		...Object.values(labels.IMAGE_SOURCE_LABELS),
		'API Key',
		'Custom',
	]);

	it('is a field by its display name, or an option by its label', () => {
		const texts = [
			...ALL_WORDS.flatMap(({ message, description }) => [message, description]),
			...OTHER_SENTENCES,
		];
		const quoted = texts.flatMap((text) =>
			[...text.matchAll(/'([^']*)'/g)].map(([, name]) => name),
		);
		expect(quoted.length).toBeGreaterThan(100);
		expect([...new Set(quoted)].filter((name) => !NAMES.has(name ?? ''))).toEqual([]);
		// A quote that is never closed, or an apostrophe of the wrong kind.
		expect(texts.filter((text) => (text.match(/'/g) ?? []).length % 2 === 1)).toEqual([]);
	});

	it.each(PARAMETERS)('is the parameter that can’t be used: %s', (name) => {
		for (const words of [
			parameterWords.empty(name),
			parameterWords.notText(name),
			parameterWords.tooLong(name, 7, 5),
			parameterWords.outOfRange(name, 7, 0, 1),
			parameterWords.notWhole(name, 2.5),
			parameterWords.notBoolean(name, 'maybe'),
			parameterWords.notSupported(name, '4K', 'Kling 2.6', ['Standard']),
			parameterWords.notAChoice(name, 'x', ['Polling']),
			parameterWords.noId(name),
			parameterWords.noUrl(name, 'x'),
			parameterWords.noSuchOption(name, 'Kling 2.6'),
			parameterWords.onlyWith(name, 'Kling 2.6', 'mode', ['Professional']),
			parameterWords.zeroMovement(name, 10),
			parameterWords.unreadable(name),
		]) {
			expect(words.message).toContain(`'${LABELS[name]}'`);
		}
	});

	it('is called as the form calls it', () => {
		const inForm = new Set(FORM_TEXTS);
		// "Camera Control > Type": the field of a collection.
		const missing = Object.values(LABELS).filter(
			(label) => !label.split(' > ').every((part) => inForm.has(part)),
		);
		expect(missing).toEqual([]);
		const fields = new KlingApi().properties.map(({ name, displayName }) => [name, displayName]);
		expect(Object.fromEntries(fields)).toEqual(CREDENTIAL_LABELS);
	});
});

describe('advice', () => {
	/** About something else than the credential, whose own fields are named when they are wrong. */
	const others = KINDS.filter((kind) => !['credential', 'input'].includes(kind)).flatMap(errorsOf);

	const adviceIn = (connection: Situation['connection']) =>
		others.flatMap((error) =>
			[true, false].map((isCreating) => wordsOf(error, { connection, isCreating }).description),
		);

	it('never names Base URL where the connection has none', () => {
		expect(adviceIn(AT_KLING).filter((text) => text.includes('Base URL'))).toEqual([]);
		expect(adviceIn(undefined).filter((text) => text.includes('Base URL'))).toEqual([]);
	});

	it('names Base URL where the user has chosen it', () => {
		for (const connection of [AT_RELAY, AT_GATEWAY]) {
			expect(adviceIn(connection).some((text) => text.includes("'Base URL'"))).toBe(true);
		}
	});

	it('never names Region to a gateway, which has none', () => {
		expect(adviceIn(AT_GATEWAY).filter((text) => text.includes('Region'))).toEqual([]);
	});

	it('sends nobody to Kling’s console for an account that is a relay’s', () => {
		const { description } = wordsOf(new KlingError('noQuota'), { connection: AT_RELAY });
		expect(description).not.toMatch(/Kling console/);
	});
});

describe('parts of sentences', () => {
	it.each([
		[[], ''],
		[['A'], 'A'],
		[['A', 'B'], 'A or B'],
		[['A', 'B', 'C'], 'A, B or C'],
	])('join %j to "%s"', (values, text) => {
		expect(either(values)).toBe(text);
	});

	it.each<[unknown, string]>([
		['', 'empty'],
		[null, 'empty'],
		[undefined, 'empty'],
		['text', '"text"'],
		[7, '7'],
		[true, 'true'],
		[{ a: [1] }, '{"a":[1]}'],
	])('quote %j as %s', (value, text) => {
		expect(quote(value)).toBe(text);
	});

	it.each<[string, Parameters<typeof located>]>([
		['It rained [Item 0]', ['It rained', 0]],
		['It rained (task t-1) [Item 2]', ['It rained', 2, 't-1']],
		['It rained. In addition, it snowed [Item 2]', ['It rained', 2, undefined, 'it snowed']],
		['It rained. In addition, it snowed (task t-1) [Item 2]', ['It rained', 2, 't-1', 'it snowed']],
	])('tell where it happened: %s', (text, parts) => {
		expect(located(...parts)).toBe(text);
	});
});

describe('advice about the content', () => {
	it.each<
		[kind: ErrorKind, said: string | undefined, hasImage: boolean | undefined, words: string[]]
	>([
		['taskFailed', 'Image pixel is invalid', true, ['image']],
		['taskFailed', 'Failed to download image', undefined, ['image']],
		['taskFailed', 'Failed to generate', true, ['prompt', 'image']],
		['taskFailed', 'Failed to generate', false, ['prompt']],
		['taskFailed', undefined, undefined, ['prompt']],
		['taskFailed', '图片尺寸不合法', true, ['image']],
		['taskFailed', 'The prompt is too long', true, ['prompt', 'image']],
		['moderation', 'The image contains sensitive information', true, ['image']],
		['moderation', 'The prompt contains sensitive information', true, ['prompt']],
		['moderation', 'Risk control', true, ['prompt', 'image']],
		['moderation', 'Risk control', false, ['prompt']],
		['moderation', 'The image contains sensitive information', false, ['prompt']],
		['policy', undefined, true, ['prompt', 'image']],
		['policy', undefined, undefined, ['prompt']],
		['badParameter', 'image size must be at least 300px', true, ['image']],
		['badParameter', 'no such mode', true, []],
	])('%s, "%s", with an image: %s', (kind, said, hasImage, words) => {
		const facts = kind === 'taskFailed' ? { reason: said } : { original: said };
		const quoted = new RegExp(`(: )?"?${said ?? 'nothing'}"?`);
		const error = new KlingError(kind, facts);
		const { message, description } = wordsOf(error, { hasImage });
		const text = `${message} ${description}`.replace(quoted, '').replace(quoted, '');
		expect(['prompt', 'image'].filter((word) => new RegExp(`\\b${word}\\b`).test(text))).toEqual(
			words,
		);
	});
});

describe('advice about a key that is none of Kling’s', () => {
	const adviceFor = (apiKey: string, connection: Partial<Situation['connection']> = {}) =>
		(['badKey', 'tokenExpired', 'tokenEarly'] as const).map(
			(kind) =>
				wordsOf(new KlingError(kind), {
					connection: {
						service: 'official',
						hasOwnBaseUrl: false,
						authentication: { kind: 'apiKey', apiKey },
						...connection,
					},
				}).description,
		);

	it.each([
		['a token', 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln', /token that expires/],
		['both parts of an access key', 'AK0123456789|SK0123456789', /access key and a secret key/],
	])('says that it is %s', (_name, key, words) => {
		for (const advice of adviceFor(key)) {
			expect(advice).toMatch(words);
			expect(advice).toContain("'Authentication'");
			expect(advice).not.toContain(key);
		}
	});

	it('says nothing of keys that look as they should, or that another service issued', () => {
		const others = [...adviceFor('sk-0123456789'), ...adviceFor('1|abc', { service: 'gateway' })];
		expect(others.filter((advice) => advice.includes("'Authentication'"))).toEqual([]);
	});
});

describe('a quote', () => {
	const endless = 'x'.repeat(5_000_000);
	const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`key ${n}`, endless]));
	const circular: Record<string, unknown> = {};
	circular.self = circular;

	it.each<[name: string, value: unknown]>([
		['text', endless],
		['emoji', '🐈'.repeat(1_000_000)],
		['an object', { a: endless }],
		['an object with many fields', wide],
		['a list', Array(1_000_000).fill(endless)],
		['the name of a field', { [endless]: 1 }],
		['what holds itself', circular],
		['a buffer', Buffer.alloc(1_000_000)],
		['a large number', 10n ** 3000n],
	])('is never endless: %s', (_name, value) => {
		const quoted = quote(value);
		expect(quoted.length).toBeLessThanOrEqual(103);
		expect(quoted).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
	});

	it.each<[value: unknown, quoted: string]>([
		['a cat', '"a cat"'],
		['', 'empty'],
		[undefined, 'empty'],
		[7, '7'],
		[true, 'true'],
		[{ a: [1, { b: 'c' }] }, '{"a":[1,{"b":"c"}]}'],
		[new Date(0), '"1970-01-01T00:00:00.000Z"'],
	])('of %j is %s', (value, quoted) => {
		expect(quote(value)).toBe(quoted);
	});
});

/** Sentences as users read them, in the situation that they read them in. */
const ERRORS: Array<[ExplainedError, Situation, message: string, description: string]> = [
	[
		new KlingError('notFound', {
			httpStatus: 404,
			original: 'Invalid URL (POST /v1/v1/videos/text2video)',
		}),
		{ connection: AT_RELAY, isCreating: true },
		'This address doesn’t support the request (HTTP 404)',
		"Check 'Service', 'Region' and 'Base URL' in the Kling API credential. Original reply: \"Invalid URL (POST /v1/v1/videos/text2video)\".",
	],
	[
		new KlingError('notFound', { httpStatus: 404, original: 'Invalid URL' }),
		{ connection: AT_RELAY, lacksList: true },
		"The service at 'Base URL' doesn’t offer a list of tasks (HTTP 404)",
		"Use Get Status with the 'Task ID', or a credential for Kling AI. If other operations fail as well, check 'Base URL' in the Kling API credential. Original reply: \"Invalid URL\".",
	],
	[
		new KlingError('badKey', { httpStatus: 401, code: 1002 }),
		{ connection: AT_KLING },
		'Kling rejected the key (code 1002, HTTP 401)',
		"Check the key in the Kling API credential. It must belong to the selected 'Service' and 'Region'.",
	],
	[
		new KlingError('badKey', { httpStatus: 401 }),
		{ connection: AT_GATEWAY },
		'Kling rejected the key (HTTP 401)',
		"Check the key in the Kling API credential. It must come from the service at 'Base URL'.",
	],
	[
		new KlingError('tokenExpired', { httpStatus: 401, code: 1004 }),
		{},
		'Kling rejected the signed token as expired (code 1004, HTTP 401)',
		'Correct the clock of the server that runs n8n. It is behind.',
	],
	[
		new KlingError('unpaid', { httpStatus: 429, code: 1101 }),
		{},
		'The Kling account has an unpaid balance (code 1101, HTTP 429)',
		'Top up the account in the Kling console.',
	],
	[
		new KlingError('noQuota', { httpStatus: 402 }),
		{ connection: AT_RELAY },
		'The account has no quota or balance left (HTTP 402)',
		'Top up the account at the provider of the key.',
	],
	[
		new KlingError('noPermission', { httpStatus: 403, code: 1103 }),
		{ connection: AT_KLING },
		'The account has no permission for this request or model (code 1103, HTTP 403)',
		"Choose another 'Model', or ask Kling to enable this one.",
	],
	[
		new KlingError('badRequest', { httpStatus: 400, code: 1200 }),
		{ isCreating: true },
		'Kling rejected the request (code 1200, HTTP 400)',
		"Check which options the selected 'Model' supports.",
	],
	[
		new KlingError('badRequest', { httpStatus: 400, original: 'no', requestId: 'r-1' }),
		{ isById: true },
		'Kling rejected the request (HTTP 400)',
		'Check \'Task ID\'. Original reply: "no". Request ID: r-1.',
	],
	// A list, an account or a task that the node itself follows: there is no 'Task ID' to check.
	[
		new KlingError('badRequest', { httpStatus: 400, code: 1201 }),
		{ connection: AT_KLING },
		'Kling rejected the request (code 1201, HTTP 400)',
		"Check 'Service' and 'Region' in the Kling API credential.",
	],
	[
		new KlingError('notFound', { httpStatus: 404, code: 1203 }),
		{ connection: AT_KLING },
		'Kling couldn’t find the model or task (code 1203, HTTP 404)',
		"Check 'Service' and 'Region' in the Kling API credential.",
	],
	[
		new KlingError('notFound', { httpStatus: 404, code: 1203 }),
		{ isById: true },
		'Kling couldn’t find the model or task (code 1203, HTTP 404)',
		"Check 'Task ID', and use the credential that created the task.",
	],
	[
		new KlingError('notFound', { httpStatus: 404, code: 1203 }),
		{ isCreating: true, connection: AT_KLING },
		'Kling couldn’t find the model or task (code 1203, HTTP 404)',
		`Choose an available 'Model': ${either(modelsIn(['v1', 'path']).map(({ displayName }) => displayName))}. Check 'Service' and 'Region' in the Kling API credential.`,
	],
	[
		new KlingError('moderation', { httpStatus: 400, code: 1301 }),
		{},
		'Kling’s content moderation rejected the prompt (code 1301, HTTP 400)',
		'Change the prompt to comply with Kling’s content policy.',
	],
	[
		new KlingError('concurrencyLimit', { httpStatus: 429, code: 1303 }),
		{ isCreating: true },
		'The account has reached its limit of parallel videos (code 1303, HTTP 429)',
		"Try again later, or create fewer videos at once (with Create and Wait, lower 'Max Concurrency').",
	],
	[
		new KlingError('serverError', { httpStatus: 500 }),
		{},
		'Kling couldn’t process the request (HTTP 500)',
		'Try again in a few minutes.',
	],
	[
		new KlingError('notTheApi', { httpStatus: 404, original: '<html>' }),
		{ connection: AT_RELAY },
		'The reply didn’t come from the Kling API (HTTP 404)',
		"Check 'Service', 'Region' and 'Base URL' in the Kling API credential. Original reply: \"<html>\".",
	],
	[
		new KlingError('webPage', { httpStatus: 200, flaw: { is: 'webPage' } }),
		{ connection: AT_KLING },
		'The reply from Kling couldn’t be read: it is a web page (HTTP 200)',
		"Check 'Service' and 'Region' in the Kling API credential. If other requests work, try again in a few minutes.",
	],
	[
		new KlingError('otherShape', { httpStatus: 200, flaw: { is: 'badField', field: 'task_id' } }),
		{ connection: AT_GATEWAY },
		'The reply from Kling couldn’t be read: "task_id" is missing or has an unexpected type (HTTP 200)',
		"Check 'Service' and 'Base URL' in the Kling API credential. If other requests work, try again in a few minutes.",
	],
	[
		new KlingError('unreachable', { original: 'connect ECONNREFUSED 127.0.0.1:1' }),
		{ connection: AT_KLING },
		'Kling can’t be reached',
		"Check 'Service' and 'Region' in the Kling API credential. Also check this server’s network connection. Details: \"connect ECONNREFUSED 127.0.0.1:1\".",
	],
	[
		new KlingError('interrupted'),
		{},
		'The connection to Kling was lost before the reply was complete',
		'Try again in a few minutes.',
	],
	[
		idInUse('mine', { ...created('t-1'), status: 'processing' }),
		{},
		'\'External Task ID\' "mine" is already in use by task t-1 (Processing)',
		'Use a different ID, or retrieve that task with Get Status.',
	],
	[
		new KlingError('taskFailed', { reason: 'no cats' }),
		{},
		'Kling couldn’t generate the video: no cats',
		'Change the prompt or the options, then create the video again.',
	],
	[
		new KlingError('taskFailed'),
		{},
		'Kling couldn’t generate the video (no reason given)',
		'Change the prompt or the options, then create the video again.',
	],
	[
		new KlingError('noVideo'),
		{},
		'Kling reports the task as completed, but the reply contains no video',
		'Retrieve the task again in a few minutes with Get Status and this task ID.',
	],
	[
		new TimeLimitError({ ...created('t-1'), status: 'processing' }, new KlingError('timeout')),
		{},
		"Kling didn’t finish the video within 'Timeout (Minutes)'. Its last status was Processing",
		"Kling is still working on it. Retrieve the video later with Get Status and this task ID, or increase 'Timeout (Minutes)'. The last status check got no answer: Kling didn’t answer in time.",
	],
	[
		new UnknownOutcomeError(),
		{},
		'A previous attempt may have already started this video, so it was not created again',
		'Check in the service’s console whether the video exists.',
	],
	[new StoppedError(), {}, 'The execution was canceled', 'Run the workflow again to continue.'],
	[
		new DownloadError(downloadReasons.short(9, 10), URL, true),
		{},
		'The video is finished, but couldn’t be downloaded: only 9 of 10 bytes arrived',
		`Kling keeps the file for 30 days at ${URL}. Download it with Get Status and this task ID.`,
	],
	[
		new CredentialError('region', 'unsupported'),
		{},
		"'Region' in the Kling API credential has an unsupported value",
		'Open the credential and choose the value again.',
	],
	[
		new CredentialError('baseUrl', 'unencrypted'),
		{},
		"'Base URL' in the Kling API credential must start with https:// so that your key is encrypted",
		'Change the address. http:// is only allowed on your own network.',
	],
];

const PARAMETERS_AS_READ: Array<[Words, message: string, description: string]> = [
	[parameterWords.empty('prompt'), "'Prompt' is empty", "Enter a value for 'Prompt'."],
	[
		parameterWords.tooLong('prompt', 2600, 2500),
		"'Prompt' has 2600 characters (max 2500)",
		'Shorten the text.',
	],
	[
		parameterWords.outOfRange('cfgScale', 7, 0, 1),
		"'CFG Scale' must be a number from 0 to 1, but is 7",
		'Enter a number from 0 to 1.',
	],
	[
		parameterWords.outOfRange('limit', 'many', 1, Infinity),
		'\'Limit\' must be a number of at least 1, but is "many"',
		'Enter a number of at least 1.',
	],
	[
		parameterWords.notBoolean('sound', 'maybe'),
		'\'Sound\' must be true or false, but is "maybe"',
		'Change the expression so that it returns true or false.',
	],
	[
		parameterWords.notSupported('mode', '4K', 'Kling 2.6', ['Standard', 'Professional']),
		"Kling 2.6 doesn’t support 'Mode' 4K",
		'Choose Standard or Professional.',
	],
	[
		parameterWords.notAChoice('onTimeout', 'stop', ['Continue', 'Error']),
		'\'On Timeout\' can’t be "stop"',
		'Choose Continue or Error.',
	],
	[
		parameterWords.noSuchOption('cfgScale', 'Kling 2.6'),
		"Kling 2.6 doesn’t support 'CFG Scale'",
		'Remove the option.',
	],
	[
		parameterWords.onlyWith('sound', 'Kling 2.6', 'mode', ['Professional']),
		"Kling 2.6 supports 'Sound' only with 'Mode' Professional",
		"Change 'Mode', or remove 'Sound'.",
	],
	[
		parameterWords.zeroMovement('cameraValue', 10),
		"'Camera Control > Value' must be between -10 and 10, and not 0",
		'Enter another number, or remove the option.',
	],
	[
		parameterWords.shotsDontAddUp(8, 10),
		"The shots in 'Multi-Shot > Shots' add up to 8 seconds, but 'Duration (Seconds)' is 10",
		"Change the durations of the shots, or 'Duration (Seconds)'.",
	],
	[
		parameterWords.modelNotAvailable('kling-v9', 'official', ['Kling 3.0', 'Kling 2.6']),
		'Kling AI doesn’t support \'Model\' "kling-v9"',
		"Choose Kling 3.0 or Kling 2.6, or choose 'Custom' and enter a 'Model ID'.",
	],
	[
		parameterWords.needsApiKey('Kling 3.0 Turbo'),
		'Kling 3.0 Turbo can’t be used with an access key and secret key',
		"Set 'Authentication' in the Kling API credential to 'API Key', or choose another 'Model'.",
	],
	[
		parameterWords.noList(),
		'Kling-compatible gateways don’t support Get Many',
		"Use Get Status with the 'Task ID', or a credential for Kling AI.",
	],
	[
		parameterWords.repeatedId('mine', 0, 2),
		'Items 0 and 2 have the same \'External Task ID\' "mine"',
		'Use an expression that differs for every item, or remove the option.',
	],
	[
		callbackWords.agent,
		"'Wait For' can’t be 'Callback' when an AI agent runs the node as a tool",
		"Set 'Wait For' to 'Polling'.",
	],
	[
		callbackWords.unsigned,
		'This version of n8n can’t sign callback URLs',
		"Update n8n to 2.14 or later, or set 'Wait For' to 'Polling'.",
	],
];

const SENTENCES_AS_READ: Array<[string, string]> = [
	[consequences.notCharged, 'You were not charged.'],
	[
		consequences.mayHaveStarted('n8n-1-0-abc'),
		'the video may have been started with the external task ID n8n-1-0-abc',
	],
	[
		consequences.otherTasks(['t-1 (item 0, Processing)', 't-2 (item 1, Completed)']),
		'Other tasks of this run (retrieve their videos with Get Status): t-1 (item 0, Processing), t-2 (item 1, Completed).',
	],
	[notes.reused(1), 'Reused 1 video from an earlier attempt.'],
	[notes.reused(3), 'Reused 3 videos from an earlier attempt.'],
	[notes.finished(2, 1), 'Videos finished: 2, failed: 1.'],
	[
		notes.progress({ waiting: 1, running: 2, finished: 3, failed: 4 }),
		'Kling: 3 finished, 2 running, 1 waiting, 4 failed',
	],
	[answers.notSelected, 'Status not selected'],
	[
		answers.noSecret,
		"The Kling API credential has no 'Webhook Secret'. Add one, or turn off 'Verify Signature' in the Kling Trigger.",
	],
	[
		testWords.failed(wordsOf(new KlingError('badKey', { httpStatus: 401 }))),
		"Kling rejected the key (HTTP 401). Check the key in the Kling API credential. It must belong to the selected 'Service' and 'Region'.",
	],
];

const MODELS_AS_READ: Array<[string, string | undefined]> = [
	['kling-v3', undefined],
	['kling-3.0-turbo', 'Always generates sound'],
	['kling-v2-1', 'Only for gateways. Kling AI doesn’t offer this model for text to video.'],
	['kling-v1-6', 'Retired by Kling on 2026-09-15. Some gateways still offer it.'],
	['kling-v1', 'Retired by Kling on 2026-10-01.'],
	['custom', 'Enter the ID of any other model'],
];

describe('as users read it', () => {
	it.each(ERRORS.map(([error, situation, ...words]) => [...words, error, situation] as const))(
		'%s. %s',
		(message, description, error, situation) => {
			expect(wordsOf(error, situation)).toEqual({ message, description });
		},
	);

	it.each(PARAMETERS_AS_READ.map(([words, ...read]) => [...read, words] as const))(
		'%s. %s',
		(message, description, words) => {
			expect(words).toEqual({ message, description });
		},
	);

	it.each(SENTENCES_AS_READ.map(([sentence, text]) => [text, sentence] as const))(
		'%s',
		(text, sentence) => {
			expect(sentence).toBe(text);
		},
	);

	it.each(MODELS_AS_READ)('the model %s: %s', (value, text) => {
		const model = ALL_MODELS.find((each) => each.value === value);
		expect(model && describeModel(model)).toBe(text);
	});
});
