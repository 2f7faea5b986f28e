/**
 * `npm run check:live`: compares the live Kling API with what this package knows: shapes of replies,
 * error codes, and which models are served. Free requests only, unless `--paid` is given.
 */
import process from 'node:process';
import { printFailure } from '../testkit/cli/flags.mts';
import { checkLive } from './checkLive/run.mts';
import { readSettings, USAGE } from './checkLive/settings.mts';

try {
	const settings = readSettings(process.env, process.argv.slice(2));
	await checkLive(settings, {
		write: (line) => console.log(line),
		pause: 10_000,
		interval: 10_000,
		limit: 30 * 60_000,
	});
	console.log('The report has no secrets. Please send it:');
	console.log('https://github.com/n8n-nodes-kling/n8n-nodes-kling/issues');
} catch (error) {
	process.exitCode = printFailure('check:live', error, USAGE);
}
