/** What the demo prints: plain lines, with the elapsed time while the workflow runs. */
import type { ProgressEvent } from '../../testkit/engine/index.mts';

/** After so long without a change a line says that all is well. */
const SILENCE_MS = 30_000;

/** Prints to standard output, failures to standard error, and never a secret. */
export class Report {
	private secrets: string[] = [];
	private startedAt: number | undefined;
	private silence: NodeJS.Timeout | undefined;

	/** Keeps a secret out of everything printed from now on, also without a pasted "Bearer". */
	hide(secret: string | undefined): void {
		if (secret === undefined) return;
		const bare = secret.replace(/^Bearer\s+/i, '').replace(/\s/g, '');
		this.secrets.push(secret, bare);
	}

	say(text: string): void {
		console.log(this.clean(text));
	}

	fail(text: string): void {
		console.error(`Demo: ${this.clean(text)}`);
	}

	/** From now on lines carry the elapsed time. */
	startClock(): void {
		this.startedAt = Date.now();
		this.silence = setInterval(() => this.line('still waiting'), SILENCE_MS);
	}

	line(text: string): void {
		this.silence?.refresh();
		const seconds = (Date.now() - (this.startedAt ?? Date.now())) / 1000;
		this.say(`${seconds.toFixed(1).padStart(7)} s  ${text}`);
	}

	/** A line for what the engine or a node says of itself. */
	progress(event: ProgressEvent): void {
		if (event.type === 'nodeStarted') {
			this.line(`${event.node}: started`);
		} else if (event.type === 'nodeFinished') {
			const outcome = event.error === undefined ? `finished, items: ${event.items}` : 'failed';
			this.line(`${event.node}: ${outcome}`);
		} else if (event.type === 'hint') {
			this.line(`hint: ${event.message}`);
		} else if (event.node !== undefined && event.level !== 'debug') {
			this.line(event.message);
		}
	}

	/** Lets the process end. */
	close(): void {
		clearInterval(this.silence);
	}

	private clean(text: string): string {
		return this.secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '•••'), text);
	}
}
