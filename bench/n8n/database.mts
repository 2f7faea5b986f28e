/** What n8n's database says, read beside n8n: its REST API would change what is measured. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ExecutionStatus } from 'n8n-workflow';
import type { Host } from '../../testkit/n8n/index.mts';

export interface SelfCheck {
	/** When it was taken, by the system's clock; ms. */
	at: number;
	/** Of the workflow's executions. */
	statuses: ExecutionStatus[];
	/** Pages in use; what the write-ahead log holds is counted, free pages are not. */
	bytes: number;
}

/** Time between two looks, ms. */
const LOOK_MS = 100;

/** Plain JavaScript for the Node.js that n8n runs on, which has SQLite built in. */
const SCRIPT = `
const { DatabaseSync } = require('node:sqlite');
const [file, workflowId, ms] = process.argv.slice(1);
const database = new DatabaseSync(file, { readOnly: true });
const pragma = (name) => Object.values(database.prepare('PRAGMA ' + name).get())[0];
const statuses = database.prepare('SELECT status FROM execution_entity WHERE workflowId = ?');
setInterval(() => {
	console.log(JSON.stringify({
		at: Date.now(),
		statuses: statuses.all(workflowId).map(({ status }) => status),
		bytes: (pragma('page_count') - pragma('freelist_count')) * pragma('page_size'),
	}));
}, Number(ms));
`;

/** Looks at the executions of a workflow until the caller has seen enough. */
export async function* looksAt(host: Host, workflowId: string): AsyncGenerator<SelfCheck, never> {
	const file = join(host.userFolder, '.n8n', 'database.sqlite');
	const reader = spawn(
		host.node,
		['--no-warnings', '-e', SCRIPT, file, workflowId, String(LOOK_MS)],
		{
			stdio: ['ignore', 'pipe', 'inherit'],
		},
	);
	try {
		for await (const line of createInterface({ input: reader.stdout })) {
			yield JSON.parse(line) as SelfCheck;
		}
		throw new Error('The reader of the database has ended');
	} finally {
		reader.kill();
	}
}
