import { playMany, simplify } from '../../testkit/histories/fuzz.mts';
import { describeHistory } from '../../testkit/histories/report.mts';

jest.setTimeout(120_000);

/** Any other number plays other histories: npm run fuzz -- --seed 2. */
const DRAWN = { histories: 2_000, seed: 1 };

it('No video is charged twice, no ID is lost, and what was charged is said, whatever the service answers', async () => {
	const kinds = await playMany(DRAWN);
	const broken = await Promise.all(
		[...kinds].slice(0, 1).map(async ([name, kind]) => {
			const simplest = await simplify(DRAWN, name, kind);
			return simplest ? describeHistory(simplest.script, simplest.played) : name;
		}),
	);
	// As text: the first of them is shown, made as simple as it can be.
	expect(broken.join('\n')).toBe('');
});
