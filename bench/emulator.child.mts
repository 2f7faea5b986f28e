/** The emulator in a process of its own, so that its memory and its work do not count. */
import { EMULATOR_API_KEY, startEmulator } from '../emulator/index.mts';
import { receiveTask, sendToParent } from './child.mts';
import type { RemoteEmulator } from './remoteEmulator.mts';

receiveTask();
// Every task is finished as soon as it is created.
const { url, gatewayUrl } = await startEmulator({
	queueMs: 0,
	generationMs: 0,
	accounts: [{ apiKey: EMULATOR_API_KEY, concurrency: 100_000 }],
});
sendToParent({ url, gatewayUrl } satisfies RemoteEmulator);
