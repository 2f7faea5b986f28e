import { imageTypeOf } from '../../../../nodes/shared/utils/imageType';

it.each([
	['jpeg', 'ffd8ffe000104a464946', 'jpeg'],
	['png', '89504e470d0a1a0a0000', 'png'],
	['a GIF', '474946383961', undefined],
	['WebP', '52494646aaaaaaaa57454250', undefined],
	['a PNG that breaks off', '89504e47', undefined],
	['nothing', '', undefined],
	['a web page', Buffer.from('<!doctype html>').toString('hex'), undefined],
])('%s', (_name, hex, type) => {
	expect(imageTypeOf(Buffer.from(hex, 'hex'))).toBe(type);
});
