/** What happens once before all tests on a real n8n. */
import { installN8n } from '../../testkit/n8n/install.mts';
import { printProgress } from '../../testkit/npm/npm.mts';

/** Installs n8n before the first test: on an empty cache that takes longer than any test may. */
export default async function globalSetup() {
	await installN8n(undefined, { onProgress: printProgress });
}
