import { shown } from './form.mts';

describe('the fields of a download', () => {
	it.each(['createAndWait', 'getStatus'])('show only with it, in %s', (operation) => {
		expect(shown('binaryPropertyName', { operation, downloadVideo: true })).toHaveLength(1);
		expect(shown('binaryPropertyName', { operation, downloadVideo: false })).toHaveLength(0);
	});

	it('download the video by default where it is waited for, and only there', () => {
		const defaults = ['createAndWait', 'getStatus', 'create'].map((operation) =>
			shown('downloadVideo', { operation }).map((field) => field.default),
		);
		expect(defaults).toEqual([[true], [false], []]);
	});
});

it.each(['create', 'createAndWait', 'getStatus', 'getMany'])(
	'Simplify is on by default: %s',
	(operation) => {
		expect(shown('simplify', { operation }).map((field) => field.default)).toEqual([true]);
	},
);
