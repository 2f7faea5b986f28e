/** Prints a history that breaks a property, so that it can become a row of the fault matrix. */

import type { Played } from './history.mts';
import type { Script } from './script.mts';

export function describeHistory(script: Script, { violations, rows }: Played): string {
	const { service, format, isUndocumented, externalIds, items, tries, waits } = script;
	const lines = [
		violations.map(({ property, cause }) => `${property} (${cause})`).join('; '),
		`${service}, ${format}${isUndocumented ? ', 4.0' : ''}, external IDs ${externalIds}; items: ${items}; ` +
			`tries: ${tries}; ${waits ? 'create and wait' : 'create'}`,
		...rows.map(
			({ asked, answered, charged }) =>
				`  ${asked}${answered && ` → ${answered}`}${charged ? ` [charged: ${charged}]` : ''}`,
		),
	];
	return lines.join('\n');
}
