import { imageTypeOf, otherFileOf } from '../../../../nodes/shared/utils/fileKind';

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

it.each<[name: string, start: string, file: object]>([
	['a GIF', 'GIF89a\x0a\0\x0a\0', { is: 'picture', name: 'a GIF image' }],
	['WebP', 'RIFF\x24\0\0\0WEBPVP8 ', { is: 'picture', name: 'a WebP image' }],
	['HEIC', '\0\0\0\x18ftypheic', { is: 'picture', name: 'a HEIC image' }],
	['HEIF', '\0\0\0\x18ftypmif1', { is: 'picture', name: 'a HEIC image' }],
	['AVIF', '\0\0\0\x1cftypavif', { is: 'picture', name: 'an AVIF image' }],
	['BMP', 'BM\x10\0\0\0\0\0\0\0', { is: 'picture', name: 'a BMP image' }],
	['TIFF', 'II*\0\x08', { is: 'picture', name: 'a TIFF image' }],
	['SVG', '<svg xmlns="x">', { is: 'picture', name: 'an SVG image' }],
	['SVG behind a head', '\n<?xml version="1.0"?><svg >', { is: 'picture', name: 'an SVG image' }],
	['PDF', '%PDF-1.7', { is: 'file', name: 'a PDF file' }],
	['MP4', '\0\0\0\x18ftypisom', { is: 'file', name: 'an MP4 video' }],
	['a ZIP', 'PK\x03\x04', { is: 'file', name: 'a ZIP file or Office document' }],
	['a web page', ' <!DOCTYPE html><title>Virus scan</title>', { is: 'webPage' }],
	['JSON', '{"error":"no credits"}', { is: 'text', text: '{"error":"no credits"}' }],
	['a sentence', 'Not found\n', { is: 'text', text: 'Not found' }],
	['nothing', '', { is: 'empty' }],
	['bytes', '\x07\x07\x07\x07', { is: 'unknown' }],
	['bytes beyond ASCII', '\xf0\xf1\xf2', { is: 'unknown' }],
	['blanks', ' \n ', { is: 'unknown' }],
])('what is no JPEG or PNG: %s', (_name, start, file) => {
	expect(otherFileOf(Buffer.from(start, 'latin1'))).toEqual(file);
});

it('of a text the beginning is enough, cut anywhere', () => {
	const text = `${'中'.repeat(500)}`;
	expect(otherFileOf(Buffer.from(text))).toEqual({ is: 'text', text: '中'.repeat(166) });
});
