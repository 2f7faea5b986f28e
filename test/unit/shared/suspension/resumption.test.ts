import { Resumption } from '../../../../nodes/shared/suspension/resumption';

describe('an execution', () => {
	let resumption: Resumption;
	beforeEach(() => (resumption = new Resumption()));

	it('is resumed by one callback', () => {
		expect([resumption.claim(0, 0), resumption.claim(1, 1)]).toEqual([true, false]);
		expect(resumption.isClaimed(60_000)).toBe(true);
	});

	it('is resumed by the next one if n8n did not start it', () => {
		resumption.claim(0, 0);
		resumption.handOver(60_000);
		expect([resumption.isSpent(69_000), resumption.isSpent(71_000)]).toEqual([false, true]);
		expect(resumption.claim(65_000, 65_000)).toBe(false);
		expect(resumption.claim(71_000, 71_000)).toBe(true);
		expect([resumption.isSpent(90_000), resumption.isClaimed(90_000)]).toEqual([false, true]);
	});

	it('is not resumed again by one that was still being handled, however long that took', () => {
		resumption.claim(0, 0);
		resumption.handOver(60_000);
		expect(resumption.claim(59_000, 90_000)).toBe(false);
	});

	it('is resumed by the next one if resuming failed', () => {
		resumption.claim(0, 0);
		resumption.release();
		expect([resumption.hasBegun, resumption.isClaimed(1)]).toEqual([false, false]);
		expect(resumption.claim(1, 1)).toBe(true);
	});
});
