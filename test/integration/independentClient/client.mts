/** The npm package `kling-api`, unmodified, with an emulator behind an https address. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EMULATOR_ACCESS_KEY, EMULATOR_SECRET_KEY } from '../../../emulator/index.mts';
import { temporaryFolder } from '../../../testkit/temporaryFolder.mts';
import { startHttpsFront } from '../../../testkit/network/httpsFront.mts';

const SCRIPT = 'test/integration/independentClient/klingApi.mjs';
const ACCOUNT = { accessKey: EMULATOR_ACCESS_KEY, secretKey: EMULATOR_SECRET_KEY };

export interface Outcome {
	result?: unknown;
	error?: { message: string; code?: number; httpStatus?: number };
}

export interface IndependentClient {
	/** Calls one of its methods, as a user of it would, in a process that trusts the certificate. */
	call(method: string, args: unknown[], account?: Partial<typeof ACCOUNT>): Promise<Outcome>;
	close(): Promise<void>;
}

export async function startIndependentClient(emulatorUrl: string): Promise<IndependentClient> {
	const front = await startHttpsFront(emulatorUrl);
	const folder = await temporaryFolder('independent-client');
	const certificate = join(folder.path, 'certificate.pem');
	await writeFile(certificate, front.certificate);
	return {
		async call(method, args, account) {
			const settings = { account: { ...ACCOUNT, ...account, baseUrl: front.url }, method, args };
			const { stdout } = await promisify(execFile)(
				process.execPath,
				[SCRIPT, JSON.stringify(settings)],
				{ env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate } },
			);
			return JSON.parse(stdout) as Outcome;
		},
		async close() {
			await front.close();
			await folder.remove();
		},
	};
}
