/** Two n8n must not work on one user folder: whoever uses it leaves its process id there. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../testkit/npm/isAlive.mts';

const FILE = 'host.pid';

/**
 * Claims a user folder for this process.
 *
 * @returns a function that gives it back
 * @throws Error while another process has it
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
	const path = join(folder, FILE);
	const release = async () => await rm(path, { force: true });
	for (;;) {
		try {
			await writeFile(path, String(process.pid), { flag: 'wx' });
			return release;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		const pid = Number(await readFile(path, 'utf8').catch(() => ''));
		if (pid > 0 && isAlive(pid)) {
			throw new Error(
				`n8n is already running with this user folder (process ${pid}). Stop it, or choose another one with --user-folder.`,
			);
		}
		await release();
	}
}
