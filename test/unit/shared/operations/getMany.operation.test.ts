import type { NodeRun } from '../../../../nodes/shared/n8n/nodeRun';
import { KlingClient } from '../../../../nodes/shared/api/client';
import type { ApiReply, Send } from '../../../../nodes/shared/api/http';
import { notes } from '../../../../nodes/shared/n8n/words/notes';
import { getManyOperation } from '../../../../nodes/shared/operations/getMany.operation';
import { shown } from '../description/form.mts';

it('Get Many shows Limit, 50 by default, unless Return All is on', () => {
	const [limit] = shown('limit', { operation: 'getMany', returnAll: false });
	expect(limit?.default).toBe(50);
	expect(shown('limit', { operation: 'getMany', returnAll: true })).toEqual([]);
});

/** Runs Get Many at a relay that answers everything like this. */
async function getMany(send: Send, itemCount = 1) {
	const hints: Array<{ message: string }> = [];
	const context = {
		getNode: () => ({ name: 'Kling', type: 'test', typeVersion: 1, parameters: {} }),
		getNodeParameter: (name: string, _item: number, fallback: unknown) =>
			name === 'returnAll' ? true : fallback,
		getTimezone: () => 'UTC',
		addExecutionHints: (hint: { message: string }) => void hints.push(hint),
	};
	const formats = ['v1'] as const;
	const connection = { service: 'official', formats, isRelay: true, hasOwnBaseUrl: true };
	const run = {
		context,
		client: new KlingClient({ ...connection, mayLackFormats: true }, send),
		connection,
		itemIndexes: Array.from({ length: itemCount }, (_, item) => item),
		continues: true,
	} as unknown as NodeRun;
	const listed = await getManyOperation.execute(run);
	return { items: listed.flat(), hints };
}

const reply = (body: unknown, status = 200): ApiReply => ({
	status,
	headers: {},
	body: typeof body === 'string' ? body : JSON.stringify(body),
});

it('Get Many says once that a list goes on and on, and returns what was read', async () => {
	const { items, hints } = await getMany(async ({ path }) => {
		// A full page, but of two tasks only.
		const tasks = Array.from({ length: 500 }, (_, n) => ({
			task_id: `${path}-${n % 2}`,
			task_status: 'succeed',
		}));
		return await Promise.resolve(reply({ code: 0, data: tasks }));
	}, 2);
	expect(items).toHaveLength(2 * 200 * 2);
	expect(hints.map(({ message }) => message)).toEqual([notes.listCut]);
});

it.each<[string, ApiReply]>([
	['an address it does not know', reply({ error: { message: 'Invalid URL' } }, 404)],
	['a method it does not know', reply('', 405)],
	['a web page', reply('<!doctype html>')],
	['JSON without a list', reply({ code: 'success', data: { task_id: '', status: '' } })],
	['a task that does not exist', reply({ code: 'task_not_exist', data: null }, 400)],
])('Get Many at a relay without lists says so: %s', async (_name, answer) => {
	const { items } = await getMany(async () => await Promise.resolve(answer));
	expect(items).toHaveLength(1);
	expect(items[0]?.json.error).toContain('list of tasks');
});

it.each<[string, string, ApiReply]>([
	['badKey', 'a wrong key', reply({ error: { message: 'Invalid token' } }, 401)],
	['serverError', 'trouble', reply('', 500)],
	['badParameter', 'Kling’s own words', reply({ code: 1201, message: 'pageSize' }, 400)],
])('Get Many at a relay passes %s on: %s', async (kind, _name, answer) => {
	const { items } = await getMany(async () => await Promise.resolve(answer));
	expect(items[0]?.error?.context).toMatchObject({ kind });
	expect(items[0]?.json.error).not.toContain('list of tasks');
});
