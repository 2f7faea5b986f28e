import { imageSizeOf } from '../../../../nodes/shared/utils/imageSize';
import { sampleImage } from '../../../../testkit/sampleImage.mts';

const PNG = '89504e470d0a1a0a';

/** A start of frame of a JPEG, 640 × 480. */
const frame = (marker: string) => `ff${marker}00110801e0028003012200021101031101`;

const segment = (marker: string, length: number) =>
	`ff${marker}${(length + 2).toString(16).padStart(4, '0')}${'00'.repeat(length)}`;

it.each([
	['a PNG', sampleImage(320, 200).toString('hex'), { width: 320, height: 200 }],
	['a PNG without its header', `${PNG}00`, undefined],
	['a PNG whose first chunk is another one', `${PNG}0000000d49444154${'00'.repeat(13)}`, undefined],
	['a JPEG', `ffd8${segment('e0', 14)}${frame('c0')}`, { width: 640, height: 480 }],
	[
		'a progressive JPEG from a camera',
		`ffd8${segment('e1', 60_000)}${segment('e2', 3000)}${segment('db', 65)}${frame('c2')}`,
		{ width: 640, height: 480 },
	],
	[
		'tables that look like a frame',
		`ffd8${segment('c4', 20)}${frame('c1')}`,
		{ width: 640, height: 480 },
	],
	['padding before a marker', `ffd8ffff${frame('c0').slice(2)}`, { width: 640, height: 480 }],
	['a marker that stands alone', `ffd8ff01${frame('c0')}`, { width: 640, height: 480 }],
	['a JPEG that breaks off', `ffd8${segment('e1', 60_000)}`, undefined],
	['a JPEG with nonsense in it', `ffd8ff${'00'.repeat(40)}`, undefined],
	['a JPEG that says its height later', `ffd8${frame('c0').replace('01e0', '0000')}`, undefined],
	['a segment without a length', `ffd8${'ffe00000'.repeat(4)}`, undefined],
	['a GIF', '474946383961', undefined],
	['nothing', '', undefined],
])('%s', (_name, hex, size) => {
	expect(imageSizeOf(Buffer.from(hex, 'hex'))).toEqual(size);
});
