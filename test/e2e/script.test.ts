import type { ScriptRun } from '../../testkit/cli/runScript.mts';
import { eventually } from '../../testkit/eventually.mts';
import { exampleNames, RestClient } from '../../testkit/n8n/index.mts';
import { freePort } from '../../testkit/ports.mts';
import { temporaryFolder } from '../../testkit/temporaryFolder.mts';
import { becomesFree, readLabel, runN8n } from './runN8n.mts';

interface Listed {
	id: string;
	name: string;
}

async function logIn(script: ScriptRun): Promise<RestClient> {
	const owner = { email: readLabel(script, 'E-mail'), password: readLabel(script, 'Password') };
	const client = new RestClient(readLabel(script, 'Address'), owner);
	await client.login();
	return client;
}

/** Names and ids of what n8n has, sorted. */
async function inventory(client: RestClient) {
	const list = async (path: string) => {
		const items = await client.call<Listed[]>('GET', path);
		return items.map(({ id, name }) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1));
	};
	return { workflows: await list('/workflows'), credentials: await list('/credentials') };
}

it('npm run n8n: log in with what it prints, press Execute; start again; nothing is left running', async () => {
	const folder = await temporaryFolder('script');
	const port = await freePort();
	try {
		const first = await runN8n(folder.path, port);
		const client = await logIn(first);
		const before = await inventory(client);
		expect(before.workflows).toHaveLength((await exampleNames()).length);
		expect(before.credentials.map(({ name }) => name).sort()).toEqual([
			'Kling account',
			'Kling gateway',
		]);

		for (const { id, name } of before.workflows) {
			expect(first.output).toContain(`${readLabel(first, 'Address')}/workflow/${id}  ${name}\n`);
		}
		const [, id] = /^1\. Open \S+\/workflow\/(\w+) /m.exec(first.output) ?? [];
		const { nodes } = await client.call<{ nodes: Array<{ name: string; type: string }> }>(
			'GET',
			`/workflows/${id}`,
		);
		const name = nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger')?.name;
		await client.call('POST', `/workflows/${id}/run`, { triggerToStartFrom: { name } });
		await expectSuccess(client);
		// A process of the same folder would spoil the database.
		await expect(runN8n(folder.path, port)).rejects.toThrow('already running');

		expect(await first.end('SIGINT')).toBe(0);
		expect(await becomesFree(port)).toBe(true);

		const second = await runN8n(folder.path, port);
		expect(readLabel(second, 'Address')).toBe(readLabel(first, 'Address'));
		expect(await inventory(await logIn(second))).toEqual(before);
		await second.end('SIGKILL');
		expect(await becomesFree(port)).toBe(true);
	} finally {
		await folder.remove();
	}
});

async function expectSuccess(client: RestClient) {
	let statuses: string[] = [];
	await eventually(async () => {
		const { results } = await client.call<{ results: Array<{ status: string }> }>(
			'GET',
			'/executions?limit=10',
		);
		statuses = results.map(({ status }) => status);
		return statuses.length > 0 && !statuses.some((status) => ['new', 'running'].includes(status));
	});
	expect(statuses).toEqual(['success']);
}
