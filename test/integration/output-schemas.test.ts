/** The schemas of the output, by which the editor offers fields, against what the nodes return. */
import { schemaFiles, type Schema, SCHEMAS } from '../../scripts/output-schemas.mts';
import { read } from '../scripts/documents.mts';
import { items, time } from './fixture.mts';
import { itemsOf, runOfficial, useOfficial } from './officialFixture.mts';

const emulator = useOfficial();

it.each([...schemaFiles()])('%s is up to date', (path, content) => {
	expect(read(path)).toBe(content);
});

/** Where an output and its schema differ; facts that are absent in this output are none. */
function differences(value: unknown, schema: Schema | undefined, path = ''): string[] {
	if (!schema) return [`${path} is in no schema`];
	if (Array.isArray(value)) {
		if (schema.type !== 'array') return [`${path} is an array`];
		return value.flatMap((each) => differences(each, schema.items, `${path}[]`));
	}
	if (typeof value === 'object' && value !== null) {
		if (schema.type !== 'object') return [`${path} is an object`];
		return Object.entries(value).flatMap(([name, each]) =>
			differences(each, schema.properties?.[name], `${path}.${name}`),
		);
	}
	const type = Number.isInteger(value) && schema.type === 'integer' ? 'integer' : typeof value;
	return type === schema.type ? [] : [`${path} is a ${type}`];
}

/** All names in a schema. */
function pathsOf({ properties = {}, items: each }: Schema, path = ''): string[] {
	return [
		...Object.entries(properties).flatMap(([name, schema]) => [
			`${path}.${name}`,
			...pathsOf(schema, `${path}.${name}`),
		]),
		...(each ? pathsOf(each, `${path}[]`) : []),
	];
}

/** All names in a value. */
function namesIn(value: unknown, path = ''): string[] {
	if (Array.isArray(value)) return value.flatMap((each) => namesIn(each, `${path}[]`));
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, each]) => [
		`${path}.${name}`,
		...namesIn(each, `${path}.${name}`),
	]);
}

it('describe every fact that the operations return, and none that they never do', async () => {
	const video = { model: 'kling-v2-6', prompt: 'a cat', mode: 'std', duration: 5 };
	const options = { watermark: true };
	const run = async (operation: string, parameters: object = {}, input = items({})) =>
		itemsOf(await runOfficial(emulator.url, { operation, ...parameters }, { input })).map(
			({ json }) => json,
		);
	const create = { ...video, aspectRatio: '16:9', options };
	const outputs: Record<string, unknown[]> = {
		create: await run('create', create),
		createAndWait: await run('createAndWait', { ...create, downloadVideo: false }),
	};
	const task = outputs.createAndWait![0] as { task_id: string };
	outputs.getStatus = await run('getStatus', { taskId: task.task_id });
	emulator.addFault({
		match: { route: 'create' },
		action: { type: 'fail-task', message: 'risk control' },
	});
	await run('create', create);
	await time.until(() => emulator.tasks().at(-1)?.state === 'failed');
	outputs.getMany = await run('getMany', { returnAll: true });
	outputs.getBalance = await run('getBalance');

	const { KlingTextToVideo: schemas = {} } = SCHEMAS;
	expect(Object.keys(outputs).sort()).toEqual(Object.keys(schemas).sort());
	for (const [operation, schema] of Object.entries(schemas)) {
		expect(outputs[operation]).not.toEqual([]);
		expect([operation, outputs[operation]!.flatMap((each) => differences(each, schema))]).toEqual([
			operation,
			[],
		]);
	}
	const returned = new Set(
		Object.values(outputs).flatMap((each) => each.flatMap((one) => namesIn(one))),
	);
	const described = new Set(Object.values(schemas).flatMap((schema) => pathsOf(schema)));
	expect([...described].filter((path) => !returned.has(path))).toEqual([]);
});
