import {
	holdsSeveral,
	otherEndingOf,
	sharePageOf,
	spellingOf,
	toImageUrl,
} from '../../../../nodes/shared/utils/imageAddress';

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
