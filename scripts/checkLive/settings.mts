/** Which account is checked: environment variables, as the demo has them, and one flag. */
import { type Connection, toConnection } from '../../nodes/shared/api/connection.ts';
import { parseFlags, UsageError } from '../../testkit/cli/flags.mts';

export const USAGE = `Usage: npm run check:live -- [--paid]

  Compares the answers of the Kling API with what this package knows, and prints a report
  without secrets. All requests are free.

  KLING_API_KEY                        the key; or
  KLING_ACCESS_KEY, KLING_SECRET_KEY   both
  KLING_REGION                         global (default) or china
  KLING_BASE_URL                       another address, e.g. of a proxy

  --paid   also generates the shortest and cheapest video, which is charged
`;

export interface Settings {
	connection: Connection;
	isPaid: boolean;
}

/**
 * @throws UsageError when there is no key
 * @throws CredentialError when it cannot be used
 */
export function readSettings(env: NodeJS.ProcessEnv, args: string[]): Settings {
	const { values } = parseFlags({ args, options: { paid: { type: 'boolean', default: false } } });
	const read = (name: string) => env[name]?.trim() || undefined;
	const [apiKey, accessKey, secretKey] = ['API', 'ACCESS', 'SECRET'].map((kind) =>
		read(`KLING_${kind}_KEY`),
	);
	if (apiKey === undefined && (accessKey === undefined || secretKey === undefined)) {
		throw new UsageError('Set KLING_API_KEY, or KLING_ACCESS_KEY and KLING_SECRET_KEY.');
	}
	const baseUrl = read('KLING_BASE_URL');
	const connection = toConnection({
		service: 'official',
		region: baseUrl === undefined ? (read('KLING_REGION') ?? 'global') : 'custom',
		...(baseUrl !== undefined && { baseUrl }),
		...(apiKey === undefined
			? { authentication: 'accessKey', accessKey, secretKey }
			: { authentication: 'apiKey', apiKey }),
	});
	return { connection, isPaid: values.paid };
}
