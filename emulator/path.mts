/** Kling's current format: model in the path, API key only, tasks in an array (docs/kling-api.md#path-format). */
import { z } from 'zod';
import { admit, type Dialect } from './admission.mts';
import { authenticate } from './auth.mts';
import { KlingError } from './errors.mts';
import { check, envelope, filledText, parseBody, type Endpoint } from './http.mts';
import { image, LARGEST_PATH_IMAGE } from './images.mts';
import { hasAudioChoice, MODE_OF_RESOLUTION, MODELS, type ModelRules } from './models.mts';
import { roundUnits, type Phase, type Snapshot, type State, type Task } from './state.mts';
import type { VideoUrl } from './videos.mts';

const STATUS: Readonly<Record<Phase, string>> = {
	submitted: 'submitted',
	processing: 'processing',
	succeeded: 'succeeded',
	failed: 'failed',
};

const MAX_SHOTS = 6;
const MAX_SHOT_CHARACTERS = 512;

/** What the routes of both capabilities take. */
const settingFields = {
	multi_shot: z.boolean(),
	audio: z.enum(['native', 'off']),
	resolution: z.enum(['720p', '1080p', '4k']),
	duration: z.number().int().min(3).max(30),
};

const options = z
	.object({
		callback_url: z
			.string()
			.url()
			.regex(/^https?:/i, 'must be an http(s) URL'),
		external_task_id: z.string().min(1),
		watermark_info: z.object({ enabled: z.boolean() }).strict(),
	})
	.partial()
	.strict()
	.default({});

const textSchema = z
	.object({
		prompt: filledText(26_000),
		settings: z
			.object({
				...settingFields,
				aspect_ratio: z.enum(['16:9', '9:16', '1:1', '21:9', '4:3', '3:4']),
			})
			.partial()
			.strict()
			.default({}),
		options,
	})
	.strict();

const contentSchema = z.discriminatedUnion('type', [
	z.object({ type: z.literal('prompt'), text: filledText(26_000) }).strict(),
	z.object({ type: z.literal('first_frame'), url: image(LARGEST_PATH_IMAGE) }).strict(),
	z.object({ type: z.literal('last_frame'), url: image(LARGEST_PATH_IMAGE) }).strict(),
]);

/** The image gives the ratio: there is no field for it. */
const imageSchema = z
	.object({
		contents: z.array(contentSchema),
		settings: z.object(settingFields).partial().strict().default({}),
		options,
	})
	.strict()
	.superRefine(({ contents }, context) => {
		const count = (type: string) => contents.filter((content) => content.type === type).length;
		for (const [type, least] of [
			['prompt', 1],
			['first_frame', 1],
			['last_frame', 0],
		] as const) {
			if (count(type) < least) {
				context.addIssue({ code: 'custom', path: ['contents'], message: `${type} is required` });
			}
			if (count(type) > 1) {
				context.addIssue({ code: 'custom', path: ['contents'], message: `${type} more than once` });
			}
		}
	})
	.transform(({ contents, ...others }) => ({
		...others,
		prompt:
			contents.flatMap((content) => (content.type === 'prompt' ? [content.text] : []))[0] ?? '',
		hasLastFrame: contents.some(({ type }) => type === 'last_frame'),
	}));

type Settings = z.output<typeof textSchema>['settings'];

interface Fields extends Pick<z.output<typeof textSchema>, 'prompt' | 'options'> {
	settings: Settings;
	hasLastFrame?: boolean;
}

/** One capability's way of creating tasks. */
interface Route {
	path: string;
	schema: z.ZodType<Fields, z.ZodTypeDef, unknown>;
	isImage: boolean;
}

const ROUTES: readonly Route[] = [
	{ path: '/text-to-video/:model', schema: textSchema, isImage: false },
	{
		path: '/image-to-video/:model',
		schema: imageSchema as unknown as Route['schema'],
		isImage: true,
	},
];

function findModel(segment: string, { isImage }: Route): ModelRules {
	const model = MODELS.find(({ path }) => path === segment);
	if (!model || (isImage && !model.imageToVideo))
		throw new KlingError(1203, `The model ${segment} does not exist`);
	return model;
}

/** Units per second of a request. @throws KlingError 1201 when the model has no such resolution, or no sound in it */
function unitPrice({ resolution = '720p', audio = 'off' }: Settings, model: ModelRules): number {
	const prices = model.modes[MODE_OF_RESOLUTION[resolution]];
	if (!prices) {
		throw new KlingError(
			1201,
			`settings.resolution: ${resolution} is not supported by ${model.path}`,
		);
	}
	// A model without silence in its price list always has sound, whatever was not asked for.
	const price = audio === 'native' ? prices.audio : (prices.silent ?? prices.audio);
	if (price === undefined) {
		throw new KlingError(1201, `settings.audio: native is not supported at ${resolution}`);
	}
	return price;
}

/**
 * Checks shots written into a prompt as `shot n, m, words; shot n, m, words;`. A prompt that does not begin
 * in this way is plain text, which the model may split as it likes.
 *
 * @throws KlingError 1201 for shots that cannot be filmed
 */
function checkShots(prompt: string, duration: number): void {
	if (!/^\s*shot\s+\d+\s*,\s*\d+\s*,/i.test(prompt)) return;
	const shots = prompt
		.trim()
		.replace(/;$/, '')
		.split(/;\s*(?=shot\s+\d)/i)
		.map((shot) => /^shot\s+(\d+)\s*,\s*(\d+)\s*,(.*)$/is.exec(shot));
	const refuse = (message: string): never => {
		throw new KlingError(1201, `prompt: ${message}`);
	};
	if (shots.length > MAX_SHOTS) refuse(`at most ${MAX_SHOTS} shots`);
	let seconds = 0;
	shots.forEach((shot, index) => {
		if (!shot || Number(shot[1]) !== index + 1) {
			return refuse(`"shot ${index + 1}, seconds, words" expected`);
		}
		const words = shot[3]?.trim() ?? '';
		if (Number(shot[2]) < 1) refuse(`shot ${index + 1} must last at least 1 second`);
		if (words === '' || [...words].length > MAX_SHOT_CHARACTERS) {
			refuse(`shot ${index + 1} must have 1 to ${MAX_SHOT_CHARACTERS} characters`);
		}
		seconds += Number(shot[2]);
	});
	if (seconds !== duration) refuse(`shots must add up to ${duration} seconds, not ${seconds}`);
}

function isCommon(ratio: string): boolean {
	return ['16:9', '9:16', '1:1'].includes(ratio);
}

/** English is what has no letter that English does not have. */
function promptLimit(prompt: string, model: ModelRules, isImage: boolean): number {
	const { promptLength, imageToVideo } = model;
	if (isImage && imageToVideo?.promptLength) return imageToVideo.promptLength;
	if (!promptLength) return 2500;
	const letters = prompt.match(/\p{L}/gu) ?? [];
	return letters.every((letter) => /[a-z]/i.test(letter))
		? promptLength.english
		: promptLength.other;
}

/** @throws KlingError 1201 when the model takes no last frame, or not like this */
function checkLastFrame(
	{ hasLastFrame, settings: { resolution = '720p', audio = 'off' } }: Fields,
	model: ModelRules,
): void {
	if (!hasLastFrame) return;
	const support = model.imageToVideo?.lastFrame;
	if (!support?.modes.includes(MODE_OF_RESOLUTION[resolution])) {
		throw new KlingError(
			1201,
			`contents: last_frame is not supported by ${model.path} at ${resolution}`,
		);
	}
	if (support.isSilent && audio === 'native') {
		throw new KlingError(1201, 'contents: last_frame is not supported with audio');
	}
}

function dialect(segment: string, route: Route): Dialect<Fields, ModelRules> {
	return {
		schema: route.schema,
		model: () => findModel(segment, route),
		draft: (fields, model) => {
			const { prompt, settings, options } = fields;
			checkLastFrame(fields, model);
			const { duration = 5 } = settings;
			const price = unitPrice(settings, model);
			if (!model.durations.includes(duration)) {
				throw new KlingError(1201, `settings.duration: ${duration} is not supported by ${segment}`);
			}
			const { aspect_ratio: ratio = '16:9' } = settings;
			if (!isCommon(ratio) && !model.moreAspectRatios?.includes(ratio)) {
				throw new KlingError(
					1201,
					`settings.aspect_ratio: ${ratio} is not supported by ${segment}`,
				);
			}
			const most = promptLimit(prompt, model, route.isImage);
			if ([...prompt].length > most) {
				throw new KlingError(1201, `prompt: size must be between 0 and ${most}`);
			}
			if (settings.audio !== undefined && !hasAudioChoice(model)) {
				throw new KlingError(1201, `settings.audio is not supported by ${segment}`);
			}
			if (settings.multi_shot !== undefined && model.multiShot !== 'declared') {
				throw new KlingError(1201, `settings.multi_shot is not supported by ${segment}`);
			}
			// Multi-shot is on unless turned off; where the field is absent the syntax works all the same.
			if (model.multiShot !== 'none' && settings.multi_shot !== false) checkShots(prompt, duration);
			return {
				format: 'path',
				model: segment,
				version: model.version,
				duration,
				charge: roundUnits(price * duration),
				texts: [prompt],
				externalTaskId: options.external_task_id,
				callbackUrl: options.callback_url,
				watermark: options.watermark_info?.enabled ?? false,
			};
		},
	};
}

/** The fields that the reply to a creation and a query share. */
function renderHead({ task, phase, updatedAt, statusWord }: Snapshot): Record<string, unknown> {
	return {
		id: task.id,
		status: statusWord ?? STATUS[phase],
		message: (phase === 'failed' && task.failure) || '',
		create_time: task.createdAt,
		update_time: updatedAt,
		...(task.externalTaskId !== undefined && { external_id: task.externalTaskId }),
	};
}

/** A task as queries, lists and callbacks show it. */
function renderTask(snapshot: Snapshot, videoUrl: VideoUrl): Record<string, unknown> {
	const { task, phase, noResult } = snapshot;
	const head = renderHead(snapshot);
	if (phase !== 'succeeded') return { ...head, outputs: [], billing: [] };
	return {
		...head,
		...(!noResult && {
			outputs: [
				{
					type: 'video',
					id: `${task.id}-1`,
					url: videoUrl(task.id),
					...(task.watermark && { watermark_url: videoUrl(task.id, true) }),
					// The type is not stated; v1 has a string.
					duration: String(task.duration),
				},
			],
		}),
		billing: [{ charge_type: 'unit', amount: String(task.charge), package_type: 'video' }],
	};
}

/** Body of a callback in this format. */
export function pathCallback(snapshot: Snapshot, videoUrl: VideoUrl): unknown {
	return renderTask(snapshot, videoUrl);
}

const idList = z
	.string()
	.min(1)
	.transform((ids) => ids.split(','));

const querySchema = z
	.object({ task_ids: idList.optional(), external_task_ids: idList.optional() })
	.strict()
	.refine(
		({ task_ids, external_task_ids }) => !task_ids !== !external_task_ids,
		'either task_ids or external_task_ids is required, and not both',
	);

/** Kling's documents show times as strings and call them ms: both are taken. */
const milliseconds = z
	.union([z.number().int().min(0), z.string().regex(/^\d{1,16}$/)])
	.transform(Number);

const filterSchema = z.discriminatedUnion('key', [
	z
		.object({
			key: z.literal('status'),
			values: z.array(z.enum(['submitted', 'processing', 'succeeded', 'failed'])).min(1),
		})
		.strict(),
	z
		.object({
			key: z.literal('product_type'),
			values: z.array(z.enum(['video', 'image', 'try_on'])).min(1),
		})
		.strict(),
]);

const filtersSchema = z.array(filterSchema);

const listSchema = z
	.object({
		start_time: milliseconds.optional(),
		end_time: milliseconds.optional(),
		cursor: z.string().optional(),
		limit: z.number().int().min(1).max(500).default(100),
		filters: filtersSchema.default([]),
	})
	.strict();

/** What a cursor remembers: the range, so that pages fit together although the clock goes on, and where to go on. */
const cursorSchema = z.object({ start: z.number(), end: z.number(), before: z.number() });
type Cursor = z.output<typeof cursorSchema>;

const LIST_RANGE_MS = 30 * 24 * 3600 * 1000;

function writeCursor(cursor: Cursor): string {
	return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function readCursor(cursor: string): Cursor {
	try {
		return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
	} catch {
		throw new KlingError(1201, 'cursor is invalid');
	}
}

function passes(
	filters: z.output<typeof filtersSchema>,
	{ phase }: Pick<Snapshot, 'phase'>,
): boolean {
	return filters.every((filter) =>
		filter.key === 'status'
			? filter.values.includes(phase)
			: // Text-to-video makes videos and nothing else.
				filter.values.includes('video'),
	);
}

/** One page of an account's tasks, newest first. */
function listPage(
	state: State,
	tasks: Task[],
	wanted: z.output<typeof listSchema>,
): { page: Task[]; nextCursor: string } {
	const { now } = state;
	const range: Cursor = wanted.cursor
		? readCursor(wanted.cursor)
		: {
				start: wanted.start_time ?? now - LIST_RANGE_MS,
				end: wanted.end_time ?? now,
				before: Infinity,
			};
	if (range.start > range.end) throw new KlingError(1201, 'end_time must not be before start_time');
	const rest = tasks.filter(
		(task) =>
			task.createdAt >= range.start &&
			task.createdAt <= range.end &&
			task.seq < range.before &&
			passes(wanted.filters, { phase: state.phase(task) }),
	);
	const page = rest.slice(0, wanted.limit);
	const last = page.at(-1);
	const more = rest.length > page.length && last !== undefined;
	return { page, nextCursor: more ? writeCursor({ ...range, before: last.seq }) : '' };
}

/** The routes of the path format. */
export function pathEndpoints(state: State, videoUrl: VideoUrl): Endpoint[] {
	return [
		...ROUTES.map(
			(route): Endpoint => ({
				method: 'POST',
				path: route.path,
				route: 'create',
				format: 'path',
				handle: async (call) => {
					const account = await authenticate(state, call, 'key');
					const task = admit(state, account, call, dialect(call.params.model ?? '', route));
					return envelope(renderHead(state.confirmation(task)));
				},
			}),
		),
		{
			method: 'GET',
			path: '/tasks',
			route: 'query',
			format: 'path',
			handle: async (call) => {
				const account = await authenticate(state, call, 'key');
				const { task_ids: ids, external_task_ids: externalIds } = check(
					Object.fromEntries(call.query),
					querySchema,
				);
				const tasks = ids
					? ids.map((id) => state.find(account, 'path', id))
					: (externalIds ?? []).map((id) => state.findExternal(account, 'path', id));
				const known = tasks.filter((task) => task !== undefined);
				call.entry.taskIds.push(...(ids ?? known.map(({ id }) => id)));
				// Ids that mean nothing are left out: the reply is a list, and the reference says nothing of errors.
				return envelope(
					known.map((task) => renderTask(state.snapshot(task, call.effects), videoUrl)),
				);
			},
		},
		{
			method: 'POST',
			path: '/tasks',
			route: 'list',
			format: 'path',
			handle: async (call) => {
				const account = await authenticate(state, call, 'key');
				const wanted = parseBody(call.entry, listSchema);
				const { page, nextCursor } = listPage(state, state.list(account, 'path'), wanted);
				return envelope({
					result: page.map((task) => renderTask(state.snapshot(task, call.effects), videoUrl)),
					count: page.length,
					next_cursor: nextCursor,
					has_more: nextCursor !== '',
				});
			},
		},
	];
}
