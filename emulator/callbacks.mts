/**
 * Callbacks (docs/kling-api.md#callbacks): the task, without an envelope, POSTed to its `callback_url` on every change of its
 * status, signed in the manner of Standard Webhooks when the account has a secret. Kling documents no retries: there are none
 * unless they are asked for.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Phase, Snapshot, State, Task } from './state.mts';

/** A callback that was sent, and how it was received. */
export interface CallbackDelivery {
	/** Absent for one that a test made up. */
	taskId?: string;
	phase?: Phase;
	url: string;
	/** The emulator's clock, ms. */
	time: number;
	headers: Record<string, string>;
	/** Raw body as sent. */
	body: string;
	/** HTTP status of the receiver. */
	replyStatus?: number;
	/** Why there is none. */
	error?: string;
}

/** A callback to send by hand: one sent before (pass its delivery), a late one, or a forgery. */
export interface CallbackRequest {
	url: string;
	body: string;
	/** Used as they are; give `secret` to have them made. */
	headers?: Record<string, string>;
	secret?: string;
}

/** How long a receiver may take, in ms. Not documented by Kling; one reseller says 10 s. */
const RECEIVER_TIMEOUT_MS = 10_000;
/** A virtual clock does not move timers on, so they look again, but never in a busy loop. */
const LEAST_WAIT_MS = 20;
const MAX_WAIT_MS = 2 ** 31 - 1;

/**
 * The `webhook-signature` of a body.
 *
 * @param secret `whsec_` and base64
 * @param timestamp Unix seconds
 */
export function sign(secret: string, id: string, timestamp: number, rawBody: string): string {
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${rawBody}`).digest('base64');
	return `v1,${digest}`;
}

/** The headers of a signed callback. */
export function signatureHeaders(
	...[secret, id, timestamp, rawBody]: Parameters<typeof sign>
): Record<string, string> {
	return {
		'webhook-id': id,
		'webhook-timestamp': String(timestamp),
		'webhook-signature': sign(secret, id, timestamp, rawBody),
	};
}

export class Callbacks {
	private deliveries: CallbackDelivery[] = [];
	/** How many of its changes each task has announced. */
	private announced = new Map<Task, number>();
	/** Per task, so that its changes arrive in order. */
	private running = new Map<Task, Promise<void>>();
	private abort = unlimited();
	private timer: NodeJS.Timeout | undefined;

	/** @param render the body of a callback, in the format of its task */
	constructor(
		private readonly state: State,
		private readonly render: (snapshot: Snapshot) => unknown,
	) {}

	/** Sends what is due by the emulator's clock, and resolves when all of it was received or given up. */
	async flush(): Promise<void> {
		clearTimeout(this.timer);
		let next = Infinity;
		for (const task of this.state.all()) {
			if (task.callbackUrl === undefined) continue;
			const transitions = this.state.transitions(task);
			const due = transitions.filter(({ at }) => at <= this.state.now);
			for (const { phase } of due.slice(this.announced.get(task) ?? 0)) {
				this.enqueue(task, task.callbackUrl, this.state.snapshot(task, {}, phase));
			}
			this.announced.set(task, due.length);
			next = Math.min(next, transitions[due.length]?.at ?? Infinity);
		}
		if (next !== Infinity && !this.abort.signal.aborted) {
			const wait = Math.min(MAX_WAIT_MS, Math.max(LEAST_WAIT_MS, next - this.state.now));
			this.timer = setTimeout(() => void this.flush(), wait).unref();
		}
		await Promise.all(this.running.values());
	}

	/** Sends one by hand. */
	async send({ url, body, headers, secret }: CallbackRequest): Promise<CallbackDelivery> {
		return await this.deliver({ url, body, headers: { ...headers, ...this.signed(body, secret) } });
	}

	all(): CallbackDelivery[] {
		return [...this.deliveries];
	}

	/** Forgets everything and stops what is on its way; `close` takes no further tasks either. */
	reset(): void {
		this.close();
		this.abort = unlimited();
		this.deliveries = [];
		this.announced = new Map();
		this.running = new Map();
	}

	close(): void {
		clearTimeout(this.timer);
		this.abort.abort();
	}

	private enqueue(task: Task, url: string, snapshot: Snapshot): void {
		const body = JSON.stringify(this.render(snapshot));
		const { phase } = snapshot;
		const { callbackJourney, callbackRetriesMs } = this.state.options;
		const { delayMs = 0, isLost = false, copies = 1 } = callbackJourney(task.id, phase);
		const send = async () => {
			const headers = this.signed(body, task.account.webhookSecret);
			return await this.deliver({ taskId: task.id, phase, url, body, headers });
		};
		const before = this.running.get(task) ?? Promise.resolve();
		const delivered = before.then(async () => {
			await this.pause(delayMs);
			let isAccepted = !isLost && isAccepting(await send());
			for (let copy = 1; copy < copies; copy++)
				isAccepted = isAccepting(await send()) || isAccepted;
			// Not waited for: the task's next change does not wait for it either.
			if (!isAccepted) void this.repeat(send, callbackRetriesMs);
		});
		this.running.set(task, delivered);
	}

	private async repeat(send: () => Promise<CallbackDelivery>, pauses: readonly number[]) {
		for (const ms of pauses) {
			await this.pause(ms);
			if (isAccepting(await send())) return;
		}
	}

	private async pause(ms: number): Promise<void> {
		if (ms === 0 || this.abort.signal.aborted) return;
		await delay(ms, undefined, { ref: false, signal: this.abort.signal }).catch(() => {});
	}

	private signed(body: string, secret: string | undefined): Record<string, string> {
		if (secret === undefined) return {};
		const id = randomUUID();
		const timestamp = Math.floor(this.state.now / 1000);
		return signatureHeaders(secret, id, timestamp, body);
	}

	private async deliver(callback: Omit<CallbackDelivery, 'time'>): Promise<CallbackDelivery> {
		const { signal } = this.abort;
		const delivery: CallbackDelivery = { ...callback, time: this.state.now };
		if (signal.aborted) return delivery;
		this.deliveries.push(delivery);
		try {
			const response = await fetch(delivery.url, {
				method: 'POST',
				headers: { ...delivery.headers, 'content-type': 'application/json' },
				body: delivery.body,
				redirect: 'manual',
				signal: AbortSignal.any([signal, AbortSignal.timeout(RECEIVER_TIMEOUT_MS)]),
			});
			await response.arrayBuffer();
			delivery.replyStatus = response.status;
		} catch (error) {
			delivery.error = describe(error);
		}
		return delivery;
	}
}

/** Any number of callbacks may be on their way. */
function unlimited(): AbortController {
	const controller = new AbortController();
	setMaxListeners(Infinity, controller.signal);
	return controller;
}

function isAccepting({ replyStatus = 0 }: CallbackDelivery): boolean {
	return replyStatus >= 200 && replyStatus < 300;
}

/** fetch hides the reason of a failure in its cause. */
function describe(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
