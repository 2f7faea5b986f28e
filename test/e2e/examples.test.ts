import type { IDataObject, INodeExecutionData, ITaskData } from 'n8n-workflow';

import { RISK_CONTROL } from '../../emulator/index.mts';
import { SIGNATURE_VECTOR } from '../../emulator/testing.mts';
import { adviceOn, errorFacts, type ErrorFacts } from '../../testkit/engine/errorFacts.mts';
import { eventually, pause } from '../../testkit/eventually.mts';
import {
	exampleNames,
	FAIL_WORD,
	fitAddress,
	fitCredentials,
	hashFile,
	klingAccount,
	klingGateway,
	KLING_NODE,
	nodeOf,
	openForm,
	readExample,
	replaceManualTrigger,
	REFUSE_WORD,
	sendForm,
	startHost,
	submitForm,
	webhookTrigger,
	type CredentialReference,
	type Execution,
	type Host,
	type WorkflowSource,
} from '../../testkit/n8n/index.mts';
import { sampleImage } from '../../testkit/sampleImage.mts';
import { sampleVideo } from '../../testkit/sampleVideo.mts';
import { startChatModel, type ChatModel, type ChatRequest, type Line } from './chatModel.mts';
import { testedExamples } from './testedExamples.mts';

/** How long to make sure that nothing more starts. */
const QUIET_MS = 700;

const { secret: SECRET } = SIGNATURE_VECTOR;

let host: Host;
let chatModel: ChatModel;
let credentials: CredentialReference[];
/** What the chat model says next. */
let script: (request: ChatRequest) => Line;

beforeAll(async () => {
	chatModel = await startChatModel((request) => script(request));
	// The models of the examples are alive here whatever day it is.
	host = await startHost({ emulator: { models: 'classic' } });
	host.emulator.updateAccount('emulator', { webhookSecret: SECRET });
	const account = { ...klingAccount(host.emulator), webhookSecret: SECRET };
	const openAi = { apiKey: 'none', url: chatModel.url };
	credentials = [
		await host.createCredential('Kling account', account),
		await host.createCredential('Kling gateway', klingGateway(host.emulator)),
		await host.createCredential('OpenAI account', openAi, 'openAiApi'),
	];
});
beforeEach(() => {
	host.emulator.reset();
	chatModel.requests.length = 0;
	chatModel.imageRequests.length = 0;
});
afterEach(async () => {
	for (const id of active.splice(0)) await host.deactivate(id);
});
afterAll(async () => {
	await host?.stop();
	await chatModel?.close();
});

/** Workflows to be taken out of service after the test. */
const active: string[] = [];

/** What a person has done after an import: the credentials are chosen, the address is this n8n's. */
function fit(source: WorkflowSource, chosen = credentials): WorkflowSource {
	return fitCredentials(fitAddress(source, host.url), chosen);
}

/** Imports a workflow that is fitted already, and publishes it. @returns its id */
async function publish(source: WorkflowSource): Promise<string> {
	const { id } = await host.importWorkflow(source);
	await host.activate(id);
	active.push(id);
	return id;
}

/** Publishes an example with a Webhook node in the place of its manual trigger, and calls that. */
async function runInProduction(source: WorkflowSource, path: string): Promise<string> {
	const id = await publish(replaceManualTrigger(source, webhookTrigger(path)));
	expect(await host.trigger(path, {})).toMatchObject({ status: 200 });
	const [executionId] = await untilStarted(id);
	return executionId!;
}

/** The executions of a workflow, once there are so many; the oldest first. */
async function untilStarted(workflowId: string, count = 1): Promise<string[]> {
	await eventually(async () => (await host.executionIds(workflowId)).length >= count);
	return (await host.executionIds(workflowId)).toReversed();
}

/** @returns the execution when it is over, having seen that it succeeded */
async function untilSuccess(id: string, timeoutMs?: number): Promise<Execution> {
	const execution = await host.waitForExecution(id, { timeoutMs });
	expectSuccess(execution);
	return execution;
}

function expectSuccess({ error, status }: Execution) {
	expect(error).toBeUndefined();
	expect(status).toBe('success');
}

const promptOf = ({ body }: { body: unknown }) => (body as { prompt: string }).prompt;

/** The task of a prompt that contains a text. */
const taskOf = (text: string) =>
	host.emulator.tasks().find((task) => promptOf(task).includes(text));

async function expectFile({ binary }: INodeExecutionData, field = 'data') {
	expect(await host.binary(binary![field]!)).toEqual(sampleVideo());
}

/** Has the last node say which file it got: what the triggers bring is not found later by old versions. */
function watchFile(source: WorkflowSource): WorkflowSource {
	const { name } = nodeOf(source, 'Notify (replace me)');
	Object.assign(nodeOf(source, name), hashFile(name));
	return source;
}

/** The items that each run of a node returned, one run after the other. */
const itemsOfAllRuns = (execution: Execution, node: string) =>
	execution.runs(node).flatMap(({ data }) => data?.main?.[0] ?? []);

/** What an error says that an example has copied to a field of its own. */
const factsIn = (error: unknown): ErrorFacts => errorFacts({ json: { error: error as string } });

/** The emulator's reply to a prompt with REFUSE_WORD. */
const REFUSED = { kind: 'moderation', klingCode: 1301, httpStatus: 400 } as const;

/** What becomes of a prompt with FAIL_WORD. */
const FAILED = { kind: 'taskFailed', reason: RISK_CONTROL } as const;

/** Has Kling say "processing" of a task for so many status checks. */
function delay(taskId: string, times: number) {
	host.emulator.addFault({
		match: { route: 'query', contains: taskId },
		times,
		action: { type: 'status', value: 'processing' },
	});
}

/** Puts a word before one of the ideas in an example's list. */
function spoil(source: WorkflowSource, idea: string, word: string) {
	const { parameters } = nodeOf(source, 'List');
	expect(parameters.jsonOutput).toContain(idea);
	parameters.jsonOutput = (parameters.jsonOutput as string).replace(idea, `${word} ${idea}`);
}

describe('create-and-wait.json', () => {
	const example = async () => fit(await readExample('create-and-wait.json'));

	async function expectVideo(execution: Execution) {
		expectSuccess(execution);
		const [item, ...others] = execution.items('Kling Text to Video');
		expect(others).toEqual([]);
		expect(host.emulator.tasks()).toHaveLength(1);
		expect(item?.json).toMatchObject({
			task_id: host.emulator.tasks()[0]?.id,
			task_status: 'completed',
		});
		await expectFile(item!);
	}

	it('runs by a click on Execute workflow and ends in a video', async () => {
		const { id } = await host.importWorkflow(await example());
		await expectVideo(await host.run(id));
	});

	it('runs in production', async () => {
		const id = await runInProduction(await example(), 'create-and-wait');
		await expectVideo(await untilSuccess(id));
	});

	it('runs with a gateway', async () => {
		const gateway = credentials.filter(({ name }) => name === 'Kling gateway');
		const workflow = fit(await readExample('create-and-wait.json'), gateway);
		// As its second note says.
		nodeOf(workflow, 'Kling Text to Video').parameters.model = 'kling-v1-6';
		const { id } = await host.importWorkflow(workflow);
		await expectVideo(await host.run(id));
		expect(host.emulator.tasks()[0]?.format).toBe('gateway');
	});

	it('says what to do when the chosen credential does not fit', async () => {
		const wrong = await host.createCredential('Kling account', {
			...klingAccount(host.emulator),
			apiKey: 'not-the-right-one',
		});
		const workflow = fit(await readExample('create-and-wait.json'), [wrong]);
		const { id } = await host.importWorkflow(workflow);
		const execution = await host.run(id);

		expect(execution.status).toBe('error');
		expect(errorFacts(execution.error!)).toMatchObject({ kind: 'badKey', itemIndex: 0 });
		const connection = { service: 'official', hasOwnBaseUrl: true } as const;
		expect(execution.error?.description).toContain(adviceOn('badKey', { connection }));
		expect(host.emulator.tasks()).toEqual([]);
	});
});

describe('content-pipeline.json', () => {
	const TITLES = ['Good morning from the harbor', 'Coffee, slowly', 'The quiet street'];
	const PROMPTS = ['Fishing boats', 'Milk is poured', 'A cat walks'];
	const RATIOS = ['9:16', '9:16', '16:9'];

	const example = async () => fit(await readExample('content-pipeline.json'));

	/** All three were created together, and are published with what belongs to their ideas. */
	async function expectPublished(execution: Execution) {
		expectSuccess(execution);
		const items = execution.items('Publish (replace me)');
		expect(items.map(({ json }) => json.title)).toEqual(TITLES);
		expect(items.map(({ json }) => json.task_id)).toEqual(
			execution.items('Kling Text to Video').map(({ json }) => json.task_id),
		);
		for (const [index, item] of items.entries()) {
			const task = host.emulator.tasks().find(({ id }) => id === item.json.task_id);
			expect(task?.body).toMatchObject({
				prompt: expect.stringContaining(PROMPTS[index]!),
				aspect_ratio: RATIOS[index],
			});
			expect(item.json.caption).toMatch(/#/);
			await expectFile(item);
		}
		expect(execution.runs('Kling Text to Video')).toHaveLength(1);
		expect(execution.runs('Report')).toEqual([]);
		expect(execution.items('Log cost (replace me)').map(({ json }) => json)).toEqual(
			items.map(({ json: { title, task_id } }) => ({ title, task_id, cost: 1.5, unit: 'units' })),
		);
		expect(execution.runs('Send warning (replace me)')).toEqual([]);
	}

	it('stops before it creates anything when too few units are left', async () => {
		host.emulator.updateAccount('emulator', { resourcePacks: [{ total: 10, remaining: 4.9 }] });
		const { id } = await host.importWorkflow(await example());
		const execution = await host.run(id, { trigger: 'Every morning' });
		host.emulator.updateAccount('emulator', { resourcePacks: [{}] });
		expectSuccess(execution);
		expect(execution.items('Send warning (replace me)')[0]?.json).toMatchObject({ remaining: 4.9 });
		expect(execution.runs('List')).toEqual([]);
		expect(host.emulator.tasks()).toEqual([]);
	});

	it('publishes a video for every idea by a click on Execute workflow', async () => {
		const { id } = await host.importWorkflow(await example());
		await expectPublished(await host.run(id, { trigger: 'Every morning' }));
		expect(host.emulator.tasks()).toHaveLength(3);
		// None was finished before the last one was begun.
		const order = host.sent('create', 'video').map(({ route }) => route);
		expect(order).toEqual([...Array(3).fill('create'), ...Array(3).fill('video')]);
	});

	it('publishes them when its time has come', async () => {
		const source = await example();
		expect(nodeOf(source, 'Every morning').parameters).toEqual({
			rule: { interval: [{ triggerAtHour: 7 }] },
		});
		// Nobody waits for the morning here.
		nodeOf(source, 'Every morning').parameters = {
			rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] },
		};
		const { id } = await host.importWorkflow(source);
		await host.activate(id);
		await untilStarted(id);
		await host.deactivate(id);
		const ids = await untilStarted(id);
		for (const one of ids) {
			const execution = await untilSuccess(one);
			expect(execution.mode).toBe('trigger');
			await expectPublished(execution);
		}
		expect(host.emulator.tasks()).toHaveLength(3 * ids.length);
	});

	it('reports what failed, and publishes the rest under its own title', async () => {
		const source = await example();
		spoil(source, PROMPTS[0]!, FAIL_WORD);
		spoil(source, PROMPTS[1]!, REFUSE_WORD);
		const { id } = await host.importWorkflow(source);
		const execution = await host.run(id);
		expectSuccess(execution);

		const [published, ...others] = execution.items('Publish (replace me)');
		expect(others).toEqual([]);
		expect(published?.json).toMatchObject({ title: TITLES[2], task_status: 'completed' });
		await expectFile(published!);

		const [report, ...more] = execution.items('Send report (replace me)');
		const [first, second] = (report?.json.failed ?? []) as IDataObject[];
		expect(more).toEqual([]);
		const failed = host.emulator.tasks().filter((task) => promptOf(task).includes(FAIL_WORD));
		const { id: lastId } = failed.at(-1)!;
		expect(report?.json).toEqual({
			subject: 'Videos that could not be made: 2',
			text: expect.stringContaining(`- ${TITLES[0]}: ${first?.message as string}`),
			failed: [
				{ title: TITLES[0], task_id: lastId, message: expect.any(String) },
				{
					title: TITLES[1],
					task_id: expect.stringContaining('nothing was charged'),
					message: expect.any(String),
				},
			],
		});
		expect(report?.json.text).toContain(`\n- ${TITLES[1]}: ${second?.message as string}`);
		expect(factsIn(first?.message)).toEqual({ ...FAILED, taskId: lastId, itemIndex: 0 });
		expect(factsIn(second?.message)).toEqual({ ...REFUSED, itemIndex: 1 });
		// What Kling failed to generate is retried, what is finished is not.
		expect(failed.length).toBeGreaterThan(1);
		expect(host.emulator.tasks()).toHaveLength(failed.length + 1);
	});

	it('creates nothing twice when the reply to a creation is lost and the first attempt fails', async () => {
		host.emulator.addFault({
			match: { route: 'create', contains: PROMPTS[1] },
			action: { type: 'reset', when: 'after' },
		});
		// The key is refused for as long as the first attempt checks the status.
		host.emulator.addFault({
			match: { route: 'list' },
			action: { type: 'kling-error', code: 1103 },
		});
		host.emulator.addFault({
			match: { route: 'query' },
			times: 3,
			action: { type: 'kling-error', code: 1103 },
		});
		const { id } = await host.importWorkflow(await example());
		await expectPublished(await host.run(id));
		expect(host.emulator.tasks()).toHaveLength(3);
		expect(host.sent('list', 'query').some(({ fault }) => fault === 'kling-error')).toBe(true);
	});
});

describe('image-generation.json', () => {
	it('draws an image, makes a video of it, and publishes it with its idea', async () => {
		const source = fit(await readExample('image-generation.json'));
		const { parameters } = nodeOf(source, 'Generate image');
		expect(parameters.url).toBe('https://api.openai.com/v1/images/generations');
		parameters.url = `${chatModel.url}/images/generations`;
		const { id } = await host.importWorkflow(source);
		const execution = await host.run(id);
		expectSuccess(execution);

		const [idea] = execution.items('Idea');
		expect(chatModel.imageRequests).toEqual([
			{ model: 'gpt-image-1', prompt: idea?.json.image_prompt, size: '1536x1024' },
		]);
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		expect(task?.body).toMatchObject({
			image: sampleImage().toString('base64'),
			prompt: idea?.json.prompt,
		});
		const [item, ...more] = execution.items('Publish (replace me)');
		expect(more).toEqual([]);
		expect(item?.json).toMatchObject({ title: idea?.json.title, task_id: task?.id });
		await expectFile(item!);
	});
});

describe('two-clips.json', () => {
	const SCENES = ['A paper boat sails down a rainy street', 'The boat reaches the sea'];

	it('makes one clip from words and one from the image of the form, in one item', async () => {
		const source = fit(await readExample('two-clips.json'));
		const id = await publish(source);
		const image = new File([sampleImage()], 'boat.png', { type: 'image/png' });
		const url = `${host.url}/form/${nodeOf(source, 'Scenes form').webhookId}`;
		await sendForm(url, [SCENES[0]!, image, SCENES[1]!]);
		const [executionId] = await untilStarted(id);
		const execution = await untilSuccess(executionId!);

		const first = taskOf(SCENES[0]!);
		const second = taskOf(SCENES[1]!);
		expect(host.emulator.tasks()).toHaveLength(2);
		expect(first?.body).not.toHaveProperty('image');
		expect(second?.body).toMatchObject({ image: sampleImage().toString('base64') });
		const [item, ...more] = execution.items('Publish (replace me)');
		expect(more).toEqual([]);
		expect(item?.json).toMatchObject({ task_id_1: first?.id, task_id_2: second?.id });
		await expectFile(item!, 'clip_1');
		await expectFile(item!, 'clip_2');
	});
});

describe('create-wait-get-status.json', () => {
	const PROMPTS = ['A lighthouse keeper', 'A paper boat', 'A fox'];
	const TITLES = ['Lighthouse', 'Paper boat', 'Fox'];

	/** @param seconds instead of the example's two minutes: up to a minute is waited for without sleeping */
	async function example(seconds: number): Promise<WorkflowSource> {
		const source = fit(await readExample('create-wait-get-status.json'));
		expect(nodeOf(source, 'Wait').parameters).toEqual({ amount: 2, unit: 'minutes' });
		nodeOf(source, 'Wait').parameters = { amount: seconds, unit: 'seconds' };
		return source;
	}

	async function expectPublished(execution: Execution, titles: string[]) {
		expectSuccess(execution);
		const published = itemsOfAllRuns(execution, 'Publish (replace me)');
		expect(published.map(({ json }) => json.title)).toEqual(titles);
		for (const [index, item] of published.entries()) {
			const prompt = PROMPTS[TITLES.indexOf(titles[index]!)]!;
			expect(item.json).toMatchObject({ task_id: taskOf(prompt)?.id, task_status: 'completed' });
			await expectFile(item);
		}
		expect(host.emulator.tasks()).toHaveLength(3);
		expect(host.sent('create')).toHaveLength(3);
		expect(host.sent('video')).toHaveLength(published.length);
	}

	/** How many tasks each round checked. */
	const rounds = (execution: Execution) =>
		execution.runs('Get Status').map(({ data }) => data?.main?.[0]?.length);

	it('goes round until every video is finished', async () => {
		const { id } = await host.importWorkflow(await example(4));
		const executionId = await host.startExecution(id);
		await eventually(() => host.emulator.tasks().length === 3);
		delay(taskOf('A fox')!.id, 1);
		delay(taskOf('A paper boat')!.id, 2);
		const execution = await untilSuccess(executionId!);
		expect(rounds(execution)).toEqual([3, 2, 1]);
		await expectPublished(execution, ['Lighthouse', 'Fox', 'Paper boat']);
	});

	it('sleeps between the rounds as it is, and wakes up again', async () => {
		const asItIs = await host.importWorkflow(fit(await readExample('create-wait-get-status.json')));
		const asleep = await host.startExecution(asItIs.id);
		const { waitTill } = await host.waitForExecution(asleep!, {
			until: ({ status }) => status === 'waiting',
		});
		const seconds = (waitTill!.getTime() - Date.now()) / 1000;
		expect(seconds).toBeGreaterThan(60);
		expect(seconds).toBeLessThanOrEqual(120);
		await host.stopExecution(asleep!);
		host.emulator.reset();

		// The shortest time that n8n puts an execution to sleep for.
		const id = await runInProduction(await example(66), 'get-status-sleeping');
		await host.waitForExecution(id, { until: ({ status }) => status === 'waiting' });
		const execution = await untilSuccess(id, 170_000);
		expect(execution.mode).toBe('webhook');
		expect(rounds(execution)).toEqual([3]);
		await expectPublished(execution, TITLES);
	}, 240_000);

	it('sorts out what Kling refuses and what it fails to generate', async () => {
		const source = await example(4);
		spoil(source, PROMPTS[0]!, FAIL_WORD);
		spoil(source, PROMPTS[1]!, REFUSE_WORD);
		const id = await runInProduction(source, 'get-status-failing');
		const execution = await untilSuccess(id);
		expect(rounds(execution)).toEqual([2]);
		const [published, ...others] = itemsOfAllRuns(execution, 'Publish (replace me)');
		expect(others).toEqual([]);
		expect(published?.json).toMatchObject({ title: 'Fox', task_id: taskOf('A fox')?.id });
		await expectFile(published!);
		const reported = itemsOfAllRuns(execution, 'Report (replace me)');
		expect(reported.map(({ json }) => json)).toEqual([
			expect.objectContaining({
				title: 'Lighthouse',
				task_id: taskOf(FAIL_WORD)?.id,
				problem: expect.stringContaining(RISK_CONTROL),
			}),
		]);
		const refused = itemsOfAllRuns(execution, 'Not started (replace me)');
		expect(refused.map((item) => errorFacts(item))).toEqual([{ ...REFUSED, itemIndex: 1 }]);
		expect(host.emulator.tasks()).toHaveLength(2);
	});

	it('goes round again when the status cannot be checked, or the file does not come', async () => {
		const { id } = await host.importWorkflow(await example(4));
		const executionId = await host.startExecution(id);
		await eventually(() => host.emulator.tasks().length === 3);
		host.emulator.addFault({
			match: { route: 'query', contains: taskOf('A fox')!.id },
			action: { type: 'kling-error', code: 1103 },
		});
		host.emulator.addFault({
			match: { route: 'video', contains: taskOf('A paper boat')!.id },
			action: { type: 'expired' },
		});
		const execution = await untilSuccess(executionId!);
		expect(rounds(execution)).toEqual([3, 2]);
		expect(itemsOfAllRuns(execution, 'Publish (replace me)').map(({ json }) => json.title)).toEqual(
			['Lighthouse', 'Paper boat', 'Fox'],
		);
		expect(host.emulator.tasks()).toHaveLength(3);
	});

	it('gives up after thirty rounds, and says so', async () => {
		host.emulator.addFault({
			match: { route: 'create', contains: PROMPTS[2] },
			action: { type: 'status', value: 'processing' },
		});
		const { id } = await host.importWorkflow(await example(0.2));
		const execution = await host.run(id, { timeoutMs: 150_000 });
		expectSuccess(execution);
		expect(execution.runs('Get Status')).toHaveLength(30);
		const published = itemsOfAllRuns(execution, 'Publish (replace me)');
		expect(published.map(({ json }) => json.title).toSorted()).toEqual([
			'Lighthouse',
			'Paper boat',
		]);
		const [given, ...others] = itemsOfAllRuns(execution, 'Report (replace me)');
		expect(others).toEqual([]);
		expect(given?.json).toMatchObject({
			title: 'Fox',
			task_id: taskOf('A fox')?.id,
			problem: expect.stringContaining('Not finished after the last round'),
		});
	});
});

describe('form-to-notification.json', () => {
	const EMAIL = 'zoë.o’neill+videos@example.com';
	const ANSWERS = ['A paper boat sails down a rainy street', 'Portrait 9:16', EMAIL];

	const example = async () => fit(await readExample('form-to-notification.json'));

	const formUrl = (source: WorkflowSource, path: 'form' | 'form-test') =>
		`${host.url}/${path}/${nodeOf(source, 'Order form').webhookId}`;

	/** Only the host of the address was to be replaced. */
	function expectAddress(source: WorkflowSource) {
		const { options } = nodeOf(source, 'Kling Text to Video').parameters;
		const { webhookId } = nodeOf(source, 'Kling Trigger');
		expect(options).toMatchObject({ callbackUrl: `${host.url}/webhook/${webhookId}/kling` });
	}

	it('generates what was ordered, and gets it to the person who ordered it', async () => {
		const source = watchFile(await example());
		expectAddress(source);
		const id = await publish(source);
		const form = await openForm(formUrl(source, 'form'));
		for (const text of [
			'Order a video',
			'What should the video show?',
			'Portrait 9:16',
			'E-mail',
		]) {
			expect(form).toContain(text);
		}

		const page = await submitForm(formUrl(source, 'form'), ANSWERS);
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		expect(page).toContain('Your video is being made');
		expect(page).toContain(`to ${EMAIL}`);
		expect(page).toContain(`Task ${task?.id}`);
		expect(task?.body).toMatchObject({ prompt: ANSWERS[0], aspect_ratio: '9:16' });
		expect(task?.externalTaskId).toMatch(/^form-\d+-[\w-]+$/);

		await host.untilCalledBack();
		const [partA, partB] = await untilStarted(id, 2);
		expect(await untilSuccess(partA!)).toMatchObject({ mode: 'webhook' });
		const execution = await untilSuccess(partB!);
		const [item, ...more] = execution.items('Notify (replace me)');
		expect(more).toEqual([]);
		expect(item?.json).toMatchObject({
			to: EMAIL,
			subject: 'Your video is finished',
			text: expect.stringContaining(`/videos/${task?.id}.mp4`),
			task_id: task?.id,
			sha256: host.sampleHash(),
		});
		await pause(QUIET_MS);
		expect(await host.executionIds(id)).toHaveLength(2);
	});

	it('gets several orders at once to the right people', async () => {
		const source = await example();
		const id = await publish(source);
		const people = ['anna@example.com', 'bob@example.com', 'cleo@example.com'];
		await Promise.all(
			people.map(async (person) => {
				const answers = [`A gift for ${person}`, 'Square 1:1', person];
				await submitForm(formUrl(source, 'form'), answers);
			}),
		);
		expect(host.emulator.tasks()).toHaveLength(3);
		await host.untilCalledBack(3);
		const ids = await untilStarted(id, 6);
		const executions = await Promise.all(ids.map(async (one) => await untilSuccess(one)));
		const messages = executions.flatMap((one) => one.items('Notify (replace me)'));
		const sent = messages.map(({ json }) => [json.to, json.task_id]);
		expect(sent.toSorted()).toEqual(people.map((person) => [person, taskOf(person)?.id]));
	});

	it('tells the person when Kling rejects the order, and creates nothing', async () => {
		const source = await example();
		const id = await publish(source);
		const answers = [`${REFUSE_WORD} something`, ...ANSWERS.slice(1)];
		const page = await submitForm(formUrl(source, 'form'), answers);
		expect(page).toContain('Your video could not be started');
		const [, reason] = /Your video could not be started (.*)$/.exec(page) ?? [];
		// The form leaves the item's number out.
		expect(factsIn(`${reason} [Item 0]`)).toEqual({ ...REFUSED, itemIndex: 0 });
		expect(host.emulator.tasks()).toEqual([]);
		await pause(QUIET_MS);
		const ids = await host.executionIds(id);
		expect(ids).toHaveLength(1);
		await untilSuccess(ids[0]!);
	});

	it('tells the person when Kling couldn’t generate the video', async () => {
		const source = await example();
		const id = await publish(source);
		const answers = [`${FAIL_WORD} something`, ...ANSWERS.slice(1)];
		const page = await submitForm(formUrl(source, 'form'), answers);
		expect(page).toContain('Your video is being made');
		await host.untilCalledBack();
		const [, partB] = await untilStarted(id, 2);
		const [item] = (await untilSuccess(partB!)).items('Notify (replace me)');
		expect(item?.json).toMatchObject({
			to: EMAIL,
			subject: 'Your video could not be made',
			text: expect.stringContaining(RISK_CONTROL),
		});
		expect(item?.binary).toBeUndefined();
	});

	it('sends nobody a message about a video that the form did not order', async () => {
		const source = await example();
		const id = await publish(source);
		const callbackUrl = `${host.url}/webhook/${nodeOf(source, 'Kling Trigger').webhookId}/kling`;
		const other = fit(await readExample('kling-trigger.json'));
		nodeOf(other, 'Kling Text to Video').parameters.options = { callbackUrl };
		const { id: otherId } = await host.importWorkflow(other);
		expectSuccess(await host.run(otherId));
		const [executionId] = await untilStarted(id);
		const execution = await untilSuccess(executionId!);
		expect(execution.items('Kling Trigger')).toHaveLength(1);
		expect(execution.runs('Message')).toEqual([]);
	});

	it('runs from each trigger by hand', async () => {
		const source = await example();
		const { id } = await host.importWorkflow(source);
		expect(await host.startExecution(id, { trigger: 'Order form' })).toBeUndefined();
		expect(await openForm(formUrl(source, 'form-test'))).toContain('Order a video');
		const page = await submitForm(formUrl(source, 'form-test'), ANSWERS);
		const [task] = host.emulator.tasks();
		expect(page).toContain(`Task ${task?.id}`);
		const [callback] = await host.untilCalledBack();
		// The production URL is not in service.
		expect(callback?.replyStatus).toBe(404);

		expect(await host.startExecution(id, { trigger: 'Kling Trigger' })).toBeUndefined();
		const url = callback!.url.replace('/webhook/', '/webhook-test/');
		const again = await host.emulator.sendCallback({ ...callback!, url });
		expect(again.replyStatus).toBe(200);
		const ids = await untilStarted(id, 2);
		const [partA, partB] = await Promise.all(ids.map(async (one) => await untilSuccess(one)));
		expect([partA?.mode, partB?.mode]).toEqual(['manual', 'manual']);
		const [item] = partB!.items('Notify (replace me)');
		expect(item?.json).toMatchObject({ to: EMAIL, task_id: task?.id });
		await expectFile(item!);
		expect(host.emulator.tasks()).toHaveLength(1);
	});
});

describe('kling-trigger.json', () => {
	const example = async () => fit(await readExample('kling-trigger.json'));

	it('runs in production from both triggers', async () => {
		const source = watchFile(await example());
		const partA = await runInProduction(source, 'order');
		const [workflowId] = active;
		const [ordered] = (await untilSuccess(partA)).items('Kling Text to Video');
		await host.untilCalledBack();
		const [, partB] = await untilStarted(workflowId!, 2);
		const execution = await untilSuccess(partB!);
		expect(execution.mode).toBe('webhook');
		const [item] = execution.items('Notify (replace me)');
		expect(item?.json).toMatchObject({
			task_id: ordered?.json.task_id,
			task_status: 'completed',
			sha256: host.sampleHash(),
		});
		expect(host.emulator.tasks()).toHaveLength(1);
	});

	it('runs by hand from both triggers', async () => {
		const { id } = await host.importWorkflow(await example());
		expectSuccess(await host.run(id));
		const [callback] = await host.untilCalledBack();
		expect(await host.startExecution(id, { trigger: 'Kling Trigger' })).toBeUndefined();
		const url = callback!.url.replace('/webhook/', '/webhook-test/');
		expect(await host.emulator.sendCallback({ ...callback!, url })).toMatchObject({
			replyStatus: 200,
		});
		const [, partB] = await untilStarted(id, 2);
		const [item] = (await untilSuccess(partB!)).items('Notify (replace me)');
		expect(item?.json.task_id).toBe(host.emulator.tasks()[0]?.id);
		await expectFile(item!);
	});
});

describe('ai-agent.json', () => {
	const WISH = 'Make me a video of a lighthouse';

	const example = async () => fit(await readExample('ai-agent.json'));

	/** What the chat window sends. */
	const message = (chatInput: string) => ({
		sessionId: 'a-session',
		action: 'sendMessage',
		chatInput,
	});

	/** Says something in the hosted chat. @returns what the agent answers */
	async function say(source: WorkflowSource, chatInput: string): Promise<string> {
		const { webhookId } = nodeOf(source, 'When chat message received');
		const response = await host.fetch(`/webhook/${webhookId}/chat`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(message(chatInput)),
		});
		expect(response.status).toBe(200);
		return ((await response.json()) as { output: string }).output;
	}

	/** The answers of tools since the user has last spoken. */
	function toolAnswers({ messages }: ChatRequest): string[] {
		const since = messages.slice(messages.findLastIndex(({ role }) => role === 'user'));
		return since
			.filter(({ role }) => role === 'tool')
			.map(({ content }) => JSON.stringify(content));
	}

	const toolName = ({ tools }: ChatRequest, text: string) =>
		tools?.find(({ function: { name } }) => name.includes(text))?.function.name ?? 'none';

	const make = (request: ChatRequest, prompt: string): Line => ({
		tool: toolName(request, 'Make'),
		arguments: { Prompt: prompt, Aspect_Ratio: '9:16' },
	});

	/** Makes one video, and repeats to the user what the tool has answered. */
	const makeOne = (prompt: string) => (request: ChatRequest) => {
		const [answer] = toolAnswers(request);
		return answer === undefined ? make(request, prompt) : { text: `It said: ${answer}` };
	};

	function expectFactsOnly(output: string) {
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		expect(task?.body).toMatchObject({ prompt: 'A lighthouse in a storm', aspect_ratio: '9:16' });
		expect(output).toContain(task?.id);
		expect(output).toContain(`/videos/${task?.id}.mp4`);
		// No file comes with it.
		expect(host.sent('video')).toEqual([]);
	}

	it('generates a video when it is asked to in the chat, and answers with the link', async () => {
		script = makeOne('A lighthouse in a storm');
		const source = await example();
		const id = await publish(source);
		expectFactsOnly(await say(source, WISH));

		const [first] = chatModel.requests;
		expect(first?.messages[0]).toMatchObject({ content: expect.stringContaining('costs money') });
		expect(first?.tools?.map(({ function: { name } }) => name).toSorted()).toEqual([
			'Look_up_a_video',
			'Make_a_video',
		]);
		const [executionId] = await untilStarted(id);
		expect((await untilSuccess(executionId!)).mode).toBe('webhook');
	});

	it('remembers what was said, and looks a video up without creating one', async () => {
		script = makeOne('A lighthouse in a storm');
		const source = await example();
		await publish(source);
		await say(source, WISH);
		const taskId = host.emulator.tasks()[0]!.id;

		script = (request) => {
			const [answer] = toolAnswers(request);
			if (answer !== undefined) return { text: answer };
			const [, known] = /"task_id\W+(\w+)/.exec(JSON.stringify(request.messages)) ?? [];
			return { tool: toolName(request, 'Look_up'), arguments: { Task_ID: known } };
		};
		const answer = await say(source, 'Is it finished?');
		expect(answer).toContain(taskId);
		expect(answer).toContain('completed');
		expect(host.emulator.tasks()).toHaveLength(1);
	});

	it('runs by hand from the chat of the editor', async () => {
		script = makeOne('A lighthouse in a storm');
		const { id } = await host.importWorkflow(await example());
		const triggerData = {
			startTime: Date.now(),
			executionTime: 0,
			executionIndex: 0,
			executionStatus: 'success',
			source: [],
			data: { main: [[{ json: message(WISH) }]] },
		} satisfies ITaskData;
		const execution = await host.run(id, { trigger: 'When chat message received', triggerData });
		expectSuccess(execution);
		expect(execution.mode).toBe('manual');
		expectFactsOnly(String(execution.items('AI Agent')[0]?.json.output));
	});

	it('cannot be used by somebody who is not signed in', async () => {
		script = makeOne('A lighthouse in a storm');
		const source = await example();
		const id = await publish(source);
		const { webhookId } = nodeOf(source, 'When chat message received');
		const answer = await host.trigger(`${webhookId}/chat`, message(WISH));
		expect(answer.status).toBe(401);
		expect(host.emulator.tasks()).toEqual([]);
		expect(chatModel.requests).toEqual([]);
		expect(await host.executionIds(id)).toEqual([]);
	});

	it('learns why there is no video, so that it can say so', async () => {
		script = makeOne(`${FAIL_WORD} a lighthouse`);
		const source = await example();
		await publish(source);
		const output = await say(source, WISH);
		const [answer] = chatModel.requests.flatMap(toolAnswers);
		expect(answer).toContain(RISK_CONTROL);
		expect(answer).toContain(adviceOn('taskFailed'));
		expect(output).toContain(RISK_CONTROL);
		expect(output).toContain(host.emulator.tasks()[0]?.id);
		expect(host.emulator.tasks()).toHaveLength(1);
	});

	it('is stopped when it does not stop making videos', async () => {
		let calls = 0;
		script = (request) => make(request, `Lighthouse number ${++calls}`);
		const source = await example();
		const { id } = await host.importWorkflow(source);
		const triggerData = {
			startTime: Date.now(),
			executionTime: 0,
			executionIndex: 0,
			source: [],
			data: { main: [[{ json: message(WISH) }]] },
		} satisfies ITaskData;
		const execution = await host.run(id, { trigger: 'When chat message received', triggerData });
		expect(execution.status).toBe('error');
		expect(execution.error?.message).toContain('Max iterations (3) reached');
		expect(host.emulator.tasks()).toHaveLength(3);
	});
});

it('every example has a name, notes that explain it, and is run by a test', async () => {
	const names = await exampleNames();
	expect(names).toContain('create-and-wait.json');
	for (const name of names) {
		const { name: title, nodes } = await readExample(name);
		expect(title).toMatch(/^Kling: /);
		expect(nodes.some(({ type }) => type === 'n8n-nodes-base.stickyNote')).toBe(true);
		expect(nodes.some(({ type }) => type.startsWith(KLING_NODE.split('.')[0]!))).toBe(true);
	}
	expect(await testedExamples()).toEqual(names);
});
