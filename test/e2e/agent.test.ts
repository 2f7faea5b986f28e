import type { INode } from 'n8n-workflow';

import { parameterWords } from '../../nodes/shared/n8n/words/parameters';
import {
	chain,
	klingAccount,
	klingNode,
	KLING_NODE,
	manualTrigger,
	startHost,
	testedVersion,
	type Execution,
	type Host,
	type WorkflowSource,
} from '../../testkit/n8n/index.mts';
import { startChatModel, type ChatModel, type ChatRequest, type Line } from './chatModel.mts';

let host: Host;
let model: ChatModel;
let script: (request: ChatRequest) => Line;

beforeAll(async () => {
	model = await startChatModel((request) => script(request));
	host = await startHost();
});
beforeEach(() => {
	host.emulator.reset();
	model.requests.length = 0;
});
afterAll(async () => {
	await host?.stop();
	await model?.close();
});

/** An agent with a chat model and the Kling node as its tool. */
async function agentWorkflow(): Promise<WorkflowSource> {
	const openAi = await host.createCredential(
		'Scripted model',
		{ apiKey: 'none', url: model.url },
		'openAiApi',
	);
	const kling = await host.createCredential('Kling account', klingAccount(host.emulator));
	const workflow = chain('Agent', manualTrigger(), {
		name: 'Agent',
		type: '@n8n/n8n-nodes-langchain.agent',
		typeVersion: 3,
		parameters: { promptType: 'define', text: 'Make me a video of a lighthouse', options: {} },
	});
	const { nodes: parts } = chain(
		'',
		{
			name: 'Model',
			type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
			typeVersion: 1.2,
			parameters: { model: { __rl: true, mode: 'id', value: 'scripted' }, options: {} },
			credentials: { openAiApi: { id: openAi.id, name: openAi.name } },
		},
		klingNode(
			kling,
			{ prompt: "={{ $fromAI('Prompt', 'What the video shows', 'string') }}" },
			{ name: 'Make a video', type: `${KLING_NODE}Tool` },
		),
	);
	workflow.nodes.push(...parts);
	workflow.connections.Model = {
		ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]],
	};
	workflow.connections['Make a video'] = {
		ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]],
	};
	return workflow;
}

/** Asks for the tool, and repeats to the user what the tool has answered. */
function useTool(prompt: string): (request: ChatRequest) => Line {
	return ({ messages, tools }) => {
		const answer = messages.find(({ role }) => role === 'tool');
		if (answer) return { text: `The tool said: ${JSON.stringify(answer.content)}` };
		return { tool: tools?.[0]?.function.name ?? 'none', arguments: { Prompt: prompt } };
	};
}

it('an agent generates a video with the tool, and gets facts instead of a file', async () => {
	script = useTool('A lighthouse in a storm');
	const { id } = await host.importWorkflow(await agentWorkflow());
	const execution = await host.run(id);

	expect(execution.error).toBeUndefined();
	expect(execution.status).toBe('success');
	const [task, ...others] = host.emulator.tasks();
	expect(others).toEqual([]);
	const [created] = host.emulator.requests().filter(({ route }) => route === 'create');
	expect(created?.json).toMatchObject({ prompt: 'A lighthouse in a storm' });

	const [asked, answered, ...more] = model.requests;
	expect(more).toEqual([]);
	expect(asked?.tools).toHaveLength(1);
	expect(asked?.tools?.[0]?.function).toMatchObject({
		name: 'Make_a_video',
		description: expect.stringMatching(/video/i),
		parameters: expect.objectContaining({
			properties: { Prompt: expect.objectContaining({ description: 'What the video shows' }) },
		}),
	});
	const answer = answered?.messages.find(({ role }) => role === 'tool');
	const text = JSON.stringify(answer?.content);
	expect(text).toContain(task?.id);
	expect(text).toContain('completed');
	expect(text).toContain(`/videos/${task?.id}.mp4`);
	expect(text.length).toBeLessThan(2000);

	const [run] = execution.runs('Make a video');
	const [items] = run?.data?.ai_tool ?? [];
	expect(items).toHaveLength(1);
	expect(JSON.stringify(items)).toContain(task?.id);
	expect(items?.[0]?.binary).toBeUndefined();
	expect(host.emulator.requests().some(({ route }) => route === 'video')).toBe(false);
	expect(execution.items('Agent')[0]?.json.output).toContain(task?.id);
});

/** Lets the agent call the tool again and again, each time with the same prompt. */
function callTool(times: number): (request: ChatRequest) => Line {
	return ({ messages, tools }) => {
		const answers = messages.filter(({ role }) => role === 'tool').length;
		if (answers >= times) return { text: 'Done' };
		return {
			tool: tools?.[0]?.function.name ?? 'none',
			arguments: { Prompt: 'A lighthouse in a storm' },
		};
	};
}

describe('the same prompt', () => {
	it('in two calls makes two videos', async () => {
		script = callTool(2);
		const { id } = await host.importWorkflow(await agentWorkflow());
		const execution = await host.run(id);
		expect(execution.error).toBeUndefined();
		expect(host.emulator.tasks()).toHaveLength(2);
	});

	it('in the next try of Retry On Fail is the same video', async () => {
		script = callTool(1);
		for (const route of ['list', 'query'] as const) {
			host.emulator.addFault({ match: { route }, action: { type: 'kling-error', code: 1103 } });
		}
		const workflow = await agentWorkflow();
		const tool = workflow.nodes.find(({ name }) => name === 'Make a video')!;
		Object.assign(tool, { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 });
		const { id } = await host.importWorkflow(workflow);
		const execution = await host.run(id);
		expect(execution.error).toBeUndefined();
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		const answer = model.requests.at(-1)?.messages.find(({ role }) => role === 'tool');
		expect(JSON.stringify(answer?.content)).toContain(task?.id);
	});
});

describe('a tool that fails', () => {
	const TOO_LONG = parameterWords.tooLong('prompt', 2501, 2500);

	/** Lets an agent ask for a prompt that is too long. */
	async function askTooMuch(onError?: INode['onError']) {
		script = useTool('A'.repeat(2501));
		const workflow = await agentWorkflow();
		const tool = workflow.nodes.find(({ name }) => name === 'Make a video')!;
		if (onError) tool.onError = onError;
		const { id } = await host.importWorkflow(workflow);
		const execution = await host.run(id);
		expect(host.emulator.requests()).toEqual([]);
		return execution;
	}

	/** The agent reads the message alone: so it must say what to do, too. */
	function expectAnswered(execution: Execution) {
		expect(execution.status).toBe('success');
		const answer = model.requests[1]?.messages.find(({ role }) => role === 'tool');
		expect(answer?.content).toContain(TOO_LONG.message);
		expect(answer?.content).toContain(TOO_LONG.description);
		expect(execution.items('Agent')[0]?.json.output).toContain('2501 characters');
	}

	it('tells the agent why with On Error set to Continue', async () => {
		expectAnswered(await askTooMuch('continueRegularOutput'));
	});

	it('tells the agent why with On Error left as it is, too, but in an old n8n', async () => {
		const execution = await askTooMuch();
		if (testedVersion(host.version).tellsAgentsOfErrors) {
			expectAnswered(execution);
		} else {
			expect(execution.status).toBe('error');
			expect(execution.error?.message).toContain(TOO_LONG.message);
			expect(execution.error?.context).toMatchObject({ kind: 'input', parameter: 'prompt' });
		}
	});
});
