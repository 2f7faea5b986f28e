import { MODELS } from '../../nodes/shared/api/models';
import { renderCharts } from '../../scripts/docs-charts.mts';
import { DOCUMENTS, renderTable, updateTables } from '../../scripts/docs-tables.mts';
import { TESTED_VERSIONS } from '../../testkit/n8n/versions.mts';
import {
	anchorOf,
	codeIn,
	documents,
	exists,
	matches,
	namesIn,
	read,
	resolve,
	targetsOf,
	titlesOf,
} from './documents.mts';

/** The cells of a table's rows by the titles of their columns. */
function rowsOf(table: string): Array<Record<string, string>> {
	const [header = [], , ...rows] = table.split('\n').map((line) =>
		line
			.split('|')
			.slice(1, -1)
			.map((cell) => cell.trim()),
	);
	return rows.map((row) => Object.fromEntries(header.map((title, n) => [title, row[n] ?? ''])));
}

describe('the table of models', () => {
	const rows = rowsOf(renderTable('models'));
	const row = (model: string) => rows.find(({ Model }) => Model === model);

	it('has a row for each model of the registry, and for Custom', () => {
		expect(rows.map(({ Value }) => Value)).toEqual([
			...MODELS.map(({ value }) => `\`${value}\``),
			'`custom`',
		]);
	});

	it('tells what Kling 3.0 can do, format by format where they differ', () => {
		expect(row('Kling 3.0')).toEqual({
			Model: 'Kling 3.0',
			Value: '`kling-v3`',
			'IDs by format': 'v1: `kling-v3`<br>path: `kling-3.0`',
			Services: 'Kling AI',
			'Prompt (characters)': 'v1: 2,500<br>path: 3,072',
			Modes: '`std`, `pro`, `4k`',
			'Durations (s)': '3–15',
			'Aspect ratios': '16:9, 9:16, 1:1',
			Sound: 'yes',
			'Negative prompt': 'v1: yes<br>path: –',
			'CFG scale': 'v1: yes<br>path: –',
			'Camera control': '–',
			'Multi-shot': 'intelligence, customize',
			'Retired on': '–',
			Remarks: '',
		});
	});

	it('tells what a retired model can do, service by service where they differ', () => {
		expect(row('Kling 1.6')).toEqual({
			Model: 'Kling 1.6',
			Value: '`kling-v1-6`',
			'IDs by format': 'gateway, v1: `kling-v1-6`',
			Services: 'Gateway, Kling AI',
			'Prompt (characters)': '2,500',
			Modes: '`std`, `pro`',
			'Durations (s)': '5, 10',
			'Aspect ratios': 'gateway: 16:9, 9:16, 1:1, 3:2, 2:3, 3:4, 4:3<br>v1: 16:9, 9:16, 1:1',
			Sound: '–',
			'Negative prompt': 'yes',
			'CFG scale': 'yes',
			'Camera control': 'gateway: axes<br>v1: –',
			'Multi-shot': '–',
			'Retired on': '2026-09-15',
			Remarks: '',
		});
	});

	it('tells under which settings something works', () => {
		expect(row('Kling 2.6')?.Sound).toBe('with `pro`');
		expect(row('Kling 1.0')?.['Camera control']).toBe('axes, presets with `std`, 5 s');
		const turbo = MODELS.find(({ displayName }) => displayName === 'Kling 3.0 Turbo');
		expect(row('Kling 3.0 Turbo')?.Remarks).toBe(turbo?.note);
	});
});

describe('the table of prices', () => {
	it('has the models whose list price is known, with sound where that can be chosen', () => {
		const rows = rowsOf(renderTable('prices'));
		const priced = MODELS.filter(({ price }) => price);
		expect(priced).not.toEqual([]);
		expect(rows.map(({ Model }) => Model)).toEqual(
			priced.flatMap(({ displayName, price }) => [
				displayName,
				...(price?.withSound ? [`${displayName}, with sound`] : []),
			]),
		);
		expect(rows[1]).toEqual({
			Model: 'Kling 3.0, with sound',
			Standard: '0.9',
			Professional: '1.2',
			'4K': '3',
		});
	});
});

describe('the table of services', () => {
	const rows = rowsOf(renderTable('services'));

	it('has a row for each service, region and authentication', () => {
		expect(rows.map((row) => [row.Service, row.Region, row.Authentication, row.Formats])).toEqual([
			['Kling AI', 'Global', 'API Key', '`v1`, `path`'],
			['Kling AI', 'Global', 'Access Key + Secret Key', '`v1`'],
			['Kling AI', 'China', 'API Key', '`v1`, `path`'],
			['Kling AI', 'China', 'Access Key + Secret Key', '`v1`'],
			['Kling AI', 'Custom', 'API Key', '`v1`, `path`'],
			['Kling AI', 'Custom', 'Access Key + Secret Key', '`v1`'],
			['Kling-Compatible Gateway', '–', 'API Key', '`gateway`'],
		]);
	});

	it('tells what works where', () => {
		expect(rows[0]).toMatchObject({
			'Base URL': '`https://api-singapore.klingai.com`',
			Operations: 'Create, Create and Wait, Get Balance, Get Many, Get Status',
			Watermark: 'yes',
			'External Task ID': 'yes',
			'Callback URL': 'yes',
		});
		expect(rows.at(-1)).toMatchObject({
			'Base URL': 'yours',
			Operations: 'Create, Create and Wait, Get Status',
			Watermark: '–',
			'External Task ID': '–',
			'Callback URL': '–',
		});
	});
});

describe('the table of versions', () => {
	const rows = rowsOf(renderTable('versions'));

	it('has a row for each tested version, the newest with all that was tried', () => {
		expect(rows.map((row) => row.n8n)).toEqual(TESTED_VERSIONS.map(({ version }) => version));
		const [newest = {}] = rows;
		expect(Object.values(newest).slice(2)).toEqual(Array(5).fill('yes'));
	});

	it('tells what an old version lacks', () => {
		expect(rows.at(-1)).toMatchObject({
			'Tool of an AI agent': 'with On Error: Continue',
			'Waiting by callback': 'refused',
		});
	});
});

const EMPTY = `# Title

<!-- models:start -->
<!-- models:end -->

Between.

<!-- services:start -->

| old |
| --- |
| row |

<!-- services:end -->

The end.
`;

describe('the update of a text', () => {
	const update = (text: string) => updateTables(text, ['models', 'services']);
	const updated = update(EMPTY);

	it('puts the tables between their markers and leaves the rest alone', () => {
		expect(updated).toBe(`# Title

<!-- models:start -->

${renderTable('models')}

<!-- models:end -->

Between.

<!-- services:start -->

${renderTable('services')}

<!-- services:end -->

The end.
`);
	});

	it('changes nothing the second time', () => {
		expect(update(updated)).toBe(updated);
	});

	it.each([
		['without markers', '# Title\n'],
		['without one of the markers', EMPTY.replace('<!-- services:end -->', '')],
		[
			'with markers the wrong way round',
			EMPTY.replace('models:start', 'x')
				.replace('models:end', 'models:start')
				.replace('x', 'models:end'),
		],
		['with a marker twice', `${EMPTY}<!-- models:start -->\n<!-- models:end -->\n`],
	])('is refused %s', (_name, text) => {
		expect(() => update(text)).toThrow('The text must contain <!-- ');
	});
});

describe.each(documents)('%s', (path) => {
	const text = read(path);

	it('has the tables of today; npm run docs writes them', () => {
		expect(text).toBe(updateTables(text, DOCUMENTS[path] ?? []));
	});

	it('leads to files and sections that exist', () => {
		const targets = targetsOf(path);
		const lost = targets.filter(
			({ file, anchor }) =>
				!exists(file) || (anchor && !titlesOf(read(file)).map(anchorOf).includes(anchor)),
		);
		expect(lost).toEqual([]);
	});

	it('shows pictures that exist', () => {
		const shown = matches(text, /(?:src|srcset)="([^"]+)"/g);
		expect(shown.filter((file) => !exists(resolve(path, file)))).toEqual([]);
	});

	it('names commands that exist', () => {
		const { scripts } = JSON.parse(read('package.json')) as { scripts: object };
		const named = matches(text, /npm run ([\w:]+)/g);
		expect(named.filter((name) => !(name in scripts))).toEqual([]);
	});

	it('names files of this repository that exist', () => {
		const named = matches(text, /`([\w./-]+\/[\w./-]*)`/g);
		// Rooms are named without the way to them.
		const lost = ['.', 'nodes/shared'].flatMap((home) =>
			named.filter(
				(name) =>
					namesIn(home).includes(name.slice(0, name.indexOf('/'))) && !exists(`${home}/${name}`),
			),
		);
		expect(lost).toEqual([]);
	});
});

describe('README.md', () => {
	const readme = read('README.md');

	it('is short enough to be read', () => {
		expect(readme.split('\n').length).toBeLessThanOrEqual(200);
	});

	it('says how to try the package without an account', () => {
		expect(readme).toContain('npm ci && npm run demo');
		expect(readme).toContain('npm ci && npm test');
	});

	it('lists every example', () => {
		const listed = matches(readme, /\| \[([\w-]+\.json)\]\(examples\/\1\) +\|/g);
		expect(listed.toSorted()).toEqual(namesIn('examples').toSorted());
	});

	it('leads to all of its sections and to all documents', () => {
		const targets = targetsOf('README.md');
		const anchors = targets.filter(({ file }) => file === 'README.md').map(({ anchor }) => anchor);
		expect(anchors).toEqual(titlesOf(readme, /^## (.+)$/gm).map(anchorOf));
		const files = targets.map(({ file }) => file);
		const others = documents.filter((path) => path.startsWith('docs'));
		expect(files).toEqual(expect.arrayContaining([...others, 'CHANGELOG.md', 'CONTRIBUTING.md']));
	});

	it('has the sections that the forms link to', () => {
		const forms = [
			'credentials/KlingApi.credentials.ts',
			'nodes/KlingTextToVideo/KlingTextToVideo.node.json',
			'nodes/KlingTrigger/KlingTrigger.node.json',
		];
		const linked = forms.flatMap((path) => matches(read(path), /n8n-nodes-kling#([\w-]+)/g));
		expect(linked.length).toBeGreaterThan(3);
		expect(['readme', ...titlesOf(readme).map(anchorOf)]).toEqual(expect.arrayContaining(linked));
	});
});

describe('the documents', () => {
	it('show every screenshot, each in light and dark', () => {
		const all = documents.map(read).join('\n');
		const shown = (pattern: RegExp) => [...new Set(matches(all, pattern))];
		const light = shown(/src="(?:docs\/)?([\w-]+)-light\.png"/g);
		const dark = shown(/srcset="(?:docs\/)?([\w-]+)-dark\.png"/g);
		expect(light).toEqual(dark);
		const files = namesIn('docs').filter((name) => name.endsWith('.png'));
		expect(light.flatMap((name) => [`${name}-dark.png`, `${name}-light.png`]).toSorted()).toEqual(
			files.toSorted(),
		);
	});

	it('show every chart, as npm run docs draws it', () => {
		const drawn = renderCharts();
		const files = namesIn('docs/charts').map((name) => `docs/charts/${name}`);
		expect(files.toSorted()).toEqual(Object.keys(drawn).toSorted());
		for (const [path, svg] of Object.entries(drawn)) expect(read(path)).toBe(svg);
		const shown = matches(read('docs/benchmarks.md'), /(?:src|srcset)="([^"]+)"/g);
		expect(shown.map((path) => `docs/${path}`).toSorted()).toEqual(files.toSorted());
	});

	it('have the facts about Kling that the code cites', () => {
		const facts = titlesOf(read('docs/kling-api.md')).map(anchorOf);
		const code = ['credentials', 'emulator', 'nodes', 'testkit'].flatMap(codeIn);
		const cited = matches(code.map(read).join('\n'), /docs\/kling-api\.md#([\w-]+)/g);
		expect(cited.filter((anchor) => !facts.includes(anchor))).toEqual([]);
	});

	it('have generated tables only where they can be found', () => {
		expect(documents).toEqual(expect.arrayContaining(Object.keys(DOCUMENTS)));
	});
});
