/** A registry on this machine, which n8n takes for the real one. */
import { writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startConnectProxy } from '../../testkit/network/connectProxy.mts';
import { startHttpsFront } from '../../testkit/network/httpsFront.mts';
import { listenOnLoopback } from '../../testkit/network/loopback.mts';
import { installInCache } from '../../testkit/npm/installInCache.mts';
import { npm, printProgress } from '../../testkit/npm/npm.mts';

/** The newest that runs on Node.js 20. */
const VERDACCIO_VERSION = '6.8.0';

/** Verdaccio asks for a token, and takes any from somebody who need not log in. */
const TOKEN = 'anonymous';

export interface Registry {
	/** Publishes a tarball. */
	publish(tarball: string): Promise<void>;
	/** What makes a program that reads it use this registry in place of the real one, and nothing else of the network. */
	env: NodeJS.ProcessEnv;
	close(): Promise<void>;
}

/**
 * n8n takes a registry of one's own only with a licence: it is told to use a proxy instead, behind which
 * Verdaccio answers in the real registry's name.
 *
 * @param folder for what it stores
 * @param realRegistry its address, as n8n has it
 */
export async function startRegistry(folder: string, realRegistry: string): Promise<Registry> {
	const { hostname } = new URL(realRegistry);
	const verdaccio = await startVerdaccio(folder);
	const front = await startHttpsFront(verdaccio.url, [hostname]);
	const proxy = await startConnectProxy(hostname, Number(new URL(front.url).port));
	const certificate = join(folder, 'certificate.pem');
	await writeFile(certificate, front.certificate);
	const env = {
		HTTPS_PROXY: proxy.url,
		https_proxy: proxy.url,
		NO_PROXY: '127.0.0.1,localhost',
		NODE_EXTRA_CA_CERTS: certificate,
		npm_config_cafile: certificate,
		// Neither the settings nor the packages of this user.
		npm_config_userconfig: join(folder, 'npmrc'),
		npm_config_globalconfig: join(folder, 'global-npmrc'),
		npm_config_cache: join(folder, 'npm-cache'),
	};
	return {
		env,
		publish: async (tarball) => {
			const { host } = new URL(verdaccio.url);
			await npm(
				[
					'publish',
					tarball,
					'--ignore-scripts',
					'--provenance=false',
					// npm demands one for a version below the newest, and n8n is told the version it is to take.
					'--tag=release-check',
					`--registry=${verdaccio.url}`,
					`--//${host}/:_authToken=${TOKEN}`,
				],
				folder,
				`npm publish ${tarball}`,
				{ onProgress: printProgress },
			);
		},
		close: async () => {
			await proxy.close();
			await front.close();
			await verdaccio.close();
		},
	};
}

async function startVerdaccio(folder: string): Promise<{ url: string; close(): Promise<void> }> {
	const { runServer } = createRequire(join(await installVerdaccio(), 'package.json'))(
		'verdaccio',
	) as { runServer(config: object): Promise<Server> };
	const server = await runServer({
		configPath: join(folder, 'verdaccio.yaml'),
		storage: join(folder, 'storage'),
		uplinks: {},
		packages: { '**': { access: '$all', publish: '$anonymous', unpublish: '$anonymous' } },
		web: { enable: false },
		log: { type: 'stdout', format: 'pretty', level: 'fatal' },
	});
	const { port, close } = await listenOnLoopback(server);
	return { url: `http://127.0.0.1:${port}`, close };
}

/** Not among this package's own: it would double what `npm ci` installs, and needs an override. */
async function installVerdaccio(): Promise<string> {
	const dependencies = { verdaccio: VERDACCIO_VERSION };
	return await installInCache(
		{
			name: `verdaccio-${VERDACCIO_VERSION}`,
			cost: 'half a minute',
			fill: async (folder, options) => {
				const manifest = {
					name: 'registry',
					private: true,
					dependencies,
					// Its audit asks for a tag that not every registry has.
					overrides: { 'node-fetch': '2.7.0' },
				};
				await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
				const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
				await npm(args, folder, `npm install verdaccio@${VERDACCIO_VERSION}`, options);
				return dependencies;
			},
		},
		{ onProgress: printProgress },
	);
}
