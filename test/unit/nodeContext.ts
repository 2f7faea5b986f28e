/** What n8n hands to a node, as far as unit tests need it. */
import type { INode } from 'n8n-workflow';

import type { NodeContext } from '../../nodes/shared/n8n/http/send';

/** The node as n8n describes it to itself. */
export const NODE: INode = {
	id: 'node-1',
	name: 'Kling',
	type: 'n8n-nodes-kling.klingTextToVideo',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** A context that knows its node, and of n8n's helpers those that are given. */
export function nodeContext(helpers: object = {}): NodeContext {
	return { getNode: () => NODE, helpers } as unknown as NodeContext;
}
