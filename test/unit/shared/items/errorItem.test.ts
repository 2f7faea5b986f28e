import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import { failItem } from '../../../../nodes/shared/items/errorItem';
import { nodeContext } from '../../nodeContext';

const context = nodeContext();
const ERROR = new KlingError('taskFailed', { reason: 'no cats' });
const FACTS = { task_id: 't-1', task_status: 'failed' };

const errorItem = () =>
	failItem({ context, continues: true }, ERROR, { itemIndex: 3, taskId: 't-1' }, FACTS);

describe('an item that failed', () => {
	it('ends the node with the error, unless the node continues', () => {
		const failing = () =>
			failItem({ context, continues: false }, ERROR, { itemIndex: 3, taskId: 't-1' }, FACTS);
		expect(failing).toThrow(NodeApiError);
		expect(failing).toThrow(
			expect.objectContaining({
				context: expect.objectContaining({ kind: 'taskFailed', taskId: 't-1', itemIndex: 3 }),
			}),
		);
	});

	it('becomes an item that says what happened and what to do, and keeps the facts', () => {
		const item = errorItem();
		expect(item.json).toEqual({
			error: item.error?.message,
			error_description: item.error?.description,
			...FACTS,
		});
		expect(item.json.error_description).toBeTruthy();
		expect(item.pairedItem).toEqual({ item: 3 });
		expect(item.error).toBeInstanceOf(NodeApiError);
		expect(item.error?.context).toMatchObject({ kind: 'taskFailed', taskId: 't-1' });
	});

	it('has nothing but the message when nothing else is known', () => {
		const error = new Error('a bug');
		const item = failItem({ context, continues: true }, error, { itemIndex: 0 });
		expect(item.json).toEqual({ error: expect.stringContaining('a bug') });
		expect(item.error).toBeInstanceOf(NodeOperationError);
	});

	it('keeps its JSON when n8n puts the bare message in its place', () => {
		const item = errorItem();
		item.json = { error: 'bare' };
		expect(item.json).toMatchObject(FACTS);
	});

	it('leaves its error behind when n8n copies it to the error output', () => {
		const copy = { ...errorItem() };
		expect(copy).not.toHaveProperty('error');
		expect(copy.json).toMatchObject(FACTS);
		expect(JSON.parse(JSON.stringify(errorItem()))).toEqual({
			json: errorItem().json,
			pairedItem: { item: 3 },
		});
	});
});
