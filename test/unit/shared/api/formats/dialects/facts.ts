/** R6: times. R8: one bad entry among good ones. */

import { COMPLETED, CREATED, type Dialect, envelope, SECONDS } from './parts';

export const TIMES: Dialect[] = Object.entries({
	seconds: SECONDS,
	'seconds as text': String(SECONDS),
	'seconds with a fraction': SECONDS + 0.0004,
	milliseconds: CREATED,
	'milliseconds as text': String(CREATED),
	microseconds: CREATED * 1000,
	'nanoseconds as text': `${SECONDS}000000000`,
	'a date': '2026-03-29T17:24:36Z',
	'a date with fractions': '2026-03-29T17:24:36.000000Z',
	'a date of another zone': '2026-03-30T01:24:36+08:00',
	'a date without zone or T': '2026-03-29 17:24:36',
}).map(([name, time]) => ({
	name: `R6: ${name}`,
	reply: { task_id: 't', task_status: 'submitted', created_at: time, update_time: time },
	task: { id: 't', status: 'submitted', createdAt: CREATED, updatedAt: CREATED },
}));

export const NO_TIMES: Dialect[] = [
	0,
	-62_135_596_800,
	'',
	'now',
	'0001-01-01T00:00:00Z',
	{},
	true,
].map((time) => ({
	name: `R6: no time is ${JSON.stringify(time)}`,
	reply: { task_id: 't', task_status: 'submitted', created_at: time, submit_time: SECONDS },
	task: { id: 't', status: 'submitted', createdAt: CREATED },
}));

const GOOD = { id: 'v', url: 'https://x.example/v.mp4', duration: '5' };

export const BAD_ENTRIES: Dialect[] = [
	[{ url: GOOD.url }, null],
	[null, 5, 'x', [], { url: null }, {}, { url: GOOD.url }],
	[{ url: GOOD.url }, { url: 7 }, { url: '' }],
].map((videos, index) => ({
	name: `R8: a good video among bad ones, ${index + 1}`,
	reply: { task_id: 't', task_status: 'completed', task_result: { videos } },
	task: { ...COMPLETED, videos: [{ url: GOOD.url }] },
}));

export const MORE_BAD_ENTRIES: Dialect[] = [
	{
		name: 'R8: a good output among bad ones',
		reply: envelope([
			{
				id: 't',
				status: 'succeeded',
				outputs: [null, { type: 'image', url: 'https://x.example/i.png' }, GOOD, 5],
			},
		]),
		task: { ...COMPLETED, videos: [{ id: 'v', url: GOOD.url, duration: 5 }] },
	},
	{
		name: 'R8: facts of other kinds beside a good video',
		reply: {
			task_id: 't',
			task_status: 'completed',
			task_status_msg: { a: 1 },
			created_at: [],
			task_info: 'x',
			task_result: { videos: [{ id: [], url: GOOD.url, duration: {}, watermark_url: 5 }] },
		},
		task: { ...COMPLETED, videos: [{ url: GOOD.url }] },
	},
	{
		name: 'R8: a task behind entries that are none',
		reply: envelope([null, 5, {}, { id: '..' }, { id: 't', status: 'processing' }]),
		task: { id: 't', status: 'processing' },
	},
];
