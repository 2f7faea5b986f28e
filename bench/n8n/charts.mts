/** Bar charts as SVG, for light and for dark pages. */
import { init } from 'echarts';

export const THEMES = ['light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

/** A colour on a light and on a dark page, each with enough contrast to be told from the others there. */
export type Colour = Readonly<Record<Theme, string>>;

export interface Series {
	name: string;
	colour: Colour;
	/** By category: what the bar shows, a text in its place, or undefined where there is nothing to show. */
	values: ReadonlyArray<number | string | undefined>;
}

export interface Chart {
	title: string;
	subtitle: string;
	categories: readonly string[];
	series: readonly Series[];
	/** Whether the series of a category stand one upon the other. */
	isStacked?: boolean;
	/** How a value reads at its bar. */
	label: (value: number) => string;
}

const WIDTH = 760;
/** Height of one bar with its gap, of a gap between categories, and of title and legend, in pixels. */
const BAR = 22;
const CATEGORY_GAP = 18;
const AROUND = 120;

const TEXT: Colour = { light: '#1f2328', dark: '#e6edf3' };
const FAINT: Colour = { light: '#59636e', dark: '#9198a1' };
const LINE: Colour = { light: '#d1d9e0', dark: '#3d444d' };

/** @returns the SVG, the same for the same chart */
export function renderChart(chart: Chart, theme: Theme): string {
	const { title, subtitle, categories, series, isStacked = false, label } = chart;
	const bars = categories.length * (isStacked ? 1 : series.length);
	const canvas = init(null, null, {
		renderer: 'svg',
		ssr: true,
		width: WIDTH,
		height: AROUND + bars * BAR + categories.length * CATEGORY_GAP,
	});
	canvas.setOption({
		animation: false,
		textStyle: { fontFamily: 'system-ui, sans-serif', color: TEXT[theme] },
		title: {
			text: title,
			subtext: subtitle,
			textStyle: { color: TEXT[theme], fontSize: 16 },
			subtextStyle: { color: FAINT[theme], fontSize: 12 },
		},
		legend: { bottom: 0, textStyle: { color: TEXT[theme] }, itemWidth: 14, itemGap: 30 },
		grid: { left: 24, right: 60, top: 64, bottom: 36, containLabel: true },
		xAxis: {
			type: 'value',
			splitLine: { lineStyle: { color: LINE[theme] } },
			axisLabel: { color: FAINT[theme] },
		},
		yAxis: {
			type: 'category',
			data: [...categories],
			inverse: true,
			axisTick: { show: false },
			axisLine: { lineStyle: { color: LINE[theme] } },
			axisLabel: { color: TEXT[theme] },
		},
		series: series.map(({ name, colour, values }) => ({
			type: 'bar',
			name,
			data: values.map((value) =>
				typeof value === 'string'
					? { value: 0, label: { formatter: () => value } }
					: (value ?? '-'),
			),
			barWidth: BAR - 6,
			itemStyle: { color: colour[theme] },
			...(isStacked && { stack: 'all' }),
			label: {
				show: true,
				position: isStacked ? 'inside' : 'right',
				color: isStacked ? (theme === 'light' ? '#ffffff' : '#0d1117') : TEXT[theme],
				formatter: ({ value }: { value: unknown }) =>
					typeof value === 'number' && (value > 0 || !isStacked) ? label(value) : '',
			},
		})),
	});
	const svg = canvas.renderToSVGString();
	canvas.dispose();
	// The names in it count the charts of the process.
	return `${svg.replace(/\bzr\d+-/g, 'zr-')}\n`;
}
