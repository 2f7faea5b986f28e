/** What the node's form shows, as n8n decides. */
import {
	type INode,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	NodeHelpers,
} from 'n8n-workflow';
import { KlingTextToVideo } from '../../../../nodes/KlingTextToVideo/KlingTextToVideo.node.ts';

export const { description } = new KlingTextToVideo();

const NODE: INode = {
	id: '1',
	name: 'Kling',
	type: 'n8n-nodes-kling.klingTextToVideo',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** What is chosen in the form. */
export interface Settings {
	operation?: string;
	model?: string;
	mode?: string;
	duration?: number;
	downloadVideo?: boolean;
	returnAll?: boolean;
	waitFor?: string;
}

/** The operations that create videos. */
export const OPERATIONS = ['create', 'createAndWait'];

function toParameters(settings: Settings) {
	return { operation: 'create', mode: 'std', duration: 5, ...settings };
}

/** All variants of a field. */
export function fieldsNamed(name: string): INodeProperties[] {
	return description.properties.filter((property) => property.name === name);
}

/** The variants of a field that the form shows with these settings. */
export function shown(name: string, settings: Settings): INodeProperties[] {
	const parameters = toParameters(settings);
	return fieldsNamed(name).filter((property) =>
		NodeHelpers.displayParameter(parameters, property, NODE, description),
	);
}

/** The same for an option of a collection. */
export function shownOption(
	name: string,
	settings: Settings,
	collectionName = 'options',
): INodeProperties[] {
	const parameters = toParameters(settings);
	const [collection] = shown(collectionName, settings);
	return ((collection?.options ?? []) as INodeProperties[]).filter(
		(property) =>
			property.name === name &&
			NodeHelpers.displayParameter({}, property, NODE, description, parameters),
	);
}

/** The values that the first of these fields offers. */
export function valuesOf([property]: INodeProperties[]): unknown[] {
	return ((property?.options ?? []) as INodePropertyOptions[]).map(({ value }) => value);
}

/** The fields of a fixed collection's one group. */
export function groupOf([property]: INodeProperties[]): INodeProperties[] {
	return ((property?.options ?? []) as INodePropertyCollection[])[0]?.values ?? [];
}

/** Whether a field of a group shows with these values of its neighbours. */
export function isShownWith(field: INodeProperties, neighbours: Record<string, string>): boolean {
	return NodeHelpers.displayParameter(neighbours, field, NODE, description);
}
