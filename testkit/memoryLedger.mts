/** A ledger for the engine alone. */
import type { LedgerEntry, LedgerStore } from '../nodes/shared/engine/ledger.ts';

/** The engine's memory without n8n: it remembers nothing beyond its own life. */
export class MemoryLedger implements LedgerStore {
	private readonly entries = new Map<string, LedgerEntry>();

	read(key: string): LedgerEntry {
		return this.entries.get(key) ?? { failures: 0 };
	}

	write(key: string, entry: LedgerEntry): void {
		this.entries.set(key, entry);
	}
}
