/** Requests with an image in them: what was never sent, or not whole, is not charged. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import { sampleImage } from '../../testkit/sampleImage.mts';
import { IMAGE_NODE } from '../../testkit/workflows.mts';
import { errorOf, factsOf, NODE, runNode, sent, startNode, time } from './fixture.mts';
import { startBreakingOff } from './hostileNetwork.mts';
import { API_KEY, useOfficial } from './officialFixture.mts';

const emulator = useOfficial({ generationMs: 4_000 });

const IMAGE = sampleImage();

const FROM_FILE: INodeParameters = {
	operation: 'create',
	model: 'kling-v2-6',
	firstFrame: 'binary',
	imageBinaryPropertyName: 'data',
	prompt: '=a cat {{ $json.n }}',
	mode: 'std',
	duration: 5,
};

/** Items with a file each, as n8n keeps it in the item itself. */
function withFiles(count: number, bytes = IMAGE.length): INodeExecutionData[] {
	const content = Buffer.concat([IMAGE, Buffer.alloc(bytes - IMAGE.length)]).toString('base64');
	return Array.from({ length: count }, (_, n) => ({
		json: { n },
		binary: { data: { data: content, mimeType: 'image/png' } },
	}));
}

const options = (input: INodeExecutionData[]) => ({
	input,
	credential: API_KEY,
	node: { type: IMAGE_NODE },
});

describe('a body that breaks off on its way', () => {
	it('was never sent: tried again, not charged', async () => {
		const network = await startBreakingOff(100_000);
		const run = await runNode(network.url, FROM_FILE, options(withFiles(1, 9_000_000)));
		await network.stop();
		expect(factsOf(run)).toEqual({ kind: 'unreachable', itemIndex: 0 });
		expect(errorOf(run).description).toContain(consequences.notCharged);
		expect(network.connections()).toBe(3);
	});
});

describe('Stop while files wait for their upload', () => {
	it('names those that were sent, and the retry creates the others', async () => {
		emulator.addFault({
			match: { route: 'create' },
			times: 'forever',
			action: { type: 'hang', when: 'after' },
		});
		const relay = `${emulator.url}/kling`;
		const running = startNode(relay, FROM_FILE, options(withFiles(12)));
		await time.until(() => sent(emulator, 'create').length > 0);
		running.stop();
		const stopped = await running.finished;
		expect(stopped.status).toBe('canceled');
		const itemsOf = () =>
			emulator.tasks().map(({ body }) => Number((body as { prompt: string }).prompt.slice(6)));
		const charged = itemsOf();
		expect(charged.length).toBeLessThan(12);
		const { description } = errorOf(stopped);
		for (let item = 0; item < 12; item++) {
			expect({ item, isNamed: new RegExp(`item ${item}\\b`).test(description ?? '') }).toEqual({
				item,
				isNamed: charged.includes(item),
			});
		}
		emulator.clearFaults();
		const retried = await runNode(relay, FROM_FILE, {
			...options(withFiles(12)),
			node: { type: IMAGE_NODE, onError: 'continueRegularOutput' },
			mode: 'retry',
		});
		expect(itemsOf().sort((one, other) => one - other)).toEqual(
			Array.from({ length: 12 }, (_, n) => n),
		);
		// This relay knows external task IDs: the three are found by them.
		expect(retried.items(NODE).map(({ json }) => json.error)).toEqual(Array(12).fill(undefined));
	});
});
