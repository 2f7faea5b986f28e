/** The README in another language says the same: what is not language is the same, in the same order. */
import { matches, read } from './documents.mts';

const ORIGINAL = 'README.md';

describe.each(['README.zh-CN.md'])('%s', (translation) => {
	const both = (read_: (text: string) => unknown) =>
		[translation, ORIGINAL].map((path) => read_(read(path)));

	it.each<[string, (text: string) => unknown]>([
		['headings, by their levels', (text) => matches(text, /^(#+) /gm)],
		['commands and code blocks', (text) => matches(text, /^```\n(.*?)^```/gms)],
		['code in the text', (text) => matches(text, /`([^`\n]+)`/g).sort()],
		['pictures', (text) => matches(text, /(?:src|srcset)="([^"]+)"/g)],
		['steps and points', (text) => matches(text, /^(\d\.|-) /gm)],
		[
			'tables, by their columns',
			(text) => matches(text, /^(\|.*\|)$/gm).map((row) => row.split('|').length),
		],
		[
			'links to other documents and places',
			(text) =>
				matches(text, /\]\(([^#)][^)]*)\)/g)
					.filter((target) => !/^README/.test(target))
					.sort(),
		],
		[
			'names of the form, but for those that are explained otherwise',
			(text) =>
				[...new Set(matches(text, /\*\*(Kling [A-Z][\w ]+|[A-Z][\w]+ [A-Z][\w ]+)\*\*/g))].sort(),
		],
	])('has the same %s', (_what, facts) => {
		const [translated, original] = both(facts);
		expect(translated).toEqual(original);
	});
});
