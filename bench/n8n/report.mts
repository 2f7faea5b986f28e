/** What the trials came to, as tables and charts. */
import { sectionTable, type Section } from '../../testkit/cli/section.mts';
import { count, kibibytes, mebibytes, percent, ratio, seconds } from '../../testkit/cli/units.mts';
import { machineText, type Machine } from '../machine.mts';
import type { Chart, Colour } from './charts.mts';
import { FAULT_SHARE, type GenerationRange } from './order.mts';
import type { Reading } from './measure.mts';
import { WAYS, WAIT_SECONDS, type WayName } from './ways.mts';

export interface SideBySide {
	/** Year, month and day. */
	date: string;
	/** Its version. */
	n8n: string;
	machine: Machine;
	range: GenerationRange;
	clean: Reading[];
	faulty: Reading[];
}

type Column = Section<Reading>['columns'][number];

const WHO: Column[] = [
	['videos', ({ videos }) => String(videos)],
	['way', ({ way }) => WAYS[way].label],
];

const FACTS: Column[] = [
	['slots', ({ videos, slots }) => (slots < videos ? String(slots) : 'enough')],
	['time / ideal', (reading) => (isComplete(reading) ? ratio(timeRatio(reading)) : 'failed')],
	['time', ({ wall }) => seconds(wall)],
	['ideal', ({ ideal }) => seconds(ideal)],
	['status checks per video', (reading) => count(checksPerVideo(reading))],
	[
		'lag mean (max)',
		({ delivered, meanLag, maxLag }) =>
			delivered === 0 ? '–' : `${seconds(meanLag)} (${seconds(maxLag)})`,
	],
	['seconds of n8n per video', (reading) => count(runningPerVideo(reading))],
	['database', ({ databaseGrowth }) => kibibytes(databaseGrowth)],
	['memory', ({ memoryGrowth }) => mebibytes(memoryGrowth)],
	['delivered', ({ delivered, videos }) => `${delivered} of ${videos}`],
	['charged', ({ delivered, lost, chargedTwice }) => String(delivered + lost + chargedTwice)],
];

const FAULTS: Column[] = [
	['faults', ({ faults }) => String(faults)],
	['execution', ({ status }) => status],
	['delivered', ({ delivered, videos }) => `${delivered} of ${videos}`],
	['paid for and lost', ({ lost }) => String(lost)],
	['charged twice', ({ chargedTwice }) => String(chargedTwice)],
	['time / ideal', (reading) => (isComplete(reading) ? ratio(timeRatio(reading)) : '–')],
];

/** What was measured, on what, and both tables. */
export function renderTables({ date, n8n, machine, range, clean, faulty }: SideBySide): string {
	const generation = `${range.shortest / 1000} to ${range.longest / 1000} s`;
	return [
		`\`npm run bench:n8n\`, ${date}: n8n ${n8n}; the emulator and the measuring on ${machineText(machine)}. Each video takes ${generation}, the same in all ways; the workflow of n8n’s own nodes waits ${WAIT_SECONDS} s between its status checks.`,
		tableOf([...WHO, ...FACTS], clean),
		`The same, ${percent(FAULT_SHARE)} of Kling’s replies being faults: the connection is reset or HTTP 500 comes instead of the reply, before Kling does anything or after it has done it, or the creation is refused for too many videos at once (1303).`,
		tableOf([...WHO, ...FAULTS], faulty),
	].join('\n\n');
}

function tableOf(columns: readonly Column[], readings: readonly Reading[]): string {
	return sectionTable({ columns, results: [...readings].sort(bySize) });
}

function bySize(one: Reading, other: Reading): number {
	return (
		other.slots - one.slots ||
		one.videos - other.videos ||
		NAMES.indexOf(one.way) - NAMES.indexOf(other.way)
	);
}

const NAMES = Object.keys(WAYS) as WayName[];

const COLOURS: Readonly<Record<WayName, Colour>> = {
	httpWithoutRetry: { light: '#afb8c1', dark: '#545d68' },
	http: { light: '#818b98', dark: '#768390' },
	httpLoop: { light: '#bf8700', dark: '#d29922' },
	polling: { light: '#0969da', dark: '#4493f8' },
	callback: { light: '#1a7f37', dark: '#3fb950' },
};

const OUTCOMES = {
	delivered: { light: '#1a7f37', dark: '#3fb950' },
	'paid for and lost': { light: '#cf222e', dark: '#f85149' },
	'charged twice': { light: '#8250df', dark: '#ab7df8' },
	'never created': { light: '#818b98', dark: '#768390' },
} as const satisfies Record<string, Colour>;

/** The charts by the names of their files. */
export function sideBySideCharts({ clean, faulty }: SideBySide): Record<string, Chart> {
	const ways = NAMES.filter((name) => clean.some(({ way }) => way === name));
	const sizes = [...new Set(clean.map(sizeOf))];
	const chart = (
		title: string,
		subtitle: string,
		value: (reading: Reading) => number,
		label: (value: number) => string,
	): Chart => ({
		title,
		subtitle,
		label,
		categories: sizes,
		series: ways.map((way) => ({
			name: WAYS[way].label,
			colour: COLOURS[way],
			values: sizes.map((size) => {
				const reading = clean.find((each) => each.way === way && sizeOf(each) === size);
				return reading && (isComplete(reading) ? value(reading) : 'failed');
			}),
		})),
	});
	return {
		time: chart(
			'Time until all videos are there',
			'as a multiple of the ideal: the generation times in so many slots, without any request',
			timeRatio,
			ratio,
		),
		checks: chart('Status checks per video', 'fewer are better', checksPerVideo, count),
		running: chart(
			'Seconds for which n8n is occupied, per video',
			'a suspended execution occupies nothing',
			runningPerVideo,
			count,
		),
		faults: faultChart(faulty),
	};
}

function faultChart(faulty: readonly Reading[]): Chart {
	const inLoop = faulty.filter(({ way }) => way === 'httpLoop').map(({ videos }) => videos);
	const size = Math.max(...inLoop);
	const readings = faulty.filter(({ videos }) => videos === size).sort(bySize);
	const counts: Record<keyof typeof OUTCOMES, (reading: Reading) => number> = {
		delivered: ({ delivered }) => delivered,
		'paid for and lost': ({ lost }) => lost,
		'charged twice': ({ chargedTwice }) => chargedTwice,
		'never created': ({ videos, delivered, lost }) => videos - delivered - lost,
	};
	return {
		title: `When ${percent(FAULT_SHARE)} of Kling’s replies are faults`,
		subtitle: `what becomes of ${size} videos`,
		isStacked: true,
		label: String,
		categories: readings.map(({ way }) => WAYS[way].label),
		series: (Object.keys(OUTCOMES) as Array<keyof typeof OUTCOMES>).map((name) => ({
			name,
			colour: OUTCOMES[name],
			values: readings.map(counts[name]),
		})),
	};
}

function sizeOf({ videos, slots }: Reading): string {
	const text = videos === 1 ? '1 video' : `${videos} videos`;
	return slots < videos ? `${text}, ${slots} slots` : text;
}

function isComplete({ delivered, videos }: Reading): boolean {
	return delivered === videos;
}

function timeRatio({ wall, ideal }: Reading): number {
	return wall / ideal;
}

function checksPerVideo({ statusRequests, videos }: Reading): number {
	return statusRequests / videos;
}

function runningPerVideo({ running, videos }: Reading): number {
	return running / 1000 / videos;
}
