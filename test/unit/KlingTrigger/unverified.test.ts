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
			Array.from({ length: 50 }, async () => await callbacks.run('a', work)),
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
			async () => await callbacks.run('a', async () => (worked++, await held)),
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
				if (await callbacks.run('a', async () => await Promise.resolve(true))) admitted++;
			}
			return admitted;
		};
		expect(await answered(1000)).toBe(600);
		now = 60_000;
		expect(await answered(10)).toBe(10);
	});

	it('to one trigger leave the others alone, however many come', async () => {
		const callbacks = new UnverifiedCallbacks(() => 0);
		const held = new Promise<void>(() => {});
		for (let n = 0; n < 2000; n++) void callbacks.run('a', async () => await held);
		expect(await callbacks.run('a', async () => await Promise.resolve('done'))).toBeUndefined();
		expect(await callbacks.run('b', async () => await Promise.resolve('done'))).toBe('done');
	});

	it('to all triggers together are limited, too', async () => {
		const callbacks = new UnverifiedCallbacks(() => 0);
		let admitted = 0;
		for (let n = 0; n < 20_000; n++) {
			const done = await callbacks.run(`${n % 100}`, async () => await Promise.resolve(true));
			if (done) admitted++;
		}
		expect(admitted).toBe(9_000);
	});
});
