/** Puts credentials and the example workflows into n8n, and renews them at the next start. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import {
	EMULATOR_ACCOUNT,
	exampleNames,
	fitAddress,
	fitCredentials,
	klingAccount,
	klingGateway,
	readExample,
	RestError,
	type CredentialReference,
	type Host,
	type WorkflowSource,
} from '../../testkit/n8n/index.mts';

/** The emulator's account, which signs its callbacks as the examples with a Kling Trigger want it. */
export const ACCOUNT = {
	...EMULATOR_ACCOUNT,
	webhookSecret: `whsec_${Buffer.from('the secret of npm run n8n').toString('base64')}`,
};

export interface Furnished {
	/** The one to begin with comes first. */
	workflows: Array<{ id: string; name: string }>;
}

/** What an earlier start has put there, by name. */
interface Memory {
	credentials: Record<string, string>;
	workflows: Record<string, { id: string; hash: string }>;
}

const FILE = 'furnished.json';

/** The example that a newcomer is to open: it needs nothing but a click. */
const FIRST = 'create-and-wait.json';

/**
 * A credential gets the emulator's present address. A workflow is renewed when its example, n8n's
 * address or its credentials have changed since; until then it stays as the user has left it.
 */
export async function furnish(host: Host): Promise<Furnished> {
	const path = join(host.userFolder, FILE);
	const memory = await remember(path);

	const credentials: CredentialReference[] = [];
	for (const [name, data] of [
		['Kling account', { ...klingAccount(host.emulator), webhookSecret: ACCOUNT.webhookSecret }],
		['Kling gateway', klingGateway(host.emulator)],
	] as const) {
		const credential = await putCredential(host, memory.credentials[name], name, data);
		memory.credentials[name] = credential.id;
		credentials.push(credential);
	}

	const names = await exampleNames();
	const workflows: Furnished['workflows'] = [];
	for (const example of [FIRST, ...names.filter((name) => name !== FIRST)]) {
		const source = fitAddress(await readExample(example), host.url);
		const workflow = fitCredentials(source, credentials);
		const known = memory.workflows[example];
		const hash = createHash('sha256').update(JSON.stringify(workflow)).digest('hex');
		const id = await putWorkflow(host, known?.id, workflow, known?.hash === hash);
		memory.workflows[example] = { id, hash };
		workflows.push({ id, name: workflow.name });
	}
	await writeFile(path, JSON.stringify(memory, null, '\t'));
	return { workflows };
}

async function remember(path: string): Promise<Memory> {
	try {
		return JSON.parse(await readFile(path, 'utf8')) as Memory;
	} catch {
		// The first start.
		return { credentials: {}, workflows: {} };
	}
}

async function putCredential(
	host: Host,
	id: string | undefined,
	name: string,
	data: ICredentialDataDecryptedObject,
): Promise<CredentialReference> {
	const type = 'klingApi';
	const exists =
		id !== undefined &&
		(await unlessGone(host.rest('PATCH', `/credentials/${id}`, { name, type, data })));
	return exists ? { id, name, type } : await host.createCredential(name, data);
}

async function putWorkflow(
	host: Host,
	id: string | undefined,
	source: WorkflowSource,
	isCurrent: boolean,
): Promise<string> {
	const existing = id === undefined ? undefined : await unlessGone(host.workflow(id));
	if (!existing) return (await host.importWorkflow(source)).id;
	if (!isCurrent) {
		const { versionId } = existing;
		await host.rest('PATCH', `/workflows/${existing.id}`, { ...source, versionId });
	}
	return existing.id;
}

/** @returns undefined for what the user has deleted meanwhile */
async function unlessGone<Result>(call: Promise<Result>): Promise<Result | undefined> {
	try {
		return await call;
	} catch (error) {
		if (error instanceof RestError && [403, 404].includes(error.status)) return undefined;
		throw error;
	}
}
