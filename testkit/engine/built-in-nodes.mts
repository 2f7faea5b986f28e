/**
 * Stand-ins for the few nodes of `n8n-nodes-base` that the example workflows use beside ours, so
 * that an exported workflow runs as it is. They do what n8n's own do with the parameters named
 * here and refuse the rest.
 */
import type {
	AssignmentCollectionValue,
	AssignmentValue,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

function describe(
	name: string,
	version: number | number[],
	rest: Partial<INodeTypeDescription> = {},
): INodeTypeDescription {
	return {
		name,
		version,
		displayName: name,
		description: 'Stand-in of the engine harness',
		group: ['transform'],
		defaults: { name },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
		...rest,
	};
}

/** Hands its items on. As the first node of a workflow these are the items it starts with. */
class PassThrough implements INodeType {
	constructor(readonly description: INodeTypeDescription) {}

	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	}
}

/** n8n looks for a node with `trigger` to start from; run, it is still a pass-through. */
class ScheduleTrigger extends PassThrough {
	async trigger() {
		return {};
	}
}

const setProperties: INodeProperties[] = [
	{
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		options: [{ name: 'Manual Mapping', value: 'manual' }],
		default: 'manual',
	},
	{
		displayName: 'Fields to Set',
		name: 'assignments',
		type: 'assignmentCollection',
		default: {},
	},
	{
		displayName: 'Include Other Input Fields',
		name: 'includeOtherFields',
		type: 'boolean',
		default: false,
	},
];

/** "Edit Fields (Set)" 3.4: manual mapping of strings, numbers and booleans to plain names. */
class EditFields implements INodeType {
	description = describe('set', 3.4, { properties: setProperties });

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData().map((item, index): INodeExecutionData => {
			const keep = this.getNodeParameter('includeOtherFields', index) as boolean;
			const value = this.getNodeParameter('assignments', index) as AssignmentCollectionValue;
			const fields = (value.assignments ?? []).map(toField);
			const json = { ...(keep ? item.json : {}), ...Object.fromEntries(fields) };
			return { json, ...(keep && { binary: item.binary }), pairedItem: { item: index } };
		});
		return [items];
	}
}

function toField({ name, value, type = 'string' }: AssignmentValue): [string, IDataObject[string]] {
	const convert = { string: String, number: Number, boolean: toBoolean }[type];
	if (!convert) throw new Error(`Edit Fields of the harness cannot set a field of type ${type}`);
	if (/[.[\]]/.test(name)) throw new Error(`Edit Fields of the harness cannot set "${name}"`);
	return [name, value === null || value === undefined ? null : convert(value)];
}

function toBoolean(value: unknown) {
	return value === true || value === 'true' || value === 1;
}

/** Full type name -> instance. */
export const builtInNodeTypes: Record<string, INodeType> = {
	'n8n-nodes-base.manualTrigger': new PassThrough(describe('manualTrigger', 1, { inputs: [] })),
	'n8n-nodes-base.scheduleTrigger': new ScheduleTrigger(
		describe('scheduleTrigger', [1, 1.1, 1.2, 1.3], { inputs: [] }),
	),
	'n8n-nodes-base.noOp': new PassThrough(describe('noOp', 1)),
	'n8n-nodes-base.set': new EditFields(),
	'n8n-nodes-base.stickyNote': new PassThrough(
		describe('stickyNote', 1, { inputs: [], outputs: [] }),
	),
};
