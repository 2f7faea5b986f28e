/** The emulator in another process, with tasks that are finished as soon as they are created. */
import type { Fault, RecordedRequest } from '../emulator/index.mts';
import { startChild } from './child.mts';

/** Its addresses, as of `Emulator`. */
export interface RemoteEmulator {
	url: string;
	gatewayUrl: string;
}

/** Runs something while an emulator of its own is running. */
export async function withRemoteEmulator<Result>(
	use: (emulator: RemoteEmulator) => Promise<Result>,
): Promise<Result> {
	const child = startChild<RemoteEmulator>('emulator.child.mts', null);
	try {
		return await use(await child.message);
	} finally {
		child.stop();
	}
}

export async function addFault(emulator: RemoteEmulator, fault: Fault): Promise<void> {
	await control(emulator, 'faults', 'POST', fault);
}

/** Forgets tasks and requests. */
export async function reset(emulator: RemoteEmulator): Promise<void> {
	await control(emulator, 'reset', 'POST');
}

export async function requestsOf(emulator: RemoteEmulator): Promise<RecordedRequest[]> {
	return (await control(emulator, 'requests', 'GET')) as RecordedRequest[];
}

async function control(
	{ url }: RemoteEmulator,
	what: string,
	method: string,
	body?: object,
): Promise<unknown> {
	const reply = await fetch(`${url}/__emulator/${what}`, {
		method,
		...(body && {
			body: JSON.stringify(body),
			headers: { 'content-type': 'application/json' },
		}),
	});
	const text = await reply.text();
	if (!reply.ok) throw new Error(`The emulator answered HTTP ${reply.status}: ${text}`);
	return text === '' ? undefined : JSON.parse(text);
}
