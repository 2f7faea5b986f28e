/**
 * `npm run n8n:install [-- <version> …]`: installs n8n into the user's cache, where `npm run n8n` and
 * the tests on a real n8n look for it. They would do it themselves.
 */
import { printFailure } from '../testkit/cli/flags.mts';
import { installN8n } from '../testkit/n8n/install.mts';
import { N8N_VERSION, testedVersion } from '../testkit/n8n/versions.mts';
import { printProgress } from '../testkit/npm/npm.mts';

try {
	const versions = process.argv.slice(2).map((version) => testedVersion(version).version);
	for (const version of versions.length > 0 ? versions : [N8N_VERSION]) {
		const { folder } = await installN8n(version, { onProgress: printProgress });
		console.log(`n8n ${version} is in ${folder}`);
	}
} catch (error) {
	process.exitCode = printFailure('Installation of n8n', error);
}
