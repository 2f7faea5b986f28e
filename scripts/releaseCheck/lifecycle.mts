/** A package's life in n8n as its users lead it: install, work, update with workflows in place, uninstall. */
import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SIGNATURE_VECTOR } from '../../emulator/testing.mts';
import {
	chain,
	fitCredentials,
	klingAccount,
	klingNode,
	manualTrigger,
	readExample,
	startHost,
	type Host,
} from '../../testkit/n8n/index.mts';
import { evaluate, installN8n } from '../../testkit/n8n/install.mts';
import { printProgress } from '../../testkit/npm/npm.mts';
import type { Tarball } from './packages.mts';
import { startRegistry } from './registry.mts';

/** Of a video, so that one is under way while the package is updated; ms. */
const GENERATION_MS = 10_000;

/** Of the callbacks. */
const { secret: webhookSecret } = SIGNATURE_VECTOR;

const EXAMPLE = 'create-and-wait.json';

/** n8n's own word on a package. */
interface InstalledPackage {
	packageName: string;
	installedVersion: string;
	installedNodes: unknown[];
	failedLoading?: boolean;
}

/**
 * @param previous of another version
 * @param folder for the registry's files
 * @throws Error for what is not as it should be
 */
export async function liveThrough(
	release: Tarball,
	previous: Tarball,
	folder: string,
): Promise<void> {
	const installation = await installN8n(undefined, { onProgress: printProgress });
	const realRegistry = await evaluate(
		installation,
		"require('reflect-metadata'); new (require('n8n/dist/modules/community-packages/community-packages.config.js').CommunityPackagesConfig)().registry",
	);
	const registry = await startRegistry(folder, realRegistry);
	try {
		for (const { path } of [release, previous]) await registry.publish(path);
		await liveIn(registry.env, release, previous);
	} finally {
		await registry.close();
	}
}

async function liveIn(env: NodeJS.ProcessEnv, release: Tarball, previous: Tarball): Promise<void> {
	const host = await startHost({
		hasPackage: false,
		env,
		emulator: { models: 'classic', queueMs: 300, generationMs: GENERATION_MS },
	});
	try {
		const n8n = new Installer(host, release.name);
		await n8n.install(release);
		const workflows = await importWorkflows(host);
		await runByHand(host, workflows.plain);
		await n8n.uninstall();

		await n8n.install(previous);
		await runByHand(host, workflows.plain);
		const suspended = await suspend(host, workflows.suspended);
		await n8n.update(release);
		await resume(host, suspended);
		await runByHand(host, workflows.plain);
		await host.restart();
		await n8n.has(release);
		await runByHand(host, workflows.plain);
		await n8n.uninstall();
	} catch (error) {
		console.error(host.logText());
		throw error;
	} finally {
		await host.stop();
	}
}

/** Settings > Community nodes. */
class Installer {
	constructor(
		private readonly host: Host,
		private readonly name: string,
	) {}

	async install({ version, source }: Tarball): Promise<void> {
		await this.host.rest('POST', '/community-packages', { name: this.name, version });
		await this.has({ version });
		console.log(`Installed ${version} (${source})`);
	}

	async update({ version, source }: Tarball): Promise<void> {
		await this.host.rest('PATCH', '/community-packages', { name: this.name, version });
		await this.has({ version });
		console.log(`Updated to ${version} (${source})`);
	}

	async uninstall(): Promise<void> {
		await this.host.rest('DELETE', `/community-packages?name=${this.name}`);
		assert.deepEqual(await this.packages(), [], 'n8n still lists the package');
		const folder = join(this.host.userFolder, '.n8n', 'nodes', 'node_modules', this.name);
		assert.ok(!existsSync(folder), `n8n left ${folder}`);
		console.log('Uninstalled');
	}

	/** @throws Error unless n8n has this version, with all its nodes */
	async has({ version }: Pick<Tarball, 'version'>): Promise<void> {
		const packages = await this.packages();
		assert.equal(packages.length, 1, `n8n lists ${packages.length} packages`);
		const [{ packageName, installedVersion, installedNodes, failedLoading }] = packages as [
			InstalledPackage,
		];
		assert.deepEqual([packageName, installedVersion], [this.name, version]);
		assert.ok(!failedLoading, 'n8n could not load the package');
		assert.ok(installedNodes.length > 0, 'n8n found no nodes in the package');
	}

	private async packages(): Promise<InstalledPackage[]> {
		return await this.host.rest('GET', '/community-packages');
	}
}

/** @returns their ids */
async function importWorkflows(host: Host): Promise<Record<'plain' | 'suspended', string>> {
	host.emulator.updateAccount('emulator', { webhookSecret });
	const account = { ...klingAccount(host.emulator), webhookSecret };
	const kling = await host.createCredential('Kling account', account);
	const plain = fitCredentials(await readExample(EXAMPLE), [kling]);
	const node = klingNode(kling, { waitFor: 'callback', waitOptions: {} });
	return {
		plain: (await host.importWorkflow(plain)).id,
		suspended: (await host.importWorkflow(chain('Suspended', manualTrigger(), node))).id,
	};
}

async function runByHand(host: Host, id: string): Promise<void> {
	const { status, error } = await host.run(id);
	assert.equal(status, 'success', error?.message);
	console.log(`  ${EXAMPLE} has made its video`);
}

/** @returns the execution's id, once n8n has suspended it */
async function suspend(host: Host, workflowId: string): Promise<string> {
	const id = await host.startExecution(workflowId);
	assert.ok(id !== undefined);
	const until = ({ status, isOver }: { status: string; isOver: boolean }) =>
		isOver || status === 'waiting';
	const { status, error } = await host.waitForExecution(id, { until });
	assert.equal(status, 'waiting', error?.message);
	return id;
}

async function resume(host: Host, id: string): Promise<void> {
	const { status, error } = await host.waitForExecution(id);
	assert.equal(status, 'success', error?.message);
	console.log('  An execution that was suspended before has ended in its video');
}
