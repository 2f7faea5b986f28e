/** Makes form fields out of the model registry: a variant of a field for each distinct offer. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { modelsOf, offeredBy } from '../api/modelLookup';
import type { AnyModel, Capabilities } from '../api/models';
import type { Capability } from '../api/routes';
import type { Mode } from '../api/request';

/** What a field offers for one model, and under which settings. */
export interface Offer<Value> {
	/** Empty: the model does not have the field. */
	values: Value[];
	/** The modes in which it is offered; absent: in all. */
	modes?: Mode[];
	/** The durations for which it is offered; absent: for all. */
	durations?: number[];
}

/** What one model offers of something, in any of its formats. */
export type Offers = <Value>(offersOf: (served: Capabilities) => readonly Value[]) => Value[];

/**
 * Builds one variant of a field per distinct offer, each shown for the models that offer just that.
 * @param prefix of the node's own parameters: nothing, or a slash from inside a collection
 */
export function perModel<Value>(
	capability: Capability,
	prefix: '' | '/',
	offerOf: (offers: Offers) => Offer<Value>,
	build: (values: Value[]) => INodeProperties,
): INodeProperties[] {
	const variants = new Map<string, Offer<Value> & { models: AnyModel[] }>();
	for (const model of modelsOf(capability)) {
		const offers: Offers = (offersOf) => offeredBy(model, capability, offersOf);
		const offer = offerOf(offers);
		if (offer.values.length === 0) continue;
		const restrictions = {
			modes: restricts(
				offer.modes,
				offers(({ modes }) => modes),
			),
			durations: restricts(
				offer.durations,
				offers(({ durations }) => durations),
			),
		};
		const key = JSON.stringify([offer.values, restrictions]);
		const variant = variants.get(key) ?? { ...offer, ...restrictions, models: [] };
		variant.models.push(model);
		variants.set(key, variant);
	}
	return [...variants.values()].map(({ values, models, modes, durations }) => ({
		...build(values),
		displayOptions: {
			show: {
				[`${prefix}model`]: models.map(({ value }) => value),
				...(modes && { [`${prefix}mode`]: modes }),
				...(durations && { [`${prefix}duration`]: durations }),
			},
		},
	}));
}

/** @returns the allowed values if the model has others as well, for which the field must be hidden */
function restricts<Value>(allowed: Value[] | undefined, all: Value[]): Value[] | undefined {
	return allowed && allowed.length < all.length ? allowed : undefined;
}

/** The entries of an options field, in the order of the values. */
export function optionsOf<Value extends string>(
	values: readonly Value[],
	labels: Readonly<Record<Value, string>>,
	descriptions: Readonly<Record<Value, string>>,
): INodePropertyOptions[] {
	return values.map((value) => ({ name: labels[value], value, description: descriptions[value] }));
}
