/** n8n's internal REST API, as its editor uses it. */
import { randomUUID } from 'node:crypto';

/** n8n answered with an error. */
export class RestError extends Error {
	constructor(
		readonly status: number,
		readonly body: unknown,
		what: string,
	) {
		super(`${what}: HTTP ${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`);
		this.name = 'RestError';
	}
}

export interface Owner {
	email: string;
	password: string;
}

/** A browser session. */
export class RestClient {
	private cookie = '';
	/** n8n ties a session to the browser that began it. */
	private readonly browserId = randomUUID();

	constructor(
		private readonly url: string,
		private readonly owner: Owner,
	) {}

	/** Sets up the instance's owner if there is none yet, and logs in. */
	async login(): Promise<void> {
		const { email, password } = this.owner;
		try {
			await this.call('POST', '/owner/setup', {
				email,
				password,
				firstName: 'Kling',
				lastName: 'Demo',
			});
		} catch (error) {
			if (!(error instanceof RestError && error.status === 400)) throw error;
			// Since n8n 1.87 the field has this name; before it was "email".
			await this.call('POST', '/login', { emailOrLdapLoginId: email, email, password });
		}
	}

	/**
	 * Calls `/rest<path>`.
	 *
	 * @returns what stands in `data` of the answer
	 * @throws RestError for any status but 2xx
	 */
	async call<Data = unknown>(method: string, path: string, body?: unknown): Promise<Data> {
		const response = await this.fetch(`/rest${path}`, {
			method,
			headers: { 'content-type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		const text = await response.text();
		const answer = parse(text);
		if (!response.ok) throw new RestError(response.status, answer, `${method} /rest${path}`);
		return (isEnvelope(answer) ? answer.data : answer) as Data;
	}

	/** Any address of n8n's, with the session. */
	async fetch(path: string, init: RequestInit = {}): Promise<Response> {
		const response = await fetch(this.url + path, {
			...init,
			headers: {
				...(init.headers as Record<string, string>),
				// n8n closes idle connections, which a busy machine notices too late.
				connection: 'close',
				cookie: this.cookie,
				'browser-id': this.browserId,
			},
		});
		const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
		if (cookies.length > 0) this.cookie = cookies.join('; ');
		return response;
	}
}

function isEnvelope(answer: unknown): answer is { data: unknown } {
	return typeof answer === 'object' && answer !== null && 'data' in answer;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}
