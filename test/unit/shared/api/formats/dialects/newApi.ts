/** R1: new-api, and whatever passes Kling’s whole reply on inside of its own. */

import { CREATED, type Dialect, envelope, INNER, newApi, NEW_API, SECONDS, URL } from './parts';

export const NEW_API_DIALECTS: Dialect[] = [
	{
		name: 'R1: new-api, create',
		reply: {
			id: 'task_AbC',
			task_id: 'task_AbC',
			object: 'video',
			model: 'kling-v2-6',
			status: 'queued',
			progress: 0,
			created_at: SECONDS,
		},
		task: { id: 'task_AbC', status: 'submitted', createdAt: CREATED },
	},
	{
		name: 'R1: new-api, completed',
		reply: newApi({ result_url: 'https://cdn.example/relay.mp4', data: INNER }),
		task: { ...NEW_API, status: 'completed', videos: [{ id: 'v1', url: URL, duration: 5 }] },
	},
	{
		name: 'R1: older new-api, the address as the reason of the failure',
		reply: newApi({ fail_reason: URL, data: INNER }),
		task: { ...NEW_API, status: 'completed', videos: [{ id: 'v1', url: URL, duration: 5 }] },
	},
	{
		name: 'older new-api without the reply inside',
		reply: newApi({ fail_reason: URL, data: null }),
		task: { ...NEW_API, status: 'completed', videos: [{ url: URL }] },
	},
	{
		name: 'new-api, whose address has no ending',
		reply: newApi({ result_url: 'https://relay.example/v1/videos/task_AbC/content', data: {} }),
		task: {
			...NEW_API,
			status: 'completed',
			videos: [{ url: 'https://relay.example/v1/videos/task_AbC/content' }],
		},
	},
	{
		name: 'new-api, the address of the reply inside taken away',
		reply: newApi({
			result_url: URL,
			data: envelope({
				task_id: '8672',
				task_status: 'succeed',
				task_result: { videos: [{ id: 'v1', url: '', duration: '5' }] },
			}),
		}),
		task: { ...NEW_API, status: 'completed', videos: [{ id: 'v1', url: URL, duration: 5 }] },
	},
	{
		name: 'new-api, the reply inside as text',
		reply: newApi({ data: JSON.stringify(INNER) }),
		task: { ...NEW_API, status: 'completed', videos: [{ id: 'v1', url: URL, duration: 5 }] },
	},
	{
		name: 'new-api behind new-api',
		reply: newApi({ data: newApi({ task_id: 'task_Other', data: INNER }) }),
		task: { ...NEW_API, status: 'completed', videos: [{ id: 'v1', url: URL, duration: 5 }] },
	},
	{
		name: 'new-api, the reply inside of the path format',
		reply: newApi({
			data: envelope([
				{
					id: '8672',
					status: 'succeeded',
					external_id: 'mine',
					outputs: [{ type: 'video', id: 'v1', url: URL, duration: '5' }],
				},
			]),
		}),
		task: {
			...NEW_API,
			status: 'completed',
			externalTaskId: 'mine',
			videos: [{ id: 'v1', url: URL, duration: 5 }],
		},
	},
	{
		name: 'new-api, running',
		reply: newApi({ status: 'IN_PROGRESS', progress: '30%', data: { code: 0, data: {} } }),
		task: { ...NEW_API, status: 'processing' },
	},
	{
		name: 'new-api that does not know, while Kling does',
		reply: newApi({ status: 'UNKNOWN', data: INNER }),
		task: { ...NEW_API, status: 'completed', videos: [{ id: 'v1', url: URL, duration: 5 }] },
	},
	{
		name: 'new-api’s flat task around Kling’s reply',
		reply: { task_id: 'task_AbC', status: 'SUCCESS', data: INNER },
		task: {
			id: 'task_AbC',
			status: 'completed',
			videos: [{ id: 'v1', url: URL, duration: 5 }],
		},
	},
	{
		name: 'new-api in the way of OpenAI',
		reply: {
			id: 'task_AbC',
			object: 'video',
			model: 'kling-v2-6',
			status: 'completed',
			progress: 100,
			created_at: SECONDS,
			completed_at: SECONDS + 100,
			metadata: { url: 'https://cdn.example/a' },
		},
		task: { ...NEW_API, status: 'completed', videos: [{ url: 'https://cdn.example/a' }] },
	},
];
