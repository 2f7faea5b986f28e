/** Times as people write them, without saying where. */

const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$/;

/**
 * @param text a date, perhaps with a time, in ISO format; one with a zone of its own keeps it
 * @param timezone such as "Europe/Berlin"
 * @returns milliseconds since the epoch; undefined when it is no date in this format
 */
export function toTimeInZone(text: string, timezone: string): number | undefined {
	const date = text.trim();
	if (!WITHOUT_ZONE.test(date)) {
		return /^\d{4}-\d{2}-\d{2}T/.test(date) ? known(Date.parse(date)) : undefined;
	}
	const wanted = Date.parse(`${date.length === 10 ? `${date}T00:00` : date.replace(' ', 'T')}Z`);
	if (Number.isNaN(wanted)) return undefined;
	// A second time, since the first guess may lie on the other side of a change of the clocks.
	const guess = wanted - offsetAt(wanted, timezone);
	return wanted - offsetAt(guess, timezone);
}

function known(time: number): number | undefined {
	return Number.isNaN(time) ? undefined : time;
}

/** How far the clocks of a zone are ahead of UTC; milliseconds. */
function offsetAt(time: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(time);
	const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
	const shown = Date.UTC(
		part('year'),
		part('month') - 1,
		part('day'),
		part('hour'),
		part('minute'),
		part('second'),
	);
	return shown - Math.floor(time / 1000) * 1000;
}
