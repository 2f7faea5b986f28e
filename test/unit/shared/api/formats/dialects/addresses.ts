/** R2: where services name the video, and what else they name. */

import {
	COMPLETED,
	CREATED,
	completed,
	type Dialect,
	ENDLESS,
	envelope,
	success,
	URL,
} from './parts';

export const ADDRESSES: Dialect[] = [
	{
		name: 'R2: data.url',
		reply: success({
			error: null,
			format: 'mp4',
			status: 'succeeded',
			task_id: '8661',
			url: 'https://media.example/8661.m4v',
		}),
		task: {
			id: '8661',
			status: 'completed',
			videos: [{ url: 'https://media.example/8661.m4v' }],
		},
	},
	{
		name: 'R2: a flat url, and an error that is none',
		reply: completed({
			url: 'https://e.example/v.mp4',
			format: 'mp4',
			metadata: { duration: 5, fps: 30 },
			error: { code: 0, message: '' },
		}),
		task: { ...COMPLETED, videos: [{ url: 'https://e.example/v.mp4', duration: 5 }] },
	},
	...Object.entries({
		video_url: { video_url: URL },
		videoUrl: { videoUrl: URL },
		result_url: { result_url: URL },
		output: { output: URL },
		'output, a list': { output: [URL] },
		'output.video_url': { output: { video_url: URL } },
		video: { video: URL },
		'video.url': { video: { url: URL, content_type: 'video/mp4', file_size: 5 } },
		'videos, a list of addresses': { videos: [URL] },
		'videos[].url, a list itself': { result: { videos: [{ url: [URL], expires_at: 1 }] } },
		results: { results: [URL], type: 'text2video' },
		generated: { generated: [URL] },
		'content.video_url': { content: { video_url: URL } },
		'resultJson, JSON in a text': {
			param: JSON.stringify({ input: { image_url: 'https://x.example/i.mp4' } }),
			resultJson: JSON.stringify({
				resultWaterMarkUrls: ['https://x.example/w.mp4'],
				resultUrls: [URL],
			}),
		},
		'a name of its own, with a video’s ending': { clip: `${URL}` },
		'a name of its own, two levels deeper': { payload_out: { item: { cdn_url: URL } } },
		'task_result, otherwise named': { task_result: { video_url: URL } },
		'task_result.videos[].video_url': { task_result: { videos: [{ video_url: URL }] } },
		'outputs, a list of addresses': { outputs: [URL] },
		'outputs of a kind of their own': { outputs: [{ type: 'mp4', url: URL }] },
		'blanks around it': { url: ` ${URL}\n` },
		'other addresses before it': {
			url: 'https://relay.example/v1/tasks/t',
			status_url: 'https://relay.example/status',
			urls: { get: 'https://relay.example/get', cancel: 'https://relay.example/cancel' },
			cover_url: 'https://x.example/cover.jpg',
			image: 'https://x.example/image',
			thumbnail: { url: 'https://x.example/thumb' },
			watermark_video_url: 'https://x.example/w.mp4',
			preview: 'https://x.example/p.mp4',
			callback_url: 'https://x.example/c.mp4',
			input: { video_url: 'https://x.example/i.mp4' },
			video_list: [{ video_url: 'https://x.example/r.mp4', refer_type: 'base' }],
			task_info: { parent_video: { url: 'https://x.example/parent.mp4' } },
			audio: { url: 'https://x.example/a' },
			extra: { first_frame_url: 'https://x.example/f.mp4', doc_url: 'https://x.example/docs' },
			data: { media: { url: URL } },
		},
	}).map(
		([name, facts]): Dialect => ({
			name: `R2: ${name}`,
			reply: completed(facts),
			task: { ...COMPLETED, videos: [{ url: URL }] },
		}),
	),
	...[
		{ videoURL: ENDLESS },
		{ file: { download_url: ENDLESS } },
		{ url: ENDLESS, origin_url: 'https://x.example/o', page_url: 'https://x.example/p' },
		{ data: { result: { link: ENDLESS } } },
		{ video: { id: 5, src: ENDLESS }, url: 'https://relay.example/v1/tasks/t' },
	].map(
		(facts): Dialect => ({
			name: `R2: an address without ending, ${JSON.stringify(facts)}`,
			reply: completed(facts),
			task: { ...COMPLETED, videos: [{ url: ENDLESS, ...('video' in facts && { id: '5' }) }] },
		}),
	),
	{
		name: 'R2: works[].resource.resource',
		reply: {
			code: 200,
			data: {
				task_id: 't',
				status: 'completed',
				output: {
					type: 'm2v_txt2video',
					works: [
						{
							id: 'w',
							status: 99,
							type: 'video',
							cover: { resource: 'https://x.example/cover.png', duration: 0 },
							resource: { resource: URL, height: 720, duration: 5100 },
						},
					],
				},
			},
		},
		task: { ...COMPLETED, videos: [{ url: URL, duration: 5.1 }] },
	},
	{
		name: 'R2: the copy without watermark, where there are both',
		reply: completed({
			resource: 'https://x.example/w.mp4',
			resource_without_watermark: URL,
		}),
		task: { ...COMPLETED, videos: [{ url: URL }] },
	},
	{
		name: 'R2: several videos, with their facts',
		reply: completed({
			data: {
				items: [
					{ id: 'a', video_url: 'https://x.example/a.mp4', duration: '5s', status: 'ok' },
					{ id: 'b', cover: 'https://x.example/b.jpg', video_url: 'https://x.example/b.mp4' },
				],
			},
		}),
		task: {
			...COMPLETED,
			videos: [
				{ id: 'a', url: 'https://x.example/a.mp4', duration: 5 },
				{ id: 'b', url: 'https://x.example/b.mp4' },
			],
		},
	},
	{
		name: 'R2: a list of files of several kinds',
		reply: completed({
			files: [
				{ kind: 'image', url: 'https://x.example/1' },
				{ kind: 'log', url: 'https://x.example/2' },
				{ kind: 'video', url: URL },
			],
		}),
		task: { ...COMPLETED, videos: [{ url: URL }] },
	},
	{
		name: 'R2: beside the task',
		reply: {
			task_info: { id: 't', status: 'completed', created_at: '2026-03-29T17:24:36Z' },
			videos: [URL],
		},
		task: { ...COMPLETED, createdAt: CREATED, videos: [{ url: URL }] },
	},
	{
		name: 'R2: output, as the whole task',
		reply: { request_id: 'r', output: { task_id: 't', task_status: 'SUCCEEDED', video_url: URL } },
		task: { ...COMPLETED, videos: [{ url: URL }] },
	},
	{
		name: 'R2: a list of one beside the task',
		reply: {
			success: true,
			task_id: 't',
			state: 'succeed',
			data: [{ id: 'v', video_url: URL, state: 'succeed' }],
		},
		task: { ...COMPLETED, videos: [{ id: 'v', url: URL }] },
	},
	{
		name: 'R2: nothing but other addresses',
		reply: completed({
			watermark_url: 'https://x.example/w.mp4',
			cover_image_url: 'https://x.example/c',
			image: { url: 'https://x.example/i' },
			poster: 'https://x.example/p',
			url: 'https://x.example/cover.webp?x=.mp4',
			status_url: 'https://x.example/s',
			message: 'see https://x.example/v.mp4',
			request: { video_url: 'https://x.example/r.mp4' },
			video: 'ftp://x.example/v.mp4',
		}),
		task: COMPLETED,
	},
	{
		name: 'v1 with nothing but the copy with a watermark',
		reply: envelope({
			task_id: 't',
			task_status: 'succeed',
			task_result: { videos: [{ id: 'v', url: '', watermark_url: URL, duration: '5' }] },
		}),
		task: { ...COMPLETED, videos: [{ id: 'v', url: URL, watermarkUrl: URL, duration: 5 }] },
	},
	{
		name: 'path with nothing but the copy with a watermark',
		reply: envelope({
			id: 't',
			status: 'succeeded',
			outputs: [{ type: 'video', watermark_url: URL }],
		}),
		task: { ...COMPLETED, videos: [{ url: URL, watermarkUrl: URL }] },
	},
	{
		name: 'a task that goes on has no copy either',
		reply: envelope({
			task_id: 't',
			task_status: 'processing',
			task_result: { videos: [{ watermark_url: URL }] },
		}),
		task: { id: 't', status: 'processing' },
	},
	{
		name: 'R2: a task that goes on has none yet',
		reply: { task_id: 't', status: 'processing', url: URL },
		task: { id: 't', status: 'processing' },
	},
	{
		name: 'R2: a success that is the request’s only',
		reply: {
			task_id: 't',
			status: 'success',
			data: { task_id: 't', task_status: 'processing' },
		},
		task: { id: 't', status: 'processing' },
	},
];
