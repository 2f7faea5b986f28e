/** Knows which example workflows are run by a test. */
import { readdir, readFile } from 'node:fs/promises';

/** The examples that a test of this folder reads, in order to run them. */
export async function testedExamples(): Promise<string[]> {
	const tests = (await readdir('test/e2e')).filter((name) => name.endsWith('.test.ts'));
	const sources = await Promise.all(
		tests.map(async (name) => await readFile(`test/e2e/${name}`, 'utf8')),
	);
	const names = sources.flatMap((source) =>
		[...source.matchAll(/readExample\('([\w-]+\.json)'\)/g)].map(([, name]) => name!),
	);
	return [...new Set(names)].sort();
}
