/** Who makes the video: the emulator, started for the demo, or a real service. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { startEmulator, type Emulator, type RecordedRequest } from '../../emulator/index.mts';
import { klingAccount } from '../../testkit/credentials.mts';
import type { Report } from './report.mts';
import type { Settings } from './settings.mts';

export interface Service {
	/** Data of the `klingApi` credential. */
	credential: ICredentialDataDecryptedObject;
	close(): Promise<void>;
}

/** The part of a task's time that it spends in Kling's queue. */
const QUEUE_SHARE = 0.3;

/** Starts the emulator, which tells the report what it sees, unless a real service is wanted. */
export async function startService(
	{ credential, generationMs }: Settings,
	report: Report,
): Promise<Service> {
	if (credential) return { credential, close: async () => {} };

	const watch = new TaskWatch(report);
	const emulator = await startEmulator({
		queueMs: generationMs * QUEUE_SHARE,
		generationMs,
		onRequest: (request) => watch.see(request, emulator),
	});
	return {
		credential: klingAccount(emulator),
		close: async () => await emulator.close(),
	};
}

/** Reports requests as the emulator sees them; queries only when they have something new to tell. */
class TaskWatch {
	private readonly shown = new Map<string, string>();

	constructor(private readonly report: Report) {}

	see({ route, status, taskIds: [taskId] }: RecordedRequest, emulator: Emulator): void {
		if (status === undefined || taskId === undefined || status >= 400) {
			this.report.line(`emulator: ${route ?? 'unknown address'} → HTTP ${status ?? '(no answer)'}`);
		} else if (route === 'create') {
			this.report.line(`emulator: create → task ${taskId}`);
		} else if (route === 'query') {
			const state = emulator.tasks().find(({ id }) => id === taskId)?.state ?? 'unknown';
			if (this.shown.get(taskId) !== state) this.report.line(`emulator: status: ${state}`);
			this.shown.set(taskId, state);
		} else if (route === 'video') {
			this.report.line('emulator: video downloaded');
		}
	}
}
