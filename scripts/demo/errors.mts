/** What ends the demo early. */

/** What an error has to say: n8n's errors tell what to do in their description. */
export interface Explained {
	message: string;
	description?: string | null;
}

/** The demo cannot go on; exit code 1. */
export class DemoError extends Error {
	constructor(reason: string | Explained) {
		super(typeof reason === 'string' ? reason : oneLine(reason));
		this.name = 'DemoError';
	}
}

/** The user pressed Ctrl-C; exit code 130. */
export class InterruptedError extends Error {
	/** @param reason what became of the tasks */
	constructor(reason: string | Explained | undefined) {
		super(`Interrupted. ${reason === undefined ? '' : oneLine(reason)}`);
		this.name = 'InterruptedError';
	}
}

/** Message and description of an error, whatever it is, without line breaks. */
export function oneLine(error: unknown): string {
	const { message, description } = explain(error);
	const sentences = [message, description ?? ''].map((text) => text.replace(/\s+/g, ' ').trim());
	return [...new Set(sentences)]
		.filter((sentence) => sentence !== '')
		.map((sentence) => (/[.!?…:]$/.test(sentence) ? sentence : `${sentence}.`))
		.join(' ');
}

function explain(error: unknown): Explained {
	const isExplained = typeof error === 'object' && error !== null && 'message' in error;
	return isExplained ? (error as Explained) : { message: String(error) };
}
