import fc from 'fast-check';
import { resume } from '../../nodes/shared/suspension/resume';
import { VirtualClock } from '../../testkit/clocks/virtualClock.mts';
import {
	type CallbackScript,
	type CallbacksPlayed,
	HISTORIES,
	playCallbacks,
} from './callbackHistory.mts';

const mockTime = { clock: new VirtualClock() };

jest.mock('../../nodes/shared/n8n/systemClock', () => ({
	systemClock: {
		now: () => mockTime.clock.now(),
		sleep: async (ms: number, signal?: AbortSignal) => await mockTime.clock.sleep(ms, signal),
	},
}));

jest.setTimeout(600_000);

/** Any other number plays other histories. */
const SEED = 20_261_122;

const fates = fc.record({
	ends: fc.constantFrom('completed' as const, 'failed', 'never', 'withoutVideo'),
	after: fc.constantFrom(0, 5_000, 60_000),
});

const callbacks = fc.record({
	after: fc.constantFrom(0, 1, 1_000, 12_000, 61_000),
	task: fc.nat({ max: 6 }),
	says: fc.constantFrom('completed' as const, 'completed', 'failed', 'processing', 'nonsense'),
	isSelfCheck: fc.constantFrom(false, false, false, false, true),
});

const scripts: fc.Arbitrary<CallbackScript> = fc.record({
	format: fc.constantFrom('v1' as const, 'path'),
	fates: fc.array(fates, { minLength: 1, maxLength: 6 }),
	checks: fc.array(
		fc.constantFrom(
			'truth' as const,
			'truth',
			'stillRunning',
			'reset',
			'timeout',
			'serverError',
			'tooMany',
			'webPage',
			'otherJson',
		),
		{ maxLength: 12 },
	),
	callbacks: fc.array(callbacks, { maxLength: 20 }),
});

/** What is wrong, in the words of the properties. */
function judge(script: CallbackScript, played: CallbacksPlayed): string[] {
	const { resumed, threw, stuck, callbacks: count, looks, requests } = played;
	const tasks = script.fates.length;
	const ends = script.fates.every(({ ends: end }) => end !== 'never');
	// What a callback claims is checked for half a minute.
	const most = 9 * count + 8 * tasks + 3 * looks * tasks + script.checks.length;
	return [
		...(resumed.some(({ areAllOver }) => !areAllOver) ? ['resumed early'] : []),
		...(resumed.length > 1 ? ['resumed twice'] : []),
		...(resumed.length === 0 && ends ? ['never resumed'] : []),
		...(threw > 0 ? ['threw'] : []),
		...(stuck > 0 ? ['a callback has no end'] : []),
		...(requests > most ? [`${requests} requests for ${count} callbacks`] : []),
	];
}

it('A suspended execution resumes once, when everything is over, whatever calls back', async () => {
	const property = fc.asyncProperty(scripts, async (script) => {
		const played = await playCallbacks(script, resume, mockTime.clock);
		const flaws = judge(script, played);
		const rows = played.rows.map(({ asked, answered }) => `${asked} → ${answered}`);
		if (flaws.length > 0) throw new Error([...flaws, ...rows].join('\n'));
	});
	await fc.assert(property, { numRuns: HISTORIES, seed: SEED });
});
