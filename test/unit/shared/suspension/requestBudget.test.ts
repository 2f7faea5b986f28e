import { RequestBudget } from '../../../../nodes/shared/suspension/requestBudget';

describe('the requests that callbacks may cost', () => {
	let budget: RequestBudget;
	beforeEach(() => (budget = new RequestBudget()));

	it('are two each, on average', () => {
		budget.noteCheckOfAll(10, 10);
		budget.receive(false);
		expect([budget.allows(2), budget.allows(3)]).toEqual([true, false]);
		budget.receive(false);
		expect(budget.allows(4)).toBe(true);
		budget.spend(3);
		expect([budget.allows(1), budget.allows(2)]).toEqual([true, false]);
	});

	it('allow to check any number where one request shows all', () => {
		budget.noteCheckOfAll(500, 1);
		budget.receive(false);
		expect(budget.allows(500)).toBe(true);
	});

	it('are known from checks of several tasks only', () => {
		budget.noteCheckOfAll(1, 20);
		expect(budget.allows(500)).toBe(true);
	});

	it('are no matter to the first four self checks', () => {
		const free = Array.from({ length: 6 }, () => budget.receive(true));
		expect(free).toEqual([true, true, true, true, false, false]);
		expect(budget.receive(false)).toBe(false);
	});

	it.each([
		['nothing is missing', 0, 2_000],
		['little is missing', 2, 2_000],
		['much is missing', 30, 30_000],
		['more is missing than anybody waits for', 500, 60_000],
	])('let the rest wait while %s', (_name, tasks, quiet) => {
		budget.noteCheckOfAll(10, 10);
		expect(budget.quietBefore(tasks)).toBe(quiet);
	});
});
