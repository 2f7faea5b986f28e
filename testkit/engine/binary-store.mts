/** n8n's store of files, for the engine without a server. */
import type { IBinaryData } from 'n8n-workflow';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from './core.mts';

/**
 * Where files that nodes produce are kept: `filesystem` streams them into a temporary folder, as
 * an n8n does unless told otherwise; `memory` keeps them as base64 in the items.
 */
export type BinaryMode = 'memory' | 'filesystem';

let folder: string | undefined;
let current: BinaryMode | undefined;
let users = 0;

/**
 * Puts n8n's binary store into `mode` until the returned function is called.
 * @throws when another execution in this process still uses the other mode: n8n has one store.
 */
export async function useBinaryStore(mode: BinaryMode): Promise<() => void> {
	if (users > 0 && current !== mode) {
		throw new Error(`An execution with binary mode "${current}" is still running`);
	}
	users++;
	if (current !== mode) await configure(mode);
	return () => {
		users--;
	};
}

/** The content of a file, wherever the store put it. */
export async function readBinary(binary: IBinaryData): Promise<Buffer> {
	const { core, container } = loadEngine();
	return await container.get(core.BinaryDataService).getAsBuffer(binary);
}

/**
 * Deletes the files of all executions so far. The end of the process does so too, but not under
 * jest, which keeps 'exit' from its tests: there it belongs into an afterAll().
 */
export function cleanUp(): void {
	process.off('exit', cleanUp);
	if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
	folder = undefined;
	current = undefined;
}

async function configure(mode: BinaryMode) {
	current = mode;
	if (folder === undefined) {
		folder = mkdtempSync(join(tmpdir(), 'n8n-binary-'));
		process.once('exit', cleanUp);
	}
	const { core, container } = loadEngine();
	const config = container.get(core.BinaryDataConfig);
	config.mode = mode === 'memory' ? 'default' : 'filesystem';
	config.localStoragePath = folder;
	await container.get(core.BinaryDataService).init();
}
