import { readBareTask, readTask } from '../../../../../nodes/shared/api/formats/reply';

const v1 = (facts: object) =>
	readTask({ code: 0, data: { task_id: '1', task_status: 'succeed', ...facts } }).cost;

const path = (...billing: unknown[]) =>
	readTask({ code: 0, data: [{ id: '1', status: 'succeeded', billing }] }, '1').cost;

const unit = (amount: unknown, more: object = {}) => ({
	charge_type: 'unit',
	amount,
	package_type: 'video',
	...more,
});
const cash = (amount: unknown, currency?: string) => ({
	charge_type: 'cash',
	cash_type: 'balance',
	amount,
	list_price: '99',
	...(currency !== undefined && { currency }),
});

describe('what a v1 task was charged', () => {
	it.each<[string, object, unknown]>([
		['units as text', { final_unit_deduction: '3' }, { amount: 3, unit: 'units' }],
		['units with decimals', { final_unit_deduction: '1.50' }, { amount: 1.5, unit: 'units' }],
		['units as a number', { final_unit_deduction: 0.3 }, { amount: 0.3, unit: 'units' }],
		['no units', { final_unit_deduction: '0' }, { amount: 0, unit: 'units' }],
		[
			'units, and no money',
			{ final_unit_deduction: '3', final_balance_deduction: { quota: '0', list_price: '0' } },
			{ amount: 3, unit: 'units' },
		],
		[
			'units and money',
			{ final_unit_deduction: '3', final_balance_deduction: { quota: '0.42' } },
			{ amount: 3, unit: 'units' },
		],
		[
			'money, and no units',
			{ final_unit_deduction: '0', final_balance_deduction: { quota: '0.42', list_price: '0.5' } },
			{ amount: 0.42, unit: 'balance' },
		],
		[
			'money alone',
			{ final_balance_deduction: { quota: '0.42', list_price: '0.5' } },
			{ amount: 0.42, unit: 'balance' },
		],
		['nothing', {}, undefined],
		['null', { final_unit_deduction: null, final_balance_deduction: null }, undefined],
		[
			'empty texts',
			{ final_unit_deduction: '', final_balance_deduction: { quota: '' } },
			undefined,
		],
		['a word', { final_unit_deduction: 'three' }, undefined],
	])('%s', (_name, facts, cost) => {
		expect(v1(facts)).toEqual(cost);
	});
});

describe('what a task of the path format was charged', () => {
	it.each<[string, unknown[], unknown]>([
		['units', [unit('3')], { amount: 3, unit: 'units' }],
		['units as a number', [unit(3)], { amount: 3, unit: 'units' }],
		['several packs', [unit('0.1'), unit('0.2')], { amount: 0.3, unit: 'units' }],
		[
			'packs of two types',
			[unit('1.5'), unit('0.05', { package_type: 'audio' })],
			{ amount: 1.55, unit: 'units' },
		],
		['dollars', [cash('0.42', 'USD')], { amount: 0.42, unit: 'USD' }],
		['two balances', [cash('1.1', 'CNY'), cash('2.2', 'cny')], { amount: 3.3, unit: 'CNY' }],
		['money without a currency', [cash('0.42')], { amount: 0.42, unit: 'balance' }],
		['money of no known currency', [cash('0.42', 'gold')], { amount: 0.42, unit: 'balance' }],
		['units and money', [cash('0.42', 'USD'), unit('3')], { amount: 3, unit: 'units' }],
		['no units and money', [unit('0'), cash('0.42', 'USD')], { amount: 0.42, unit: 'USD' }],
		['two currencies', [cash('0', 'CNY'), cash('0.42', 'USD')], { amount: 0.42, unit: 'USD' }],
		['lines without a type', [{ amount: '2', currency: 'USD' }], { amount: 2, unit: 'USD' }],
		['a bare amount', [{ amount: '2' }], { amount: 2, unit: 'units' }],
		['no lines', [], undefined],
		['lines without an amount', [unit(null), unit('')], undefined],
		['nonsense', ['3', 3, null, []], undefined],
	])('%s', (_name, billing, cost) => {
		expect(path(...billing)).toEqual(cost);
	});

	it('one line instead of a list', () => {
		expect(readBareTask({ id: '1', status: 'succeeded', billing: unit('3') }).cost).toEqual({
			amount: 3,
			unit: 'units',
		});
	});
});

it('is found in Kling’s reply inside a relay’s', () => {
	const reply = {
		code: 'success',
		data: {
			task_id: 'relay-1',
			status: 'SUCCESS',
			data: { task_id: '1', task_status: 'succeed', final_unit_deduction: '2.5' },
		},
	};
	expect(readTask(reply).cost).toEqual({ amount: 2.5, unit: 'units' });
});
