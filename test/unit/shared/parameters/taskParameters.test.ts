import { toTimeInZone } from '../../../../nodes/shared/parameters/taskParameters';

const BERLIN = 'Europe/Berlin';

describe('a time without a zone is one of the workflow’s zone', () => {
	it.each([
		['2026-01-15', BERLIN, '2026-01-14T23:00:00Z'],
		['2026-07-15', BERLIN, '2026-07-14T22:00:00Z'],
		['2026-07-15 08:30', BERLIN, '2026-07-15T06:30:00Z'],
		['2026-07-15T08:30:15.250', BERLIN, '2026-07-15T06:30:15.250Z'],
		['  2026-07-15T08:30  ', 'UTC', '2026-07-15T08:30:00Z'],
		['2026-07-15T08:30', 'Asia/Kolkata', '2026-07-15T03:00:00Z'],
		['2026-07-15T08:30', 'America/New_York', '2026-07-15T12:30:00Z'],
		// Right before and after the clocks change.
		['2026-03-29T01:59:59', BERLIN, '2026-03-29T00:59:59Z'],
		['2026-03-29T03:00', BERLIN, '2026-03-29T01:00:00Z'],
		['2026-10-25T01:59:59', BERLIN, '2026-10-24T23:59:59Z'],
		['2026-10-25T03:00', BERLIN, '2026-10-25T02:00:00Z'],
	])('%s in %s', (text, zone, utc) => {
		expect(toTimeInZone(text, zone)).toBe(Date.parse(utc));
	});

	it('also one that the change of the clocks leaves out, or has twice', () => {
		const between = (text: string, from: string, to: string) => {
			const time = toTimeInZone(text, BERLIN) ?? NaN;
			return time >= Date.parse(from) && time <= Date.parse(to);
		};
		expect(between('2026-03-29T02:30', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z')).toBe(true);
		expect(between('2026-10-25T02:30', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z')).toBe(true);
	});
});

it.each([
	['2026-07-15T08:30Z', '2026-07-15T08:30:00Z'],
	['2026-07-15T08:30:00+02:00', '2026-07-15T06:30:00Z'],
	['2026-07-15T08:30:00.000-05:00', '2026-07-15T13:30:00Z'],
])('%s keeps the zone it names', (text, utc) => {
	expect(toTimeInZone(text, 'Asia/Tokyo')).toBe(Date.parse(utc));
});

it.each([
	'',
	'yesterday',
	'15.07.2026',
	'07/15/2026',
	'2026-13-01',
	'2026-02-99',
	'2026-07-15T25:00',
	'2026-07-15Tnoon',
	'1784000000',
])('"%s" is no time', (text) => {
	expect(toTimeInZone(text, BERLIN)).toBeUndefined();
});
