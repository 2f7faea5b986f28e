/** Looks into the model registry: which model serves what, and what one model offers. */

import {
	ALL_MODELS,
	type AnyModel,
	CAPABILITIES,
	type Capabilities,
	type Capability,
	CUSTOM_MODEL,
	type FormatName,
	type Model,
	MODEL_NAMES,
	MODELS,
	type ServedModel,
} from './models';
import { LIMITS } from './request';

/** A model in the wire format that serves it. */
export interface Target extends ServedModel {
	displayName: string;
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
	const model = MODELS.find((candidate) => candidate.value === value);
	const format = model && formats.find((each) => model.formats[each]);
	return format && targetOf(model, format);
}

/** One object for each, however many items ask for it. */
const targets = new Map<string, Target>();

function targetOf(model: Model, format: FormatName): Target | undefined {
	const key = `${model.value} ${format}`;
	const served = model.formats[format];
	const target =
		targets.get(key) ?? (served && { ...served, displayName: model.displayName, format });
	if (target) targets.set(key, target);
	return target;
}

function findCustomTarget(id: string, formats: readonly FormatName[]): Target | undefined {
	// A gateway has one format for all.
	const named = /^kling-\d/.test(id) ? 'path' : 'body';
	const format = formats.find((each) => each === 'gateway' || MODEL_NAMES[each] === named);
	if (!format) return undefined;
	// An ID that the registry knows brings that model's limits along.
	const known = knownModel(id, format);
	return {
		...(known ?? CUSTOM_MODEL.formats[format]),
		id,
		displayName: id,
		format,
		...(!known && { isOpen: true }),
	};
}

function knownModel(id: string, format: FormatName): ServedModel | undefined {
	return MODELS.map((model) => model.formats[format]).find((served) => served?.id === id);
}

/** What is known of a model by its ID on the wire, also of one that is not in the registry. */
export function servedModel(id: string, format: FormatName): Capabilities {
	return knownModel(id, format) ?? CUSTOM_MODEL.formats[format];
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
	const all = models.flatMap(({ formats }) =>
		CAPABILITIES[capability].map((each) => formats[each]),
	);
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
		CAPABILITIES[capability].some((format) => formats[format] !== undefined),
	);
}
