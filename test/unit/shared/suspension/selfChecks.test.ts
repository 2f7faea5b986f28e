import { isSignatureValid, readCallback, webhookKey } from '../../../../nodes/shared/api/callback';
import { toConnection } from '../../../../nodes/shared/api/connection';
import {
	isSelfCheck,
	markOf,
	scheduleSelfChecks,
	timesOfSelfChecks,
} from '../../../../nodes/shared/suspension/selfChecks';
import { answers } from '../../../../nodes/shared/n8n/words/notes';
import '../../../../testkit/clocks/inVirtualTime.mts';
import { time } from '../../../../testkit/clocks/virtualTime.mts';
import { SECRET } from '../../webhook.mts';
import { type FakeAnswer, FakeN8n, type ReceivedCall } from './fakeN8n.mts';

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
			expect(timesOfSelfChecks(limit)).toEqual(times);
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

	const warnings: string[] = [];
	const logger = { warn: (text: string) => void warnings.push(text) };
	beforeEach(() => warnings.splice(0));

	const schedule = (times: number[], webhookSecret?: string) =>
		scheduleSelfChecks(
			{ resumeUrl: n8n.resumeUrl, taskId: '17', webhookSecret, mark: 'mine', logger },
			times,
		);

	it('calls back as Kling would, signed with its secret', async () => {
		schedule([20_000], SECRET);
		await receivedAtLeast(1);
		const [{ headers, body }] = n8n.received as [ReceivedCall];
		expect(isSignatureValid(webhookKey(SECRET), headers, body, Date.now())).toBe(true);
		const reported = readCallback(body);
		expect(reported).toMatchObject({ id: '17', status: 'completed' });
		expect(reported && isSelfCheck(reported, 'mine')).toBe(true);
	});

	it.each<FakeAnswer>([
		[404, '{"code":404,"message":"The execution \\"1\\" does not exist."}'],
		[409, '{"code":409,"message":"The execution \\"1 has finished already."}'],
		[401, '{"error":"Invalid token"}'],
		[401, `{"message":"${answers.badSignature}"}`],
		[200, `{"message":"${answers.resuming}"}`],
	])('is the last when n8n says that the execution does not wait: %d %s', async (...last) => {
		n8n.answers = [[200, '{"message":"Still waiting"}'], [503, '{"message":"Later"}'], last];
		schedule([10_000, 40_000, 70_000, 100_000]);
		await receivedAtLeast(3);
		await time.pass(3_600_000);
		expect(n8n.received).toHaveLength(3);
		expect(warnings).toEqual([]);
	});

	it.each<FakeAnswer>([
		[401, '<html><h1>401 Authorization Required</h1></html>'],
		[401, '{"message":"Unauthorized"}'],
		[403, '{"message":"Forbidden"}'],
		[404, '404 page not found'],
		[404, '{"timestamp":1,"status":404,"error":"Not Found","path":"/webhook-waiting/1"}'],
		[410, ''],
		[200, '<html>Please log in</html>'],
	])(
		'is followed by the others when a proxy answers %d %s, which the log says',
		async (...proxy) => {
			n8n.answers = [proxy, proxy];
			schedule([10_000, 40_000, 70_000]);
			await receivedAtLeast(3);
			await time.until(() => warnings.length === 2);
			for (const warning of warnings) {
				expect(warning).toContain(new URL(n8n.resumeUrl).host);
				expect(warning).toContain(String(proxy[0]));
				expect(warning).not.toContain('signature=');
			}
		},
	);

	it('is lost when n8n cannot be reached, and the next one comes', async () => {
		await n8n.stop();
		schedule([10_000, 400_000]);
		await time.pass(200_000);
		await n8n.start();
		await receivedAtLeast(1);
	});

	it('is told by its mark, which only this n8n can make', () => {
		const connection = (apiKey: string) => toConnection({ apiKey });
		const mark = markOf(connection('key'), ['execution', 'node', '17']);
		const says = (n8n_look: unknown) => isSelfCheck({ raw: { task_id: '17', n8n_look } }, mark);
		expect(says(mark)).toBe(true);
		for (const forged of [
			true,
			'',
			undefined,
			{},
			mark.toLowerCase(),
			markOf(connection('other'), ['execution', 'node', '17']),
			markOf(connection('key'), ['execution', 'node', '18']),
			markOf(connection('key'), ['other', 'node', '17']),
		]) {
			expect(says(forged)).toBe(false);
		}
		expect(isSelfCheck({ raw: { task_id: '17', task_status: 'succeed' } }, mark)).toBe(false);
		expect(isSelfCheck({ raw: undefined }, mark)).toBe(false);
	});
});
