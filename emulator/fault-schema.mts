/** What faults there are, as data: their settings, the routes they make sense on, and the check that refuses the rest. */
import { z } from 'zod';
import { isKlingCode, KLING_ERRORS } from './errors.mts';
import type { Format, RouteName } from './log.mts';

/** Longest delay a Node timer can count. */
const MAX_MS = 2 ** 31 - 1;

function isPattern(text: string): boolean {
	try {
		new RegExp(text);
		return true;
	} catch {
		return false;
	}
}

const status = z.number().int().min(200).max(599);
const milliseconds = z.number().int().min(0).max(MAX_MS);
const bytes = z.number().int().min(0);
const headers = z.record(z.string());
/** Whether the true route runs first, so that its task exists and is paid for although the client does not learn it. */
const when = z.enum(['before', 'after']).default('before');

const ACTIONS = {
	reply: { status, when, headers: headers.default({}), body: z.unknown().default('') },
	'kling-error': {
		code: z
			.number()
			.refine(isKlingCode, `must be one of ${Object.keys(KLING_ERRORS).join(', ')}`)
			.optional(),
		status: status.optional(),
		message: z.string().optional(),
		headers: headers.default({}),
		when,
	},
	reset: { when },
	hang: { when, ms: milliseconds.optional() },
	slow: { ms: milliseconds },
	html: { status: status.default(502), when },
	empty: { status: status.default(200), when },
	truncate: {},
	reshape: { body: z.unknown() },
	rewrite: {
		find: z.string().refine(isPattern, 'must be a regular expression'),
		replace: z.string(),
	},
	trickle: { ms: milliseconds.default(20) },
	'string-code': {},
	'fail-task': { message: z.string().min(1) },
	'no-result': {},
	status: { value: z.string() },
	cut: { bytes },
	stall: { bytes },
	zero: {},
	'short-length': {},
	expired: {},
	redirect: { to: z.string().min(1).optional() },
	big: { bytes },
} as const satisfies Record<string, z.ZodRawShape>;

export type ActionType = keyof typeof ACTIONS;

const API_ROUTES: readonly RouteName[] = ['create', 'query', 'list', 'account'];
const TASK_ROUTES: readonly RouteName[] = ['create', 'query', 'list'];

/** The routes an action makes sense on; the ones not named here do on all. */
export const ROUTES_OF: Partial<Record<ActionType, readonly RouteName[]>> = {
	'kling-error': API_ROUTES,
	reshape: API_ROUTES,
	rewrite: API_ROUTES,
	trickle: API_ROUTES,
	'string-code': API_ROUTES,
	'fail-task': TASK_ROUTES,
	'no-result': TASK_ROUTES,
	status: TASK_ROUTES,
	cut: ['video'],
	stall: ['video'],
	zero: ['video'],
	'short-length': ['video'],
	expired: ['video'],
	redirect: ['video'],
	big: ['video'],
};

/** A checked action, defaults filled in. */
export type ActionOf<Type extends ActionType> = { type: Type } & z.output<
	z.ZodObject<(typeof ACTIONS)[Type], 'strict'>
>;
export type AnyAction = { [Type in ActionType]: ActionOf<Type> }[ActionType];

type ActionInput<Type extends ActionType> = { type: Type } & z.input<
	z.ZodObject<(typeof ACTIONS)[Type], 'strict'>
>;

/** What happens to the requests a fault matches. `README.md` beside this file describes each. */
export type FaultAction = { [Type in ActionType]: ActionInput<Type> }[ActionType];

/** A fault as it is injected. */
export interface Fault {
	/** Everything given must fit; nothing given fits every request. */
	match?: {
		route?: RouteName;
		format?: Format;
		/** A text in the URL or in the raw body: a task id, a word of a prompt. */
		contains?: string;
		/** Lets the first so many matching requests pass. */
		skip?: number;
	};
	/** How many matching requests it hits; default 1. `'forever'` and Infinity mean the same. */
	times?: number | 'forever';
	action: FaultAction;
}

const [anAction, ...otherActions] = Object.entries(ACTIONS).map(([type, shape]) =>
	z.object({ type: z.literal(type), ...shape }).strict(),
) as Array<z.ZodDiscriminatedUnionOption<'type'>>;

const actionSchema = z.discriminatedUnion('type', [
	anAction as z.ZodDiscriminatedUnionOption<'type'>,
	...otherActions,
]) as unknown as z.ZodType<AnyAction, z.ZodTypeDef, unknown>;

/** A fault as it is kept: checked, defaults filled in, "forever" a number. */
export const faultSchema = z
	.object({
		match: z
			.object({
				route: z.enum(['create', 'query', 'list', 'account', 'video']).optional(),
				format: z.enum(['gateway', 'v1', 'v1-image', 'path']).optional(),
				contains: z.string().min(1).optional(),
				skip: z.number().int().min(0).default(0),
			})
			.strict()
			.default({}),
		times: z
			.union([z.number().int().min(1), z.literal(Infinity), z.literal('forever')])
			.default(1)
			.transform((times) => (times === 'forever' ? Infinity : times)),
		action: actionSchema,
	})
	.strict()
	.superRefine(({ match: { route }, action }, context) => {
		if (action.type === 'kling-error' && (action.code ?? action.status) === undefined) {
			context.addIssue({ code: 'custom', path: ['action'], message: 'code or status is required' });
		}
		const routes = ROUTES_OF[action.type];
		if (route && routes && !routes.includes(route)) {
			context.addIssue({
				code: 'custom',
				path: ['match', 'route'],
				message: `"${action.type}" goes with ${routes.join(', ')}, not with ${route}`,
			});
		}
	});
