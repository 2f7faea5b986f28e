/** The free questions, and what their answers should be. */
import { accountRequest } from '../../nodes/shared/api/account.ts';
import { authorization } from '../../nodes/shared/api/auth.ts';
import { type Connection } from '../../nodes/shared/api/connection.ts';
import { isKnownCode, classify } from '../../nodes/shared/api/errors/codes.ts';
import type { ErrorKind } from '../../nodes/shared/api/errors/kinds.ts';
import { readVerdict } from '../../nodes/shared/api/formats/verdict.ts';
import { FORMATS } from '../../nodes/shared/api/formats/index.ts';
import type { ApiReply, ApiRequest, Send } from '../../nodes/shared/api/http.ts';
import { parseJson } from '../../nodes/shared/api/json.ts';
import { CUSTOM_MODEL, MODELS } from '../../nodes/shared/api/models.ts';
import { type FormatName } from '../../nodes/shared/api/routes.ts';
import type { VideoRequest } from '../../nodes/shared/api/request.ts';
import type { TaskReply } from '../../nodes/shared/api/task.ts';
import type { Report } from './report.mts';
import * as schemas from './schemas.mts';

/** Longer than Kling takes for an answer; milliseconds. */
const TIMEOUT = 30_000;

/** No service ever gave out this task ID. */
const IMPOSSIBLE_TASK = '100000000000000001';

/** Nor this model. */
const IMPOSSIBLE_MODEL = 'kling-0-n8n-check';

/** Every part of it is wrong, so no service can start a video from it. */
const IMPOSSIBLE_REQUEST: VideoRequest = {
	prompt: '',
	mode: 'none',
	duration: 0,
	aspectRatio: '0:0',
};

/** Kling's codes for a request whose parameters are wrong. */
const WRONG_PARAMETERS: readonly ErrorKind[] = ['badRequest', 'badParameter'];

export interface Answer {
	reply: ApiReply;
	json: unknown;
}

/** Sends signed requests to the connection's address. */
export function senderFor(connection: Connection): Send {
	return async ({ method, path, body }) => {
		const response = await fetch(`${connection.baseUrl}${path}`, {
			method,
			headers: {
				accept: 'application/json',
				authorization: authorization(connection, Date.now()),
				...(body && { 'content-type': 'application/json' }),
			},
			body: body && JSON.stringify(body),
			redirect: 'manual',
			signal: AbortSignal.timeout(TIMEOUT),
		});
		return {
			status: response.status,
			headers: Object.fromEntries(response.headers),
			body: await response.text(),
		};
	};
}

export class Checks {
	private readonly send: Send;

	constructor(
		private readonly connection: Connection,
		private readonly report: Report,
	) {
		this.send = senderFor(connection);
	}

	/** All of them cost nothing. */
	async run(): Promise<void> {
		await this.check('account: GET /account/costs', accountRequest(Date.now()), schemas.account);
		for (const format of this.connection.formats) {
			await this.checkList(format);
			await this.checkUnknownTask(format);
			await this.checkModels(format);
		}
		await this.checkWrongKey();
	}

	/** @returns what answered, or nothing */
	async ask(what: string, request: ApiRequest, send = this.send): Promise<Answer | undefined> {
		try {
			const reply = await send(request);
			return { reply, json: parseJson(reply.body) };
		} catch (error) {
			this.report.add(what, 'unknown', [error instanceof Error ? error.message : String(error)]);
			return undefined;
		}
	}

	private async check(
		what: string,
		request: ApiRequest,
		schema: Parameters<typeof schemas.differences>[0],
	): Promise<Answer | undefined> {
		const answer = await this.ask(what, request);
		if (!answer) return undefined;
		const { isRefusal } = readVerdict(answer.json, answer.reply.status);
		this.report.compare(
			what,
			isRefusal ? [describe(answer)] : schemas.differences(schema, answer.json),
		);
		return answer;
	}

	private async checkList(format: FormatName): Promise<void> {
		const { list, readTasks } = FORMATS[format];
		if (!list) return;
		const what = `${format}: list of tasks`;
		const schema = format === 'path' ? schemas.pathList : schemas.v1List;
		const answer = await this.check(what, list.request(20), schema);
		if (!answer || readVerdict(answer.json, answer.reply.status).isRefusal) return;
		const tasks = readOr(() => readTasks(answer.json), []);
		if (tasks.length < 2) {
			this.report.add(`${format}: order of the list`, 'unknown', ['fewer than two tasks']);
		} else {
			this.report.compare(
				`${format}: order of the list`,
				isNewestFirst(tasks) ? [] : ['not the newest first'],
			);
		}
	}

	private async checkUnknownTask(format: FormatName): Promise<void> {
		const what = `${format}: a task that does not exist`;
		const [request] = FORMATS[format].find(IMPOSSIBLE_TASK);
		if (!request) return;
		if (format === 'path') return void (await this.check(what, request, schemas.pathEmpty));
		const answer = await this.ask(what, request);
		if (answer) this.compareRefusal(what, answer, ['notFound', ...WRONG_PARAMETERS]);
	}

	/**
	 * Asks for a video of every model, with parameters that are all wrong. Whether that tells of the model
	 * depends on what Kling checks first: a model that cannot exist shows it.
	 */
	private async checkModels(format: FormatName): Promise<void> {
		const what = `${format}: a model that does not exist`;
		const control = await this.refuse(format, what, IMPOSSIBLE_MODEL);
		if (!control) return;
		this.compareRefusal(what, control, ['notFound', ...WRONG_PARAMETERS]);
		const isModelFirst = kindOfAnswer(control) === 'notFound';
		for (const { displayName, retired, formats } of MODELS) {
			const id = formats[format]?.id;
			if (id === undefined) continue;
			const isRetired = retired !== undefined;
			const name = `${format}: ${displayName} (${id}) is ${isRetired ? 'retired' : 'served'}`;
			const answer = await this.refuse(format, name, id);
			if (!answer) continue;
			const kind = kindOfAnswer(answer);
			if (!isModelFirst && WRONG_PARAMETERS.includes(kind)) {
				this.report.add(name, 'unknown', ['parameters are checked before the model']);
			} else this.compareRefusal(name, answer, isRetired ? ['notFound'] : WRONG_PARAMETERS);
		}
	}

	/** @returns the refusal; nothing when there was none, which is told */
	private async refuse(format: FormatName, what: string, id: string): Promise<Answer | undefined> {
		const model = { ...CUSTOM_MODEL.formats[format], id };
		const answer = await this.ask(what, FORMATS[format].create(IMPOSSIBLE_REQUEST, model));
		if (!answer || readVerdict(answer.json, answer.reply.status).isRefusal) return answer;
		this.report.add(what, 'differs', [
			'The request was accepted although all of its parameters are wrong. Check the console: a video may have been started.',
		]);
		return undefined;
	}

	private async checkWrongKey(): Promise<void> {
		const authentication = {
			apiKey: { kind: 'apiKey', apiKey: 'n8n-check-live' },
			accessKey: { kind: 'accessKey', accessKey: 'n8n-check-live', secretKey: 'n8n-check-live' },
		}[this.connection.authentication.kind] as Connection['authentication'];
		const what = 'a wrong key';
		const send = senderFor({ ...this.connection, authentication });
		const answer = await this.ask(what, accountRequest(Date.now()), send);
		if (answer) this.compareRefusal(what, answer, ['badKey', 'missingKey']);
	}

	private compareRefusal(what: string, answer: Answer, expected: readonly ErrorKind[]): void {
		const { reply, json } = answer;
		const { code } = readVerdict(json, reply.status);
		this.report.compare(what, [
			...(expected.includes(kindOfAnswer(answer)) ? [] : [describe(answer)]),
			...(code === undefined || isKnownCode(code) ? [] : [`code ${code} is new`]),
			...schemas.differences(schemas.refusal, json),
		]);
	}
}

function kindOfAnswer({ reply, json }: Answer): ErrorKind {
	const { code, ...words } = readVerdict(json, reply.status);
	return classify(reply.status, code, words).kind;
}

/** An answer in one line. */
function describe({ reply, json }: Answer): string {
	const { code, message } = readVerdict(json, reply.status);
	return [`HTTP ${reply.status}`, code !== undefined && `code ${code}`, message && `"${message}"`]
		.filter(Boolean)
		.join(', ')
		.slice(0, 300);
}

function isNewestFirst(tasks: readonly TaskReply[]): boolean {
	return tasks.every(
		({ createdAt = 0 }, index) => index === 0 || (tasks[index - 1]?.createdAt ?? 0) >= createdAt,
	);
}

function readOr<Result>(read: () => Result, otherwise: Result): Result {
	try {
		return read();
	} catch {
		return otherwise;
	}
}
