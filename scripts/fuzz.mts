/**
 * Plays as many histories of the charging protocol as one likes, in one process for each core:
 * `npm run fuzz -- --histories 300000 --seed 1`. Prints each kind of history that breaks a property, as
 * simple as it can be made.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { playMany, simplify } from '../testkit/histories/fuzz.mts';
import { describeHistory } from '../testkit/histories/report.mts';

const { values } = parseArgs({
	options: {
		histories: { type: 'string', default: '20000' },
		seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
		processes: { type: 'string', default: String(availableParallelism()) },
		/** Prints the scripts, too. */
		json: { type: 'boolean', default: false },
	},
});
const histories = Number(values.histories);
const seed = Number(values.seed);
const processes = Number(values.processes);

/** Histories of one seed. */
const ROUND = 2_000;

/** What a process has found: how many histories of each kind. */
type Counts = Record<string, number>;

async function playShare(): Promise<Counts> {
	const counts: Counts = {};
	for (let played = 0; played < histories; played += ROUND) {
		const drawn = { histories: Math.min(ROUND, histories - played), seed: seed + played / ROUND };
		for (const [name, kind] of await playMany(drawn)) {
			if (!(name in counts)) {
				const simplest = await simplify(drawn, name, kind);
				if (simplest) {
					const { script, played: again } = simplest;
					console.log(`\n${describeHistory(script, again)}`);
					if (values.json) console.log(JSON.stringify(script));
				} else console.log(`\n${name}: not again (seed ${drawn.seed}, history ${kind.first})`);
			}
			counts[name] = (counts[name] ?? 0) + kind.count;
		}
	}
	return counts;
}

async function playInProcess(number: number): Promise<Counts> {
	const share = Math.ceil(histories / processes);
	const args = ['--histories', `${share}`, '--seed', `${seed + number * 1_000_000}`];
	const child = fork(fileURLToPath(import.meta.url), [...args, ...(values.json ? ['--json'] : [])]);
	return await new Promise<Counts>((resolve, reject) => {
		child.once('message', (counts) => resolve(counts as Counts));
		child.once('exit', (code) => reject(new Error(`A process ended with ${code}`)));
	});
}

if (process.send) {
	process.send(await playShare());
	process.disconnect();
} else {
	console.log(`${histories} histories, seed ${seed}`);
	const startedAt = performance.now();
	const all = await Promise.all(
		Array.from({ length: processes }, async (_, n) => await playInProcess(n)),
	);
	const counts: Counts = {};
	for (const [name, count] of all.flatMap(Object.entries<number>)) {
		counts[name] = (counts[name] ?? 0) + count;
	}
	console.log(`\n${Math.round((performance.now() - startedAt) / 1000)} s`);
	if (Object.keys(counts).length === 0) console.log('No history breaks a property.');
	else console.table(counts);
	process.exitCode = Object.keys(counts).length === 0 ? 0 : 1;
}
