/** What was found, as lines that can be sent to anybody. */
import { type Connection } from '../../nodes/shared/api/connection.ts';
import { maskerOf, maskKeys } from '../../nodes/shared/api/mask.ts';

/** `same`: as the package knows it. `differs`: worth a look. `unknown`: could not be found out. */
export type Verdict = 'same' | 'differs' | 'unknown';

export interface Finding {
	what: string;
	verdict: Verdict;
	details: readonly string[];
}

const MARKS: Readonly<Record<Verdict, string>> = {
	same: 'same   ',
	differs: 'DIFFERS',
	unknown: 'unknown',
};

export class Report {
	readonly findings: Finding[] = [];
	private readonly mask: (text: string) => string;

	/** @param write prints one line */
	constructor(
		connection: Connection,
		private readonly write: (line: string) => void,
	) {
		this.mask = maskerOf(connection);
	}

	say(line: string): void {
		this.write(maskKeys(this.mask(line)));
	}

	add(what: string, verdict: Verdict, details: readonly string[] = []): void {
		this.findings.push({ what, verdict, details });
		this.say(`${MARKS[verdict]}  ${what}`);
		for (const detail of details) this.say(`           ${detail}`);
	}

	/** @param differences empty: it is as it should be */
	compare(what: string, differences: readonly string[]): void {
		this.add(what, differences.length === 0 ? 'same' : 'differs', differences);
	}

	conclude(): void {
		const count = (verdict: Verdict) =>
			this.findings.filter((finding) => finding.verdict === verdict).length;
		this.say('');
		this.say(
			`${count('same')} as known, ${count('differs')} different, ${count('unknown')} not found out.`,
		);
	}
}
