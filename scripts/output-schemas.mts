/**
 * Part of `npm run docs`: writes what each node returns, as JSON schemas that the editor reads: with them
 * it offers the fields of the output before the first run. n8n looks for them beside the node, by
 * version and operation. A test compares them with real output.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';

export interface Schema {
	type: 'object' | 'array' | 'string' | 'integer' | 'number';
	properties?: Readonly<Record<string, Schema>>;
	items?: Schema;
}

const text: Schema = { type: 'string' };
const time: Schema = { type: 'integer' };
const number: Schema = { type: 'number' };
const object = (properties: Readonly<Record<string, Schema>>): Schema => ({
	type: 'object',
	properties,
});
const list = (items: Schema): Schema => ({ type: 'array', items });

const TASK = object({
	task_id: text,
	task_status: text,
	task_status_msg: text,
	created_at: time,
	updated_at: time,
	model_name: text,
	external_task_id: text,
	video_id: text,
	video_url: text,
	watermark_url: text,
	duration: number,
	cost: object({ amount: number, unit: text }),
	task_result: object({
		videos: list(object({ id: text, url: text, watermark_url: text, duration: number })),
	}),
});

const BALANCE = object({
	packs: list(
		object({
			name: text,
			id: text,
			type: text,
			total: number,
			remaining: number,
			status: text,
			effective_at: time,
			expires_at: time,
		}),
	),
	remaining: number,
});

const VIDEO_NODE = { create: TASK, createAndWait: TASK, getStatus: TASK, getMany: TASK };

/** By node and operation; a node without operations has `output`. */
export const SCHEMAS: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
	KlingImageToVideo: VIDEO_NODE,
	KlingTextToVideo: { ...VIDEO_NODE, getBalance: BALANCE },
	KlingTrigger: { output: TASK },
};

/** The version of all nodes, as n8n names the folder. */
const VERSION = 'v1.0.0';

/** The files, by their paths. */
export function schemaFiles(): Map<string, string> {
	return new Map(
		Object.entries(SCHEMAS).flatMap(([node, operations]) =>
			Object.entries(operations).map(([operation, schema]) => [
				`nodes/${node}/__schema__/${VERSION}/${operation}.json`,
				`${JSON.stringify({ ...schema, version: 1 }, null, '\t')}\n`,
			]),
		),
	);
}

// Run as a script, not imported by a test.
if (process.argv[1]?.endsWith('output-schemas.mts')) {
	for (const [path, content] of schemaFiles()) {
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, content);
	}
}
