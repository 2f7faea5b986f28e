import { UnverifiedCallbacks } from '../../../nodes/KlingTrigger/unverified';

describe('unsigned callbacks', () => {
	it('are looked into five at a time', async () => {
		const callbacks = new UnverifiedCallbacks(() => 0);
		let [underWay, most] = [0, 0];
		const work = async () => {
			most = Math.max(most, ++underWay);
			await Promise.resolve();
			underWay--;
			return 'done';
		};
		const done = await Promise.all(
			Array.from({ length: 50 }, async () => await callbacks.run(work)),
		);
		expect(new Set(done)).toEqual(new Set(['done']));
		expect(most).toBe(5);
	});

	it('are not looked into when a hundred wait already', async () => {
		const callbacks = new UnverifiedCallbacks(() => 0);
		let finish = () => {};
		const held = new Promise<void>((resolve) => (finish = resolve));
		let worked = 0;
		const all = Array.from(
			{ length: 300 },
			async () => await callbacks.run(async () => (worked++, await held)),
		);
		finish();
		await Promise.all(all);
		expect(worked).toBe(105);
	});

	it('are looked into 600 times a minute', async () => {
		let now = 0;
		const callbacks = new UnverifiedCallbacks(() => now);
		const answered = async (count: number) => {
			let admitted = 0;
			for (let n = 0; n < count; n++) {
				if (await callbacks.run(async () => await Promise.resolve(true))) admitted++;
			}
			return admitted;
		};
		expect(await answered(1000)).toBe(600);
		now = 60_000;
		expect(await answered(10)).toBe(10);
	});
});
