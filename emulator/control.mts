/** `/__emulator`: faults, log and reset over plain HTTP, for tests in other processes and for people with curl. */
import type { FastifyInstance } from 'fastify';
import type { Emulator } from './running.mts';

export const CONTROL_PREFIX = '/__emulator';

type Controls = Pick<
	Emulator,
	'addFault' | 'faults' | 'clearFaults' | 'requests' | 'tasks' | 'callbacks' | 'reset'
>;

/** Mounts the control routes. They ask for no key: the server is on loopback, and they exist only when asked for. */
export function mountControls(app: FastifyInstance, controls: Controls): void {
	app.post(`${CONTROL_PREFIX}/faults`, async (request, reply) => {
		const added: Array<() => void> = [];
		try {
			const body: unknown = JSON.parse(String(request.body));
			for (const fault of Array.isArray(body) ? body : [body]) {
				added.push(controls.addFault(fault));
			}
			return await reply.code(201).send(controls.faults());
		} catch (error) {
			// All of a list or nothing of it.
			added.forEach((remove) => remove());
			return await reply.code(400).send({ error: error instanceof Error ? error.message : error });
		}
	});
	app.get(`${CONTROL_PREFIX}/faults`, async () => controls.faults());
	app.delete(`${CONTROL_PREFIX}/faults`, async (_request, reply) => {
		controls.clearFaults();
		return await reply.code(204).send();
	});
	app.get(`${CONTROL_PREFIX}/requests`, async () => controls.requests());
	app.get(`${CONTROL_PREFIX}/tasks`, async () => controls.tasks());
	app.get(`${CONTROL_PREFIX}/callbacks`, async () => controls.callbacks());
	app.post(`${CONTROL_PREFIX}/reset`, async (_request, reply) => {
		controls.reset();
		return await reply.code(204).send();
	});
}
