import { pause } from '../testkit/eventually.mts';
import { readAndLeave } from './testing.mts';

const LENGTH = 100_000;

/** All bytes at once, and its end some time later: as a file's stream, whose end is one more read. */
async function* lateEnd(): AsyncGenerator<Buffer> {
	yield Buffer.alloc(LENGTH);
	await pause(100);
}

it('a client that goes away with the last byte of a stream has got it all', async () => {
	expect(await readAndLeave(LENGTH, lateEnd)).toMatchObject({ status: 200, outcome: 'replied' });
});
