import { breathe } from '../../../../nodes/shared/utils/breathe';

afterEach(() => jest.restoreAllMocks());

/** @returns whether something else was done while breathing */
async function letsOthersIn(now: number): Promise<boolean> {
	jest.spyOn(performance, 'now').mockReturnValue(now);
	let wasElsewhere = false;
	const { port1, port2 } = new MessageChannel();
	port1.once('message', () => {
		wasElsewhere = true;
	});
	port2.postMessage('turn');
	await breathe();
	port1.close();
	return wasElsewhere;
}

it('lets others have the event loop once it was kept for long', async () => {
	await letsOthersIn(1_000_000);
	expect(await letsOthersIn(1_000_001)).toBe(false);
	expect(await letsOthersIn(1_000_030)).toBe(true);
	expect(await letsOthersIn(1_000_040)).toBe(false);
});
