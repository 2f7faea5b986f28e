/** The nodes that the engine knows. */
import type {
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeType,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';
import { builtInNodeTypes } from './built-in-nodes.mts';
import { loadEngine } from './core.mts';

/** Full type name ("n8n-nodes-kling.klingTextToVideo") -> instance. */
export type NodeTypeMap = Record<string, INodeType | IVersionedNodeType>;

/** The node types a workflow can use; counts how often each of its nodes is executed. */
export class NodeTypes implements INodeTypes {
	private readonly types: NodeTypeMap;

	private readonly counted = new Map<string, INodeType>();

	private readonly counts = new Map<string, number>();

	constructor(types: NodeTypeMap) {
		this.types = { ...builtInNodeTypes, ...types };
	}

	/** How often the engine has called execute() of the node: Retry On Fail calls it again. */
	executions(nodeName: string): number {
		return this.counts.get(nodeName) ?? 0;
	}

	/** @throws naming the node and the types there are, when a node's type is not among them. */
	assertKnown(nodes: INode[]): void {
		const unknown = nodes.find((node) => !(node.type in this.types));
		if (unknown === undefined) return;
		const known = Object.keys(this.types).join(', ');
		throw new Error(
			`Node "${unknown.name}" has type "${unknown.type}", which the engine harness does not know (it knows ${known})`,
		);
	}

	getByName(name: string): INodeType | IVersionedNodeType {
		const type = this.types[name];
		if (type === undefined) throw new Error(`The engine harness has no node type "${name}"`);
		return type;
	}

	getByNameAndVersion(name: string, version?: number): INodeType {
		const key = `${name}@${version}`;
		let type = this.counted.get(key);
		if (type === undefined) {
			const { NodeHelpers } = loadEngine().workflow;
			type = this.count(NodeHelpers.getVersionedNodeType(this.getByName(name), version));
			this.counted.set(key, type);
		}
		return type;
	}

	getKnownTypes(): IDataObject {
		return {};
	}

	private count(type: INodeType): INodeType {
		const { execute } = type;
		// Nodes of n8n's newer class style get their context as an argument; ours are not of it.
		if (execute === undefined || loadEngine().workflow.isNodeClassInstance(type)) return type;
		const { counts } = this;
		return Object.create(type, {
			execute: {
				value: async function (this: IExecuteFunctions, ...args: Parameters<typeof execute>) {
					const { name } = this.getNode();
					counts.set(name, (counts.get(name) ?? 0) + 1);
					return await execute.apply(this, args);
				},
			},
		}) as INodeType;
	}
}
