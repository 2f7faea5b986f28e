/** Get Many: lists the tasks of the account, newest first. */

import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { isKnownCode } from '../api/errors/codes';
import { KlingError } from '../api/errors/klingError';
import { meaningOf } from '../api/errors/explainedError';
import { forEachItem, type NodeRun, type Operation } from '../n8n/nodeRun';
import { simplifyField } from '../description/outputFields';
import { failItem } from '../items/errorItem';
import { toItem } from '../items/toItem';
import { LABELS, STATUS_LABELS } from '../n8n/words/labels';
import { notes } from '../n8n/words/notes';
import { parametersOf } from '../parameters/parameterReader';
import { readListParameters } from '../parameters/taskParameters';
import { compareNames } from '../utils/text';

export const getManyOperation: Operation = {
	option: {
		name: 'Get Many',
		value: 'getMany',
		action: 'Get many videos',
		description: 'Retrieve a list of videos, newest first (Kling AI only)',
	},
	fields: [
		{
			displayName: LABELS.returnAll,
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: LABELS.limit,
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description: 'Max number of results to return',
			displayOptions: { show: { returnAll: [false] } },
		},
		filtersField(),
		simplifyField,
	],
	async execute(run) {
		let isCut = false;
		const onCut = () => {
			isCut = true;
		};
		const lists = await forEachItem(run, async (itemIndex) => await listFor(run, itemIndex, onCut));
		if (isCut) {
			run.context.addExecutionHints({
				message: notes.listCut,
				type: 'warning',
				location: 'outputPane',
			});
		}
		return lists.flat();
	},
};

function filtersField(): INodeProperties {
	return {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		description: 'Return only videos that match all of these filters',
		options: [
			{
				displayName: 'Created After',
				name: 'createdAfter',
				type: 'dateTime',
				default: '',
				description: 'Return only videos that were created at this time or later',
			},
			{
				displayName: 'External Task ID Starts With',
				name: 'externalTaskIdStartsWith',
				type: 'string',
				default: '',
				placeholder: 'e.g. n8n-',
				description:
					'Return only videos whose external task ID starts with this text. IDs that the node derived start with n8n-, followed by the execution ID.',
			},
			{
				displayName: 'Status',
				name: 'status',
				type: 'multiOptions',
				options: Object.entries(STATUS_LABELS)
					.map(([value, name]) => ({ name, value }))
					.sort((one, other) => compareNames(one.name, other.name)),
				default: [],
				description: 'Return only videos with one of these statuses',
			},
		],
	};
}

async function listFor(
	run: NodeRun,
	itemIndex: number,
	onCut: () => void,
): Promise<INodeExecutionData[]> {
	const { context, client, connection } = run;
	try {
		const { limit, filters, simplify } = readListParameters(
			parametersOf(context, itemIndex),
			connection,
			context.getTimezone(),
		);
		const tasks = await client.list(limit, filters, onCut);
		return tasks.map((task) => toItem(task, { itemIndex, simplify }));
	} catch (error) {
		const lacksList = connection.isRelay && saysOfNoList(error);
		return [failItem(run, error, { itemIndex, connection, lacksList })];
	}
}

/** Relays mostly forward no lists, and answer an address that they do not know as they like. */
function saysOfNoList(error: unknown): boolean {
	if (!(error instanceof KlingError)) return false;
	const { checking, isAboutRoute } = meaningOf(error);
	// What Kling itself says of the request, the relay has passed on.
	const { code } = error.facts;
	const isKlings = isKnownCode(code);
	return (
		!isKlings && (checking === 'absent' || checking === 'notUnderstood' || isAboutRoute === true)
	);
}
