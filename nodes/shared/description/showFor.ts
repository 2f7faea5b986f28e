/** Shows a field for these operations only; always, where there are no operations. */
export function showFor(operations?: string[]): { show: { operation?: string[] } } {
	return { show: { ...(operations && { operation: operations }) } };
}
