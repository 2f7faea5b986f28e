/** OpenAI on loopback: a chat model that says what a test has written for it, and one image. */
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { sampleImage } from '../../testkit/sampleImage.mts';

/** One message of a conversation, as OpenAI's Chat Completions know it. */
export interface ChatMessage {
	role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
	content: unknown;
	tool_call_id?: string;
	tool_calls?: unknown[];
}

/** What the model was asked. */
export interface ChatRequest {
	model: string;
	messages: ChatMessage[];
	tools?: Array<{
		type: string;
		function: { name: string; description?: string; parameters?: unknown };
	}>;
	stream?: boolean;
}

/** What image was asked for. */
export interface ImageRequest {
	model: string;
	prompt: string;
	size: string;
}

/** What the model says: a text, or the wish to have a tool called. */
export type Line = { text: string } | { tool: string; arguments: Record<string, unknown> };

export interface ChatModel {
	/** Base URL for an "OpenAI" credential. */
	url: string;
	/** Every request so far, the oldest first. */
	requests: ChatRequest[];
	/** What images were asked for. */
	imageRequests: ImageRequest[];
	close: () => Promise<void>;
}

/** @param script what the model says next, given the conversation so far */
export async function startChatModel(script: (request: ChatRequest) => Line): Promise<ChatModel> {
	const app = fastify({ forceCloseConnections: true });
	const requests: ChatRequest[] = [];
	const imageRequests: ImageRequest[] = [];
	app.get('/v1/models', async () => ({ object: 'list', data: [{ id: 'scripted' }] }));
	app.post('/v1/chat/completions', async ({ body }) => {
		const request = body as ChatRequest;
		requests.push(request);
		const line = script(request);
		const message =
			'text' in line
				? { role: 'assistant', content: line.text }
				: { role: 'assistant', content: null, tool_calls: [toolCall(line, requests.length)] };
		return {
			id: `chatcmpl-${requests.length}`,
			object: 'chat.completion',
			created: 0,
			model: request.model,
			choices: [{ index: 0, message, finish_reason: 'text' in line ? 'stop' : 'tool_calls' }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	});
	app.post('/v1/images/generations', async ({ body }) => {
		imageRequests.push(body as ImageRequest);
		return { created: 0, data: [{ b64_json: sampleImage().toString('base64') }] };
	});
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/v1`,
		requests,
		imageRequests,
		close: async () => await app.close(),
	};
}

function toolCall(line: Extract<Line, { tool: string }>, index: number) {
	return {
		id: `call_${index}`,
		type: 'function',
		function: { name: line.tool, arguments: JSON.stringify(line.arguments) },
	};
}
