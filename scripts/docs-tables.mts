/**
 * `npm run docs`: writes the generated tables of docs/ from the code that knows: the model registry,
 * the wire formats, the connection, the fault matrix, the list of tested versions of n8n, and what
 * the benchmarks have recorded. With `--check` it only says whether they are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { growthTable, sideBySideTables } from '../bench/recorded.mts';
import { toConnection, type Service } from '../nodes/shared/api/connection.ts';
import { FORMATS } from '../nodes/shared/api/formats/index.ts';
import { findTarget, modelsOf } from '../nodes/shared/api/modelLookup.ts';
import {
	CUSTOM_MODEL,
	MODELS,
	type AnyModel,
	type Capabilities,
	type ServedModel,
} from '../nodes/shared/api/models.ts';
import { formatsFor, type Capability, type FormatName } from '../nodes/shared/api/routes.ts';
import { estimateUnits } from '../nodes/shared/api/prices.ts';
import { LIMITS, type Mode } from '../nodes/shared/api/request.ts';
import { MODE_LABELS } from '../nodes/shared/n8n/words/labels.ts';
import { markdownTable } from '../testkit/cli/markdownTable.mts';
import { NODE_MAJOR, TESTED_VERSIONS, type TestedVersion } from '../testkit/n8n/versions.mts';
import { renderMarkdown } from '../testkit/faults/render.mts';

/** The tables by name. In a document they stand between `<!-- models:start -->` and `<!-- models:end -->`. */
const TABLES = {
	models: () => modelTable('textToVideo'),
	imageModels: () => modelTable('imageToVideo'),
	prices: priceTable,
	services: serviceTable,
	versions: versionTable,
	faults: renderMarkdown,
	sideBySide: sideBySideTables,
	growth: growthTable,
};

export type TableName = keyof typeof TABLES;

/** The documents that have generated tables. */
export const DOCUMENTS: Readonly<Record<string, readonly TableName[]>> = {
	'docs/models.md': ['models', 'imageModels', 'prices'],
	'docs/compatibility.md': ['services', 'versions'],
	'docs/fault-tolerance.md': ['faults'],
	'docs/benchmarks.md': ['sideBySide', 'growth'],
};

export function renderTable(name: TableName): string {
	return TABLES[name]();
}

/**
 * The text with fresh tables between their markers.
 *
 * @throws Error when a pair of markers is missing, is there twice, or stands the wrong way round
 */
export function updateTables(text: string, names: readonly TableName[]): string {
	return names.reduce((updated, name) => replaceBetween(updated, name, renderTable(name)), text);
}

function replaceBetween(text: string, name: string, table: string): string {
	const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
	const [before = '', inside, ...others] = text.split(start);
	const [, after, ...more] = inside?.split(end) ?? [];
	if (after === undefined || others.length + more.length > 0 || before.includes(end)) {
		throw new Error(`The text must contain ${start} and then ${end}, each once`);
	}
	return `${before}${start}\n\n${table}\n\n${end}${after}`;
}

const YES = 'yes';
const NO = '–';

const SERVICE_OF: Readonly<Record<FormatName, string>> = {
	gateway: 'Gateway',
	v1: 'Kling AI',
	path: 'Kling AI',
	'v1-image': 'Kling AI',
	'path-image': 'Kling AI',
};

/** As users read it: a table is about one capability. */
const FORMAT_NAMES: Readonly<Record<FormatName, string>> = {
	gateway: 'gateway',
	v1: 'v1',
	path: 'path',
	'v1-image': 'v1',
	'path-image': 'path',
};

/** What the models can do, with the columns in which they differ. */
function modelTable(capability: Capability): string {
	const byFormat = (
		model: AnyModel,
		textOf: (served: Capabilities) => string,
		options?: { named?: boolean },
	) => byFormats(model, formatsFor(capability), textOf, options);
	const columns: Record<string, (model: AnyModel) => string> = {
		Model: ({ displayName }) => displayName,
		Value: ({ value }) => code(value),
		'IDs by format': (model) =>
			model.value === CUSTOM_MODEL.value
				? 'the Model ID'
				: byFormat(model, (served) => code((served as ServedModel).id), { named: true }),
		Services: ({ formats }) =>
			[
				...new Set(
					formatsFor(capability)
						.filter((format) => formats[format])
						.map((format) => SERVICE_OF[format]),
				),
			].join(', '),
		Modes: (model) => byFormat(model, ({ modes }) => modes.map(code).join(', ')),
		'Prompt (characters)': (model) => byFormat(model, promptOf),
		'Durations (s)': (model) => byFormat(model, ({ durations }) => range(durations)),
		'Aspect ratios': (model) => byFormat(model, ({ aspectRatios }) => aspectRatios.join(', ')),
		'Last frame': (model) => byFormat(model, lastFrameOf),
		Sound: (model) => byFormat(model, soundOf),
		'Negative prompt': (model) => byFormat(model, ({ negativePrompt }) => yesNo(negativePrompt)),
		'CFG scale': (model) => byFormat(model, ({ cfgScale }) => yesNo(cfgScale)),
		'Camera control': (model) => byFormat(model, cameraOf),
		'Multi-shot': (model) => byFormat(model, ({ multiShot }) => multiShot.join(', ') || NO),
		'Retired on': (model) => ('retired' in model && model.retired) || NO,
		Remarks: ({ note }) => note ?? '',
	};
	const rows = modelsOf(capability).map((model) =>
		Object.values(columns).map((cell) => cell(model)),
	);
	const isTold = (column: number) =>
		rows.some((row) => !['', NO].includes(row[column] ?? '')) || column === 0;
	const told = (cells: string[]) => cells.filter((_, column) => isTold(column));
	return markdownTable(told(Object.keys(columns)), rows.map(told));
}

/**
 * What holds in all formats of a model once; else each statement with the formats it holds in.
 *
 * @param named names the formats in any case
 */
function byFormats(
	{ formats }: AnyModel,
	names: readonly FormatName[],
	textOf: (served: Capabilities) => string,
	{ named = false } = {},
): string {
	const statements = new Map<string, string[]>();
	for (const format of names) {
		const served = formats[format];
		if (!served) continue;
		const text = textOf(served);
		statements.set(text, [...(statements.get(text) ?? []), FORMAT_NAMES[format]]);
	}
	const [[only = ''] = []] = statements;
	if (statements.size === 1 && !named) return only;
	return [...statements].map(([text, names]) => `${names.join(', ')}: ${text}`).join('<br>');
}

function promptOf({ promptLength = LIMITS.promptLength }: Capabilities): string {
	const format = (limit: number) => limit.toLocaleString('en');
	return typeof promptLength === 'number'
		? format(promptLength)
		: `${format(promptLength.english)} in English, ${format(promptLength.other)} in other languages`;
}

function lastFrameOf({ lastFrame }: Capabilities): string {
	if (!lastFrame) return NO;
	const limits = [
		...(lastFrame.isSilent ? ['without sound'] : []),
		...(lastFrame.isSingleShot ? ['without multi-shot'] : []),
	];
	return [lastFrame.modes.map(code).join(', '), ...limits].join(', ');
}

/** Units per second by list price, of the models whose price is known. */
function priceTable(): string {
	const modes = Object.entries(MODE_LABELS) as Array<[Mode, string]>;
	const rows = MODELS.flatMap(({ value, displayName }) => {
		const target = findTarget(value, ['v1', 'path']);
		if (!target) return [];
		return [false, true].flatMap((sound) => {
			const price = (mode: Mode) =>
				estimateUnits({
					target,
					request: { prompt: '', mode, duration: 1, aspectRatio: '', sound },
				});
			const prices = modes.map(([mode]) => price(mode));
			if (prices.every((each) => each === undefined)) return [];
			return [[sound ? `${displayName}, with sound` : displayName, ...prices.map(orNo)]];
		});
	});
	return markdownTable(['Model', ...modes.map(([, label]) => label)], rows);
}

function orNo(number: number | undefined): string {
	return number === undefined ? NO : String(number);
}

function soundOf({ modes, soundModes }: Capabilities): string {
	if (soundModes.length === 0) return NO;
	return soundModes.length === modes.length ? YES : `with ${soundModes.map(code).join(', ')}`;
}

function cameraOf({ camera }: Capabilities): string {
	if (!camera) return NO;
	const kinds = camera.presets.length > 0 ? 'axes, presets' : 'axes';
	const limits = [
		...(camera.modes ?? []).map(code),
		...(camera.durations ?? []).map((seconds) => `${seconds} s`),
	];
	return limits.length === 0 ? kinds : `${kinds} with ${limits.join(', ')}`;
}

function range(numbers: readonly number[]): string {
	const [first = 0] = numbers;
	const isGapless = numbers.length > 2 && numbers.every((number, n) => number === first + n);
	return isGapless ? `${first}–${first + numbers.length - 1}` : numbers.join(', ');
}

interface Access {
	service: Service;
	/** As the form names them. */
	name: string;
	region: string;
	authentication: string;
	credential: Record<string, string>;
}

const REGIONS = { global: 'Global', china: 'China', custom: 'Custom' };

const API_KEY = { authentication: 'apiKey', apiKey: 'key' };
const ACCESS_KEY = { authentication: 'accessKey', accessKey: 'key', secretKey: 'secret' };
const ELSEWHERE = 'https://example.com';

function accesses(): Access[] {
	const official = Object.entries(REGIONS).flatMap(([value, region]): Access[] => {
		const common = { service: 'official', name: 'Kling AI', region } as const;
		const place = { region: value, baseUrl: ELSEWHERE };
		return [
			{ ...common, authentication: 'API Key', credential: { ...place, ...API_KEY } },
			{
				...common,
				authentication: 'Access Key + Secret Key',
				credential: { ...place, ...ACCESS_KEY },
			},
		];
	});
	return [
		...official,
		{
			service: 'gateway',
			name: 'Kling-Compatible Gateway',
			region: NO,
			authentication: 'API Key',
			credential: { baseUrl: ELSEWHERE, ...API_KEY },
		},
	];
}

function serviceTable(): string {
	const rows = accesses().map(({ service, name, region, authentication, credential }) => {
		const { baseUrl, formats } = toConnection({ service, ...credential });
		const hasFeature = (feature: 'watermark' | 'externalTaskId' | 'callbackUrl') =>
			yesNo(formats.every((format) => FORMATS[format].features.includes(feature)));
		const hasList = formats.some((format) => FORMATS[format].list);
		return [
			name,
			region,
			baseUrl === ELSEWHERE ? 'yours' : code(baseUrl),
			authentication,
			[...new Set(formats.map((format) => code(FORMAT_NAMES[format])))].join(', '),
			[
				'Create',
				'Create and Wait',
				...(service === 'official' ? ['Get Balance'] : []),
				...(hasList ? ['Get Many'] : []),
				'Get Status',
			].join(', '),
			hasFeature('watermark'),
			hasFeature('externalTaskId'),
			hasFeature('callbackUrl'),
		];
	});
	const header = ['Service', 'Region', 'Base URL', 'Authentication', 'Formats', 'Operations'];
	return markdownTable([...header, 'Watermark', 'External Task ID', 'Callback URL'], rows);
}

function versionTable(): string {
	const [developedOn] = TESTED_VERSIONS;
	const columns: Record<string, (version: TestedVersion) => string> = {
		n8n: ({ version }) => version,
		'Node.js': () => String(NODE_MAJOR),
		'All operations, polling, downloads, retries, Stop, kill -9': () => YES,
		'Kling Trigger': () => YES,
		'Tool of an AI agent': ({ tellsAgentsOfErrors }) =>
			tellsAgentsOfErrors ? YES : 'with On Error: Continue',
		'Waiting by callback': ({ signsResumeUrls }) => (signsResumeUrls ? YES : 'refused'),
		'Editor in a browser, queue mode': (version) => (version === developedOn ? YES : 'not tried'),
	};
	return markdownTable(
		Object.keys(columns),
		TESTED_VERSIONS.map((version) => Object.values(columns).map((cell) => cell(version))),
	);
}

function code(text: string): string {
	return `\`${text}\``;
}

function yesNo(truth: boolean): string {
	return truth ? YES : NO;
}

function run(isCheck: boolean): void {
	for (const [path, names] of Object.entries(DOCUMENTS)) {
		const text = readFileSync(path, 'utf8');
		const updated = updateTables(text, names);
		if (updated === text) {
			console.log(`The tables of ${path} are up to date`);
		} else if (isCheck) {
			console.error(`The tables of ${path} are stale. Run npm run docs`);
			process.exitCode = 1;
		} else {
			writeFileSync(path, updated);
			console.log(`Wrote the tables of ${path}`);
		}
	}
}

// Run as a script, not imported by a test.
if (process.argv[1]?.endsWith('docs-tables.mts')) run(process.argv.includes('--check'));
