/** A form of n8n's, filled in as the browser does it. */
import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_TIMEOUT_MS = 60_000;
const LOOK_AGAIN_MS = 200;

/** @returns what the page of the form says, without its markup */
export async function openForm(url: string): Promise<string> {
	return await readPage(url);
}

/**
 * Sends a form in and waits for the ending that follows it.
 *
 * @param answers to the fields, in their order
 * @returns what that page says, without its markup
 * @throws Error when n8n does not take the form, or none follows in time
 */
export async function submitForm(url: string, answers: string[]): Promise<string> {
	const formWaitingUrl = await sendForm(url, answers);
	await untilWaiting(formWaitingUrl);
	const page = await readPage(formWaitingUrl);
	// A form's ending reports that it is seen, and only then does the execution go on.
	await fetch(formWaitingUrl, { method: 'POST' });
	return page;
}

/**
 * Sends a form in, for which the browser does not wait.
 *
 * @param answers to the fields, in their order: a text, or a file
 * @returns the address at which its next page would be
 * @throws Error when n8n does not take the form
 */
export async function sendForm(url: string, answers: Array<string | File>): Promise<string> {
	const body = new FormData();
	for (const [index, answer] of answers.entries()) body.append(`field-${index}`, answer);
	const response = await fetch(url, { method: 'POST', body });
	const text = await response.text();
	if (!response.ok) throw new Error(`POST ${url}: HTTP ${response.status} ${text}`);
	return (JSON.parse(text) as { formWaitingUrl: string }).formWaitingUrl;
}

/** The form's script asks in the same way whether the next page is there. */
async function untilWaiting(waitingUrl: string): Promise<void> {
	const statusUrl = new URL(waitingUrl);
	statusUrl.pathname += '/n8n-execution-status';
	const deadline = Date.now() + ANSWER_TIMEOUT_MS;
	for (;;) {
		const status = (await (await fetch(statusUrl)).text()).trim();
		if (status === 'form-waiting') return;
		const isHopeless = ['success', 'error', 'canceled', 'crashed'].includes(status);
		if (isHopeless || Date.now() > deadline) {
			throw new Error(`No page follows the form: the execution is "${status}"`);
		}
		await delay(LOOK_AGAIN_MS);
	}
}

async function readPage(url: string): Promise<string> {
	const response = await fetch(url);
	const html = await response.text();
	if (!response.ok) throw new Error(`GET ${url}: HTTP ${response.status} ${html}`);
	return html
		.replaceAll(/<(script|style)\b.*?<\/\1>/gs, '')
		.replaceAll(/<[^>]*>/g, ' ')
		.replaceAll(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
		.replaceAll('&quot;', '"')
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&amp;', '&')
		.replaceAll(/\s+/g, ' ')
		.trim();
}
