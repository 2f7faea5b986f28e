/** What n8n hands to a node, as far as requests need it. */
import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

/** What n8n hands a node when it runs, and when a webhook of its is called. */
export type NodeContext = IExecuteFunctions | IWebhookFunctions;

/** Aborted when the execution is stopped. Nobody stops a webhook. */
export function cancelSignalOf(context: NodeContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

/** The same context to n8n's helpers, which cancel signed requests with its signal, whatever their options say. */
export function withCancelSignal<Context extends NodeContext>(
	context: Context,
	signal: AbortSignal,
): Context {
	return Object.create(context, {
		getExecutionCancelSignal: { value: () => signal },
	}) as Context;
}
