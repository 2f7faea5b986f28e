import { attempt } from '../../../../nodes/shared/utils/attempt';

const boom = new Error('boom');

describe('an attempt', () => {
	it.each<[string, () => unknown]>([
		['of work that returns', () => 7],
		['of work that resolves', async () => await Promise.resolve(7)],
	])('%s tells the result', async (_name, work) => {
		expect(await attempt(work)).toEqual({ ok: true, value: 7 });
	});

	it.each<[string, () => unknown]>([
		[
			'of work that throws',
			() => {
				throw boom;
			},
		],
		['of work that rejects', async () => await Promise.reject(boom)],
	])('%s tells the error, the same one', async (_name, work) => {
		const tried = await attempt(work);
		expect(tried).toEqual({ ok: false, error: boom });
		expect(!tried.ok && tried.error).toBe(boom);
	});

	it.each([undefined, null, 'text'])(
		'keeps %j, whether it was returned or thrown',
		async (what) => {
			expect(await attempt(() => what)).toEqual({ ok: true, value: what });
			expect(
				await attempt(() => {
					throw what;
				}),
			).toEqual({ ok: false, error: what });
		},
	);

	it('does the work once', async () => {
		const work = jest.fn(() => 7);
		await attempt(work);
		expect(work).toHaveBeenCalledTimes(1);
	});
});
