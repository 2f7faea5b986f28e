/** Reads the format that n8n stores run data in: https://github.com/WebReflection/flatted. */

/**
 * Parses flatted JSON: an array whose first entry is the value, and in which every text that stands
 * inside an object or array is the index of the entry it stands for.
 */
export function parseFlatted(text: string): unknown {
	const entries = JSON.parse(text) as unknown[];
	const revived = new Set<object>();
	const revive = (value: unknown): unknown => {
		// Entries may refer to each other in circles.
		if (typeof value !== 'object' || value === null || revived.has(value)) return value;
		revived.add(value);
		const container = value as Record<string, unknown>;
		for (const [key, reference] of Object.entries(container)) {
			if (typeof reference === 'string') container[key] = revive(entries[Number(reference)]);
		}
		return value;
	};
	return revive(entries[0]);
}
