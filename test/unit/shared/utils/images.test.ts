import {
	holdsSeveral,
	imageSizeOf,
	imageTypeOf,
	otherEndingOf,
	otherFileOf,
	sharePageOf,
	spellingOf,
	toImageUrl,
} from '../../../../nodes/shared/utils/images';
import { sampleImage } from '../../../../testkit/sampleImage.mts';

describe('what a file is', () => {
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
});

describe('how large an image is', () => {
	const PNG = '89504e470d0a1a0a';

	/** A start of frame of a JPEG, 640 × 480. */
	const frame = (marker: string) => `ff${marker}00110801e0028003012200021101031101`;

	const segment = (marker: string, length: number) =>
		`ff${marker}${(length + 2).toString(16).padStart(4, '0')}${'00'.repeat(length)}`;

	it.each([
		['a PNG', sampleImage(320, 200).toString('hex'), { width: 320, height: 200 }],
		['a PNG without its header', `${PNG}00`, undefined],
		[
			'a PNG whose first chunk is another one',
			`${PNG}0000000d49444154${'00'.repeat(13)}`,
			undefined,
		],
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
});

describe('the address of an image', () => {
	/** What is sent of an address; undefined when it is none. */
	function sentFor(text: string): string | undefined {
		const url = toImageUrl(text);
		return url && spellingOf(url, text);
	}

	it.each<[name: string, given: string, sent: string]>([
		[
			'as it is',
			'https://example.com/a%20b.png?X-Sig=%2Fab==',
			'https://example.com/a%20b.png?X-Sig=%2Fab==',
		],
		['as it is, in capitals', 'HTTPS://EXAMPLE.com/A.PNG', 'HTTPS://EXAMPLE.com/A.PNG'],
		['blanks', 'https://example.com/my cat.png', 'https://example.com/my%20cat.png'],
		['Unicode', 'https://example.com/猫.png', 'https://example.com/%E7%8C%AB.png'],
		['a name in Unicode', 'https://bücher.example/a.png', 'https://xn--bcher-kva.example/a.png'],
		['HTML', 'https://example.com/a?b=1&amp;c=2', 'https://example.com/a?b=1&c=2'],
		['a line break', 'https://example.com/a\r\nb.png', 'https://example.com/ab.png'],
		['backslashes', 'https:\\\\example.com\\a.jpg', 'https://example.com/a.jpg'],
		['an invisible blank inside', 'https://example.com/\u200Ba.png', 'https://example.com/a.png'],
		['an invisible mark in front', '\uFEFFhttps://example.com/a.png', 'https://example.com/a.png'],
		['a percent sign', 'https://example.com/100%.png', 'https://example.com/100%25.png'],
		[
			'a parameter that is an address',
			'https://a.example/?u=https://b.example/c.png',
			'https://a.example/?u=https://b.example/c.png',
		],
	])('sends %s', (_name, given, sent) => {
		expect(sentFor(given)).toBe(sent);
		expect(holdsSeveral(given)).toBe(false);
	});

	it.each([
		'cat.png',
		'//example.com/a.png',
		'ftp://example.com/a.png',
		'javascript:alert(1)',
		'https://',
		'https://exa mple.com/a.png',
		`https://example.com/${'x'.repeat(9000)}`,
	])('sends nothing for %s', (given) => {
		expect(sentFor(given)).toBeUndefined();
	});

	it.each([
		'https://a.example/a.png https://b.example/b.png',
		'https://a.example/a.png\nhttps://b.example/b.png',
		'https://a.example/a.png,https://b.example/b.png',
		'https://a.example/a.png; http://b.example/b.png',
		'https://a.example/a.pnghttps://b.example/b.png',
	])('tells that these are several: %j', (given) => {
		expect(holdsSeveral(given)).toBe(true);
	});

	it.each<[page: string, direct: string | undefined]>([
		[
			'https://drive.google.com/file/d/1aB-_c/view?usp=sharing',
			'https://drive.google.com/uc?export=download&id=1aB-_c',
		],
		['https://drive.google.com/open?id=1aB', 'https://drive.google.com/uc?export=download&id=1aB'],
		[
			'https://www.dropbox.com/scl/fi/x/a.png?rlkey=k&dl=0',
			'https://www.dropbox.com/scl/fi/x/a.png?rlkey=k&raw=1',
		],
		['https://www.dropbox.com/s/x/a.png', 'https://www.dropbox.com/s/x/a.png?raw=1'],
		[
			'https://github.com/o/r/blob/main/a/b.png',
			'https://raw.githubusercontent.com/o/r/main/a/b.png',
		],
		['https://gitlab.com/o/r/-/blob/main/b.png', 'https://gitlab.com/o/r/-/raw/main/b.png'],
		['https://imgur.com/AbC12', 'https://i.imgur.com/AbC12.jpg'],
		[
			'https://commons.wikimedia.org/wiki/File:Cat.jpg',
			'https://commons.wikimedia.org/wiki/Special:FilePath/Cat.jpg',
		],
		['https://1drv.ms/i/s!abc', undefined],
		['https://photos.app.goo.gl/abc', undefined],
	])('knows the page %s', (page, direct) => {
		expect(sharePageOf(new URL(page))).toEqual({ direct });
	});

	it.each([
		'https://drive.google.com/uc?export=download&id=1aB',
		'https://www.dropbox.com/s/x/a.png?raw=1',
		'https://www.dropbox.com/s/x/a.png?dl=1',
		'https://github.com/o/r/raw/main/a.png',
		'https://raw.githubusercontent.com/o/r/main/a.png',
		'https://i.imgur.com/AbC12.png',
		'https://upload.wikimedia.org/a.png',
		'https://example.com/file/d/x/view',
	])('takes %s for no page', (address) => {
		expect(sharePageOf(new URL(address))).toBeUndefined();
	});

	it.each<[address: string, is: 'picture' | 'file' | undefined]>([
		['https://example.com/a.webp', 'picture'],
		['https://example.com/a.GIF?width=100', 'picture'],
		['https://example.com/a.pdf', 'file'],
		['https://example.com/a.mp4#t=1', 'file'],
		['https://example.com/a.webp?format=jpeg', undefined],
		['https://example.com/a.png', undefined],
		['https://example.com/webp', undefined],
	])('%s leads to a %s', (address, is) => {
		expect(otherEndingOf(new URL(address))?.is).toBe(is);
	});
});
