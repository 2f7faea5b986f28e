/** What an object, and a property or entry of one, take beside its contents; bytes. */
const PER_OBJECT = 50;
const PER_ENTRY = 20;

/**
 * About how many bytes of memory a value of JSON takes, without writing it out as text.
 * @param enough the rest is not counted once this is reached
 */
export function memoryOf(value: unknown, enough = Infinity): number {
	const open = [value];
	let bytes = 0;
	while (open.length > 0 && bytes < enough) {
		const next = open.pop();
		if (typeof next === 'string') bytes += PER_OBJECT + 2 * next.length;
		if (typeof next !== 'object' || next === null) continue;
		bytes += PER_OBJECT;
		for (const name in next) {
			bytes += PER_ENTRY;
			open.push((next as Record<string, unknown>)[name]);
		}
	}
	return bytes;
}
