/** Workflows as tests put them together, for n8n's engine and for a real n8n. */
import type { IConnections, IDataObject, INode } from 'n8n-workflow';

export const KLING_NODE = 'n8n-nodes-kling.klingTextToVideo';

export const IMAGE_NODE = 'n8n-nodes-kling.klingImageToVideo';

/** What is imported into n8n: the content of an exported file. */
export interface WorkflowSource {
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings?: IDataObject;
	pinData?: IDataObject;
}

/** A node of a chain; `name`, `type` and whatever differs from a fresh node. */
export type NodeSketch = Partial<INode> & Pick<INode, 'name' | 'type'>;

/** A workflow in which each node's first output leads to the next node. */
export function chain(name: string, ...sketches: NodeSketch[]): WorkflowSource {
	const nodes = sketches.map(
		(sketch, index): INode => ({
			id: `${sketch.name}-id`,
			typeVersion: 1,
			position: [index * 220, 0],
			parameters: {},
			...sketch,
		}),
	);
	const connections: IConnections = {};
	for (const [index, { name: target }] of nodes.slice(1).entries()) {
		connections[nodes[index]!.name] = { main: [[{ node: target, type: 'main', index: 0 }]] };
	}
	return { name, nodes, connections, settings: { executionOrder: 'v1' } };
}

/** "When clicking Execute workflow". */
export function manualTrigger(): NodeSketch {
	return { name: 'Start', type: 'n8n-nodes-base.manualTrigger' };
}
