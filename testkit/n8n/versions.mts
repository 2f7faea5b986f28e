/** The versions of n8n that the package is tried in: `npm run test:compat`, and the table in the README. */

export interface TestedVersion {
	version: string;
	/** Whether n8n signs the resume URLs of suspended executions, which waiting by callback demands. */
	signsResumeUrls: boolean;
	/** Whether n8n-workflow's `sleep` ends when its signal is aborted. */
	hasAbortableSleep: boolean;
	/** Whether an agent continues when a tool fails whose On Error was never set. */
	tellsAgentsOfErrors: boolean;
}

/** The newest first: the package is developed against that one. */
export const TESTED_VERSIONS: [TestedVersion, ...TestedVersion[]] = [
	{
		version: '2.40.4',
		signsResumeUrls: true,
		hasAbortableSleep: true,
		tellsAgentsOfErrors: true,
	},
	{
		version: '2.14.2',
		signsResumeUrls: true,
		hasAbortableSleep: false,
		tellsAgentsOfErrors: false,
	},
	{
		version: '1.123.81',
		signsResumeUrls: false,
		hasAbortableSleep: false,
		tellsAgentsOfErrors: false,
	},
];

/** What n8n 2.40 demands; also the newest whose isolated-vm comes prebuilt for all platforms. */
export const NODE_MAJOR = 24;

/** The version that tests and scripts use; the environment variable `TEST_N8N_VERSION` names another. */
export const N8N_VERSION = process.env.TEST_N8N_VERSION ?? TESTED_VERSIONS[0].version;

/**
 * What is known of a version.
 *
 * @throws Error when it is none of the tested ones
 */
export function testedVersion(version: string): TestedVersion {
	const known = TESTED_VERSIONS.find((one) => one.version === version);
	if (!known) {
		const versions = TESTED_VERSIONS.map((one) => one.version).join(', ');
		throw new Error(`n8n ${version} is none of the tested versions: ${versions}`);
	}
	return known;
}
