/** Looks into the model registry: which model serves what, and what one model offers. */

import {
	ALL_MODELS,
	type AnyModel,
	type Capabilities,
	CUSTOM_MODEL,
	type Model,
	MODELS,
	type ServedModel,
} from './models';
import { type Capability, FORMAT_NAMES, type FormatName, formatsFor, takesModelId } from './routes';
import { LIMITS } from './request';

/** A model in the wire format that serves it. */
export interface Target extends ServedModel, Pick<Model, 'displayName' | 'price'> {
	format: FormatName;
	/** A custom model: the registry's values are only what the form offers, others may be right as well. */
	isOpen?: true;
}

/**
 * Finds a model in the first of the formats that serves it.
 * @param customId the ID of a custom model
 * @returns undefined when none of the formats serves the model
 */
export function findTarget(
	value: string,
	formats: readonly FormatName[],
	customId = '',
): Target | undefined {
	if (value === CUSTOM_MODEL.value) return findCustomTarget(customId, formats);
	return formats.map((format) => TARGETS.get(`${value} ${format}`)).find((target) => target);
}

/** By model and format: one object for each, however many items ask for it. */
const TARGETS: ReadonlyMap<string, Target> = new Map(
	MODELS.flatMap(({ value, displayName, price, formats }) =>
		FORMAT_NAMES.flatMap((format) => {
			const served = formats[format];
			const target = served && { ...served, displayName, format, ...(price && { price }) };
			return target ? [[`${value} ${format}`, target] as const] : [];
		}),
	),
);

function findCustomTarget(id: string, formats: readonly FormatName[]): Target | undefined {
	const format = formats.find((each) => takesModelId(each, id));
	if (!format) return undefined;
	// An ID that the registry knows brings that model's limits and price along.
	const known = knownTarget(id, format);
	return {
		...(known ?? { ...CUSTOM_MODEL.formats[format], isOpen: true }),
		id,
		displayName: id,
		format,
	};
}

function knownTarget(id: string, format: FormatName): Target | undefined {
	return [...TARGETS.values()].find((target) => target.id === id && target.format === format);
}

/** What is known of a model by its ID on the wire, also of one that is not in the registry. */
export function servedModel(id: string, format: FormatName): Capabilities {
	return knownTarget(id, format) ?? CUSTOM_MODEL.formats[format];
}

/** The models that can be asked for in any of the formats; retired ones only where gateways keep them. */
export function modelsIn(formats: readonly FormatName[]): Model[] {
	return MODELS.filter(
		(model) =>
			formats.some((format) => model.formats[format]) &&
			(!model.retired || formats.includes('gateway')),
	);
}

/** The most characters that a model takes as this prompt, in code points. */
export function promptLimit({ promptLength }: Capabilities, prompt: string): number {
	if (typeof promptLength !== 'object') return promptLength ?? LIMITS.promptLength;
	// What is longer than either is too long, in whatever language.
	const beginning = prompt.slice(0, 2 * promptLength.english);
	return isEnglish(beginning) ? promptLength.english : promptLength.other;
}

/** As far as letters tell. */
function isEnglish(text: string): boolean {
	return !/[^\P{L}A-Za-z]/u.test(text);
}

/** One sentence on a model for the form, if there is anything to say. */
export function describeModel(model: AnyModel): string | undefined {
	if (!('retired' in model) || !model.retired) return model.note;
	const remaining = 'gateway' in model.formats ? ' Some gateways still offer it.' : '';
	return `Retired by Kling on ${model.retired}.${remaining}`;
}

/** What a model offers in any of a capability's formats, without repetitions. */
export function offeredBy<Offer>(
	model: AnyModel,
	capability: Capability,
	offersOf: (capabilities: Capabilities) => readonly Offer[],
): Offer[] {
	// Another model may be able to do whatever one of those can that are known.
	const models = model === CUSTOM_MODEL ? ALL_MODELS : [model];
	const all = models.flatMap(({ formats }) => formatsFor(capability).map((each) => formats[each]));
	return [...new Set(all.flatMap((served) => (served ? offersOf(served) : [])))].sort(
		compareOffers,
	);
}

/** Numbers by their size. What is no number keeps its order. */
function compareOffers(one: unknown, other: unknown): number {
	return typeof one === 'number' && typeof other === 'number' ? one - other : 0;
}

/**
 * The model that goes by a name: its value, its display name or its ID on any wire, in any case and
 * with or without "Kling", "v" and what parts the words.
 * @returns its value; undefined for an unknown name
 */
export function modelNamed(name: string): string | undefined {
	const folded = foldName(name);
	return ALL_MODELS.find((model) => namesOf(model).includes(folded))?.value;
}

/** Folded: every name that the registry has for a model. */
export function namesOf(model: AnyModel): string[] {
	const { value, displayName } = model;
	const served = Object.values(model.formats as Partial<Record<FormatName, Partial<ServedModel>>>);
	return [value, displayName, ...served.flatMap(({ id }) => id ?? [])].map(foldName);
}

function foldName(name: string): string {
	return name
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]/gu, '')
		.replace(/^(kling)?(ai)?v?(?=\d)/, '');
}

/** The models that a capability's form offers, Custom included. */
export function modelsOf(capability: Capability): AnyModel[] {
	return ALL_MODELS.filter(({ formats }) =>
		formatsFor(capability).some((format) => formats[format] !== undefined),
	);
}
