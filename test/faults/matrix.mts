/** Runs the whole table, several cells at once, and prints what came of it. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { replaceClocks } from '../../testkit/clocks/machine.mts';
import { toPattern } from '../../testkit/engine/sentences.mts';
import { renderText } from '../../testkit/faults/render.mts';
import {
	expectationOf,
	fine,
	FORMATS,
	isNone,
	MODES,
	OPERATIONS,
	type Ending,
	type Failure,
	type Row,
} from '../../testkit/faults/row.mts';
import { TABLE } from '../../testkit/faults/table.mts';
import { Bench } from './bench.mts';
import { runCell, type Cell } from './cell.mts';
import type { Verdict } from './judge.mts';

/** Cells that run at once. */
const BENCHES = 8;

/** A pause of the event loop that may turn what happens in a cell around; really, ms. */
const STANDSTILL = 50;
/** How often a cell is run that went wrong during such pauses. */
const ATTEMPTS = 5;

/** In a millisecond. */
const NANOSECONDS = 1e6;

/** Nothing goes wrong. */
const PLAIN: Row = {
	name: '',
	cells: { create: fine(), createAndWait: fine(), getStatus: fine(), getMany: fine() },
};

/** A cell, and what must come of it. */
export interface Case extends Cell {
	name: string;
	ending: Ending;
}

/** All cells in which the fault can happen. */
const CASES: Case[] = TABLE.flatMap((row) =>
	OPERATIONS.flatMap((operation) =>
		FORMATS.flatMap((format) => {
			const expectation = expectationOf(row, operation, format);
			if (isNone(expectation)) return [];
			return MODES.map((mode) => ({
				row,
				operation,
				format,
				mode,
				name: `${operation}, ${format}, ${mode}`,
				ending: expectation[mode],
			}));
		}),
	),
);

/** Starts all cells; the results come as they are ready. */
export class Matrix {
	private readonly results = new Map<Case, PromiseWithResolvers>();
	private readonly measured = new Map<Case, Verdict>();
	private startedAt = Date.now();

	constructor(cases: Case[]) {
		replaceClocks();
		const queue = [...cases];
		for (const each of cases) this.results.set(each, withResolvers());
		void this.begin(queue);
	}

	/** n8n loads at the first run, during which time seems to stand still. */
	private async begin(queue: Case[]): Promise<void> {
		const bench = await Bench.start();
		const [first] = queue;
		if (first) await Promise.allSettled([runCell({ ...first, row: PLAIN }, bench)]);
		await bench.close();
		this.startedAt = Date.now();
		for (let n = 0; n < BENCHES; n++) void this.work(queue);
	}

	async resultOf(each: Case): Promise<Verdict> {
		const result = this.results.get(each);
		if (!result) throw new Error(`${each.name} was not started`);
		return await result.promise;
	}

	private async work(queue: Case[]): Promise<void> {
		const bench = await Bench.start();
		for (let next = queue.shift(); next; next = queue.shift()) {
			try {
				const verdict = await this.judged(next, bench);
				this.measured.set(next, verdict);
				this.results.get(next)?.resolve(verdict);
			} catch (error) {
				this.results.get(next)?.reject(error);
			}
		}
		await bench.close();
	}

	/** Runs a cell, and once more if the machine stood still meanwhile: its timeouts are short. */
	private async judged(each: Case, bench: Bench): Promise<Verdict> {
		for (let attempts = 1; ; attempts++) {
			const lag = monitorEventLoopDelay({ resolution: 5 });
			lag.enable();
			const verdict = await runCell(each, bench);
			lag.disable();
			const stoodStill = lag.max / NANOSECONDS > STANDSTILL;
			if (!stoodStill || attempts === ATTEMPTS || flawsOf(each, verdict).length === 0) {
				return verdict;
			}
		}
	}

	/** What was counted, a fault per line; ✗ marks what should be otherwise. */
	print(): void {
		const rows = TABLE.filter((row) => [...this.measured.keys()].some((each) => each.row === row));
		const table = renderText(rows, (row, operation, format, mode) => {
			const found = [...this.measured].find(
				([each]) =>
					each.row === row &&
					each.operation === operation &&
					each.format === format &&
					each.mode === mode,
			);
			if (!found) return undefined;
			const [each, verdict] = found;
			return `${verdict.counts}${flawsOf(each, verdict).length > 0 ? '✗' : ''}`;
		});
		const seconds = ((Date.now() - this.startedAt) / 1000).toFixed(1);
		process.stdout.write(
			`\ncharged/delivered/reported; three times where On Error: Stop, On Error: Continue and Retry On Fail differ\n${table}\n${this.measured.size} cells in ${seconds} s\n`,
		);
	}
}

/** Everything that is not as it should be. */
export function flawsOf({ ending }: Case, verdict: Verdict): string[] {
	const { counts, fails } = ending;
	return [
		...verdict.wrongs,
		...(verdict.counts === counts ? [] : [`${verdict.counts} instead of ${counts}`]),
		...(fails
			? flawsOfFailure(fails, verdict)
			: verdict.failures.map(({ kind }) => `fails: ${kind}`)),
	];
}

function flawsOfFailure(
	{ kinds, mayHaveStarted, reason }: Failure,
	{ failures, mayHaveStarted: unsure }: Verdict,
): string[] {
	const others = failures.filter(
		(each) =>
			!kinds.includes(each.kind) ||
			(reason !== undefined && !toPattern(reason).test(each.reason ?? '')),
	);
	return [
		...(failures.length === 0 ? [`does not fail: ${kinds.join(', ')}`] : []),
		...others.map((each) => `fails: ${each.kind} ${each.reason ?? ''}`.trim()),
		...(mayHaveStarted === 'perhaps' || (mayHaveStarted === true) === unsure.length > 0
			? []
			: [`${mayHaveStarted ? 'does not say' : 'says'} that videos may have been started`]),
	];
}

interface PromiseWithResolvers {
	promise: Promise<Verdict>;
	resolve(measured: Verdict): void;
	reject(error: unknown): void;
}

function withResolvers(): PromiseWithResolvers {
	const parts: Partial<PromiseWithResolvers> = {};
	const promise = new Promise<Verdict>((resolve, reject) =>
		Object.assign(parts, { resolve, reject }),
	);
	promise.catch(() => {});
	return { ...parts, promise } as PromiseWithResolvers;
}

/** For development: only rows that a text fits. */
export function chosen(): Case[] {
	const { FAULTS } = process.env;
	return FAULTS ? CASES.filter(({ row, name }) => `${row.name} | ${name}`.match(FAULTS)) : CASES;
}
