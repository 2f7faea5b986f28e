import type { IExecuteFunctions } from 'n8n-workflow';

import { toConnection } from '../../../../nodes/shared/api/connection';
import { contextLedger } from '../../../../nodes/shared/n8n/contextLedger';

describe('the ledger', () => {
	/** n8n's node context, which lives as long as the execution. */
	function ledgerIn(store: object, mode = 'trigger') {
		const context = {
			getMode: () => mode,
			getContext: (type: string) => {
				if (type === 'node') return store;
				throw new Error(`Not foreseen: ${type}`);
			},
		} as unknown as IExecuteFunctions;
		return contextLedger(context, toConnection({ apiKey: 'key' }));
	}

	it('knows nothing in the beginning', () => {
		expect(ledgerIn({}).read('key')).toEqual({ failures: 0 });
	});

	it('keeps its entries in the node’s context, under a name that stored executions know', () => {
		const store = {};
		ledgerIn(store).write('key', { name: 'n', failures: 1 });
		expect(store).toEqual({
			klingTasks: { key: { name: 'n', failures: 1, account: expect.any(String) } },
		});
		const reloaded = JSON.parse(JSON.stringify(store)) as object;
		expect(ledgerIn(reloaded).read('key')).toMatchObject({ name: 'n', failures: 1 });
	});

	it('leaves the others alone', () => {
		const store = { other: 1, klingTasks: { a: { failures: 2 } } };
		ledgerIn(store).write('b', { failures: 0 });
		expect(store).toMatchObject({
			other: 1,
			klingTasks: { a: { failures: 2 }, b: { failures: 0 } },
		});
	});

	it.each<[string, unknown]>([
		['a format of a newer build', { id: 't', format: 'holograms' }],
		['a format that is no own property', { id: 't', format: '__proto__' }],
		['an ID that leads elsewhere', { id: '..', format: 'v1' }],
		['an ID that no address can carry', { id: '\uD800', format: 'v1' }],
		['no ID', { format: 'v1' }],
		['null', null],
	])('takes a task with %s for one that may exist', (_name, task) => {
		const store = { klingTasks: { key: { name: 'n', failures: 1, task } } };
		expect(ledgerIn(store).read('key')).toEqual({ name: 'n', failures: 1, isUnsure: true });
	});

	describe('of an execution that was stopped', () => {
		const entry = { name: 'n', failures: 0, task: { id: 't', format: 'v1' } } as const;

		it('is there in its retry, once, though n8n kept nothing', () => {
			const stopped = ledgerIn({});
			stopped.write('one', entry);
			stopped.write('none', { failures: 0 });
			stopped.keepForRetry([{ key: 'one' }, { key: 'none' }]);
			expect(ledgerIn({}).read('one')).toEqual({ failures: 0 });
			const retried = ledgerIn({}, 'retry');
			expect(retried.read('one')).toMatchObject(entry);
			expect(retried.read('one')).toMatchObject(entry);
			expect(retried.read('none')).toEqual({ failures: 0 });
			expect(ledgerIn({}, 'retry').read('one')).toEqual({ failures: 0 });
		});
	});
});
