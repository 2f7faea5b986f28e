import { MODELS } from '../../nodes/shared/api/models';
import { renderTables, updateReadme } from '../../scripts/readme-tables.mts';
import { TESTED_VERSIONS } from '../../testkit/n8n/versions.mts';
import { readRepositoryFile, repositoryFiles } from './repositoryFiles.mts';

const EMPTY = `# Title

<!-- models:start -->
<!-- models:end -->

Between.

<!-- services:start -->

| old |
| --- |
| row |

<!-- services:end -->

<!-- faults:start --><!-- faults:end -->

<!-- versions:start --><!-- versions:end -->

The end.
`;

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
	const rows = rowsOf(renderTables().models ?? '');
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
		expect(row('Kling 3.0 Turbo')?.Remarks).toBe('Always with sound');
	});
});

describe('the table of services', () => {
	const rows = rowsOf(renderTables().services ?? '');

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
			Operations: 'Create, Create and Wait, Get Status, Get Many',
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
	const rows = rowsOf(renderTables().versions ?? '');

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

describe('the update of a text', () => {
	const updated = updateReadme(EMPTY);
	const { models, services, faults, versions } = renderTables();

	it('puts the tables between their markers and leaves the rest alone', () => {
		expect(updated).toBe(`# Title

<!-- models:start -->

${models}

<!-- models:end -->

Between.

<!-- services:start -->

${services}

<!-- services:end -->

<!-- faults:start -->

${faults}

<!-- faults:end -->

<!-- versions:start -->

${versions}

<!-- versions:end -->

The end.
`);
	});

	it('changes nothing the second time', () => {
		expect(updateReadme(updated)).toBe(updated);
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
		expect(() => updateReadme(text)).toThrow('The text must hold <!-- ');
	});
});

describe('README.md', () => {
	const readme = readRepositoryFile('README.md');
	const matches = (pattern: RegExp) => [...readme.matchAll(pattern)].map(([, text]) => text!);

	it('has the tables of today; npm run readme writes them', () => {
		expect(readme).toBe(updateReadme(readme));
	});

	it('shows and links to files that exist', () => {
		const linked = matches(/\]\((?!https?:|#)([^)]+)\)/g);
		const shown = matches(/(?:src|srcset)="([^"]+)"/g);
		expect(linked.length).toBeGreaterThan(5);
		expect(shown.length).toBeGreaterThan(5);
		for (const path of [...linked, ...shown]) expect(readRepositoryFile(path)).not.toBe('');
	});

	it('shows every screenshot, each in light and dark', () => {
		const light = matches(/src="docs\/([\w-]+)-light\.png"/g);
		const dark = matches(/srcset="docs\/([\w-]+)-dark\.png"/g);
		expect(light).toEqual(dark);
		const files = repositoryFiles('docs');
		expect(light.flatMap((name) => [`${name}-dark.png`, `${name}-light.png`]).toSorted()).toEqual(
			files.toSorted(),
		);
	});

	it('lists every example', () => {
		const listed = matches(/\| \[([\w-]+\.json)\]\(examples\/\1\) \|/g);
		expect(listed.toSorted()).toEqual(repositoryFiles('examples').toSorted());
	});

	it('leads to its sections, and to no other ones', () => {
		const anchorsOf = (pattern: RegExp) =>
			matches(pattern).map((title) => title.toLowerCase().replaceAll(' ', '-'));
		const targets = matches(/\(#([\w-]+)\)/g);
		expect(anchorsOf(/^#+ (.+)$/gm)).toEqual(expect.arrayContaining(targets));
		// Nobody looks for the last two in a table of contents.
		const sections = anchorsOf(/^## (.+)$/gm).slice(0, -2);
		expect(targets).toEqual(expect.arrayContaining(sections));
	});
});
