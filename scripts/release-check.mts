/**
 * `npm run release:check`: everything that happens to the package on its way to users, with a registry on this
 * machine. It looks at the last commit: clean clone, build, package, then n8n's own installer of community packages:
 * install, work, update from the previous release with workflows in place, uninstall.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { printFailure } from '../testkit/cli/flags.mts';
import { repositoryFolder } from '../testkit/n8n/repositoryFolder.mts';
import { temporaryFolder } from '../testkit/temporaryFolder.mts';
import { liveThrough } from './releaseCheck/lifecycle.mts';
import { packPrevious, packRelease } from './releaseCheck/packages.mts';

const folder = await temporaryFolder('release-check');
try {
	const [now, before, registry] = ['release', 'previous', 'registry'].map((name) =>
		join(folder.path, name),
	) as [string, string, string];
	for (const path of [now, before, registry]) await mkdir(path);
	const release = await packRelease(repositoryFolder(), now);
	const previous = await packPrevious(now, release, before);
	await liveThrough(release, previous, registry);
	console.log('The release is ready.');
} catch (error) {
	process.exitCode = printFailure('Release check', error);
} finally {
	await folder.remove();
}
