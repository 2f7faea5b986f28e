/** The command line of the benchmarks. */
import { parseFlags, UsageError } from '../testkit/cli/flags.mts';

export const PARTS = [
	'batch',
	'polling',
	'memory',
	'overhead',
	'load',
	'replies',
	'hostile',
	'growth',
] as const;

export type Part = (typeof PARTS)[number];

export interface Settings {
	/** A reduced set, for a smoke run. */
	isQuick: boolean;
	parts: readonly Part[];
	/** The file to which the results go as JSON; "-": to standard output, instead of the tables. */
	json?: string;
}

export const USAGE = `Usage: npm run bench -- [options] [part ...]

  parts          ${PARTS.join(', ')} (default: all)
  --quick        a reduced set, one minute
  --json <file>  also write the results as JSON; "-": print them instead of the tables
`;

/** @throws UsageError for an argument that is none of those */
export function readSettings(args: string[]): Settings {
	const { values, positionals } = parseFlags({
		args,
		options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
		allowPositionals: true,
	});
	const parts = positionals.map(toPart);
	return { isQuick: values.quick, json: values.json, parts: parts.length > 0 ? parts : PARTS };
}

/** @throws UsageError */
function toPart(argument: string): Part {
	const part = PARTS.find((known) => known === argument);
	if (!part) throw new UsageError(`There is no part "${argument}"`);
	return part;
}
