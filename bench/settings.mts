/** What the command line asks for. */

export const PARTS = ['batch', 'polling', 'memory', 'overhead', 'load'] as const;

export type Part = (typeof PARTS)[number];

export interface Settings {
	/** A reduced set, for a smoke run. */
	isQuick: boolean;
	parts: readonly Part[];
	/** Where the results go as JSON: to a file, or in the place of the tables to standard output. */
	json?: { file?: string };
}

export const USAGE = `Usage: npm run bench -- [options] [part ...]

  parts          ${PARTS.join(', ')} (default: all)
  --quick        a reduced set, within 20 seconds
  --json         print JSON instead of the tables
  --json <file>  write JSON besides
`;

/** @throws Error for an argument that is none of those */
export function readSettings(args: readonly string[]): Settings {
	const { isQuick, json, rest } = readOptions(args);
	const parts = rest.map((argument) => {
		const part = toPart(argument);
		if (!part) throw new Error(`There is no option or part "${argument}"\n\n${USAGE}`);
		return part;
	});
	return { isQuick, json, parts: parts.length > 0 ? parts : PARTS };
}

function readOptions(args: readonly string[]): Omit<Settings, 'parts'> & { rest: string[] } {
	const rest = [...args];
	const isQuick = takeOption(rest, '--quick') !== undefined;
	const at = takeOption(rest, '--json');
	if (at === undefined) return { isQuick, rest };
	const next = rest[at];
	if (next === undefined || next.startsWith('-') || toPart(next))
		return { isQuick, json: {}, rest };
	rest.splice(at, 1);
	return { isQuick, json: { file: next }, rest };
}

/** @returns where it stood, if it was there */
function takeOption(args: string[], option: string): number | undefined {
	const at = args.indexOf(option);
	if (at < 0) return undefined;
	args.splice(at, 1);
	return at;
}

function toPart(argument: string): Part | undefined {
	return PARTS.find((part) => part === argument);
}
