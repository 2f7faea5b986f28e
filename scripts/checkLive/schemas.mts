/**
 * Kling's replies as its documents describe them, strictly: a field that is new or missing is worth
 * knowing, although the package's own reader does not mind. Source: docs/kling-api.md.
 */
import { z } from 'zod';

const id = z.string().regex(/^\d{10,25}$/);
const milliseconds = z.number().int().min(1e12).max(1e14);
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);

const envelope = <Data extends z.ZodTypeAny>(data: Data) =>
	z
		.object({ code: z.literal(0), message: z.string(), request_id: z.string().min(1), data })
		.strict();

export const account = envelope(
	z
		.object({
			code: z.literal(0),
			msg: z.string(),
			resource_pack_subscribe_infos: z.array(
				z
					.object({
						resource_pack_name: z.string(),
						resource_pack_id: z.string(),
						resource_pack_type: z.enum(['decreasing_total', 'constant_period']),
						total_quantity: z.number(),
						remaining_quantity: z.number(),
						purchase_time: milliseconds,
						effective_time: milliseconds,
						invalid_time: milliseconds,
						status: z.enum(['toBeOnline', 'online', 'expired', 'runOut']),
					})
					.strict(),
			),
		})
		.strict(),
);

const v1Task = z
	.object({
		task_id: id,
		task_status: z.enum(['submitted', 'processing', 'succeed', 'failed']),
		task_status_msg: z.string().optional(),
		task_info: z.object({ external_task_id: z.string().optional() }).strict().optional(),
		watermark_info: z.object({ enabled: z.boolean() }).strict().optional(),
		task_result: z
			.object({
				videos: z
					.array(
						z
							.object({
								id: z.string(),
								url: z.string().url(),
								watermark_url: z.string().optional(),
								duration: decimal,
							})
							.strict(),
					)
					.optional(),
			})
			.strict()
			.optional(),
		final_unit_deduction: decimal.optional(),
		final_balance_deduction: z
			.object({ quota: decimal, list_price: decimal })
			.partial()
			.strict()
			.optional(),
		created_at: milliseconds,
		updated_at: milliseconds,
	})
	.strict();

const pathTask = z
	.object({
		id,
		status: z.enum(['submitted', 'processing', 'succeeded', 'failed']),
		message: z.string(),
		create_time: milliseconds,
		update_time: milliseconds,
		external_id: z.string().optional(),
		// Tasks of other capabilities may be in the list, too.
		outputs: z
			.array(z.object({ type: z.string(), url: z.string().optional() }).passthrough())
			.optional(),
		billing: z
			.array(
				z
					.object({
						charge_type: z.enum(['cash', 'unit']),
						cash_type: z.enum(['balance', 'test_balance']).optional(),
						amount: decimal,
						currency: z.enum(['CNY', 'USD']).optional(),
						package_type: z.enum(['video', 'image', 'audio']).optional(),
						list_price: decimal.optional(),
					})
					.strict(),
			)
			.optional(),
	})
	.strict();

export const v1List = envelope(z.array(v1Task));
export const v1Query = envelope(v1Task);
export const pathList = envelope(
	z
		.object({
			result: z.array(pathTask),
			count: z.number().int(),
			next_cursor: z.string().nullish(),
			has_more: z.boolean(),
		})
		.strict(),
);
export const pathQuery = envelope(z.array(pathTask));
export const pathEmpty = envelope(z.array(z.never()));

/** An answer that says no. */
export const refusal = z
	.object({
		code: z.number().int().positive(),
		message: z.string().min(1),
		request_id: z.string().min(1),
		data: z.unknown().optional(),
	})
	.strict();

/** What a reply has in addition, lacks, or has in another form: by paths, without values. */
export function differences(schema: z.ZodTypeAny, reply: unknown): string[] {
	const result = schema.safeParse(reply);
	if (result.success) return [];
	const found = result.error.issues.flatMap((issue) => {
		// Which entry of a list it is says nothing.
		const path = issue.path.map((part) => (typeof part === 'number' ? '[]' : part)).join('.');
		return issue.code === 'unrecognized_keys'
			? issue.keys.map((key) => `${path ? `${path}.` : ''}${key} is new`)
			: [`${path || 'the reply'}: ${issue.message}`];
	});
	return [...new Set(found)];
}
