/** Looks into the model registry: which model serves what, and what one model offers. */

import { FORMATS } from './formats';
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

/** Whether a model's tasks can be given IDs of one's own, by which they are found. */
export function hasExternalIds({ format, lacks }: Pick<Target, 'format' | 'lacks'>): boolean {
	return FORMATS[format].findByExternalId !== undefined && !lacks?.includes('externalTaskId');
}

/** Whether it is the name of a wire format that this build knows. */
export function isFormatName(name: unknown): name is FormatName {
	return typeof name === 'string' && Object.hasOwn(FORMATS, name);
}

/** Whether one request serves several tasks of the format. */
export function sharesChecks(format: FormatName): boolean {
	return FORMATS[format].many !== undefined;
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
	return isEnglish(prompt) ? promptLength.english : promptLength.other;
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
	const all = CAPABILITIES[capability].map((format) => model.formats[format]);
	return [...new Set(all.flatMap((served) => (served ? offersOf(served) : [])))];
}

/** The models that a capability's form offers, Custom included. */
export function modelsOf(capability: Capability): AnyModel[] {
	return ALL_MODELS.filter(({ formats }) =>
		CAPABILITIES[capability].some((format) => formats[format] !== undefined),
	);
}
