/** Reads what Kling says it charged for a task. Source: docs/kling-api.md#charges. */

import { sumOf } from '../../utils/decimal';
import type { Cost } from '../task';
import { type Fields, isFields, numberOf, textOf } from './fields';
import { MAX_ENTRIES } from './levels';

/** The unit of money whose currency Kling does not name: that of the account. */
const BALANCE = 'balance';

/**
 * @param task as v1 or `path` has it
 * @returns the units if there are any, else the money; undefined when Kling says nothing of either
 */
export function readCost(task: Fields): Cost | undefined {
	const costs = sumPerUnit([...deductionsOf(task), ...billedIn(task)]);
	const units = costs.find(({ unit }) => unit === 'units');
	if (units && units.amount !== 0) return units;
	const money = costs.filter((cost) => cost !== units);
	return money.find(({ amount }) => amount !== 0) ?? money[0] ?? units;
}

/** As v1 has it. */
function deductionsOf(task: Fields): Cost[] {
	const balance = task.final_balance_deduction;
	return [
		...toCost(task.final_unit_deduction, 'units'),
		...toCost(isFields(balance) ? balance.quota : balance, BALANCE),
	];
}

/** As `path` has it: one line for each pack or balance that was charged. */
function billedIn({ billing }: Fields): Cost[] {
	const lines: unknown[] = Array.isArray(billing) ? billing.slice(0, MAX_ENTRIES) : [billing];
	return lines
		.filter(isFields)
		.flatMap((line) => toCost(line.amount, isMoney(line) ? currencyOf(line) : 'units'));
}

function isMoney({ charge_type: kind, cash_type: account, currency }: Fields): boolean {
	const said = textOf(kind)?.toLowerCase();
	if (said === 'cash' || said === 'unit') return said === 'cash';
	return textOf(account) !== undefined || textOf(currency) !== undefined;
}

function currencyOf({ currency }: Fields): string {
	const code = textOf(currency)?.trim() ?? '';
	return /^[a-z]{3}$/i.test(code) ? code.toUpperCase() : BALANCE;
}

function toCost(value: unknown, unit: string): Cost[] {
	const amount = numberOf(value);
	return amount === undefined ? [] : [{ amount, unit }];
}

/** One cost for each unit. */
export function sumPerUnit(costs: readonly Cost[]): Cost[] {
	const amounts = new Map<string, number[]>();
	for (const { amount, unit } of costs) {
		amounts.set(unit, [...(amounts.get(unit) ?? []), amount]);
	}
	return [...amounts].map(([unit, each]) => ({ amount: sumOf(each), unit }));
}
