/** Folders that are gone after a test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
	path: string;
	remove(): Promise<void>;
}

/** @param name part of its name, to recognise what a crash has left behind */
export async function temporaryFolder(name: string): Promise<TemporaryFolder> {
	const path = await mkdtemp(join(tmpdir(), `n8n-nodes-kling-${name}-`));
	return { path, remove: async () => await rm(path, { recursive: true, force: true }) };
}
