import { isSignatureValid, readCallback, webhookKey } from '../../../../nodes/shared/api/callback';
import { isLook, scheduleLooks, timesOfLooks } from '../../../../nodes/shared/batch/looks';
import '../../../../testkit/clocks/inVirtualTime.mts';
import { time } from '../../../../testkit/clocks/virtualTime.mts';
import { SECRET } from '../../webhook.mts';
import { FakeN8n, type ReceivedCall } from './fakeN8n.mts';

const MINUTE = 60_000;

describe('looks come', () => {
	it.each([
		['an hour', 60 * MINUTE, [15_000, 15 * MINUTE, 30 * MINUTE, 58 * MINUTE]],
		['five minutes', 5 * MINUTE, [15_000, 75_000, 150_000, 4 * MINUTE]],
		['a minute', MINUTE, [15_000, 30_000, 48_000]],
		['ten seconds', 10_000, [2500, 5000, 8000]],
		['no time', 0, []],
		['less than none', -1, []],
	])(
		'shortly after the suspension, rarely, and before the time limit: %s',
		(_name, limit, times) => {
			expect(timesOfLooks(limit)).toEqual(times);
		},
	);
});

describe('a look', () => {
	let n8n: FakeN8n;

	beforeEach(async () => {
		n8n = new FakeN8n();
		await n8n.start();
	});
	afterEach(async () => await n8n.stop());

	const receivedAtLeast = async (count: number) =>
		await time.until(() => n8n.received.length >= count);

	it('calls back as Kling would, signed with its secret', async () => {
		const { resumeUrl } = n8n;
		scheduleLooks({ resumeUrl, taskId: '17', webhookSecret: SECRET }, [20_000]);
		await receivedAtLeast(1);
		const [{ headers, body }] = n8n.received as [ReceivedCall];
		expect(isSignatureValid(webhookKey(SECRET), headers, body, Date.now())).toBe(true);
		const reported = readCallback(body);
		expect(reported).toMatchObject({ id: '17', status: 'completed' });
		expect(reported && isLook(reported)).toBe(true);
	});

	it('follows the other until n8n says that the execution is over', async () => {
		n8n.answers = [200, 503, 409];
		scheduleLooks({ resumeUrl: n8n.resumeUrl, taskId: '17' }, [10_000, 40_000, 70_000, 100_000]);
		await receivedAtLeast(3);
		await time.pass(3_600_000);
		expect(n8n.received).toHaveLength(3);
	});

	it('is lost when n8n cannot be reached, and the next one comes', async () => {
		await n8n.stop();
		scheduleLooks({ resumeUrl: n8n.resumeUrl, taskId: '17' }, [10_000, 400_000]);
		await time.pass(200_000);
		await n8n.start();
		await receivedAtLeast(1);
	});

	it('is told from what Kling sends', () => {
		expect(isLook({ raw: { task_id: '17', task_status: 'succeed' } })).toBe(false);
		expect(isLook({ raw: undefined })).toBe(false);
	});
});
