import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

/** What n8n hands a node when it runs, and when a webhook of its is called. */
export type NodeContext = IExecuteFunctions | IWebhookFunctions;
