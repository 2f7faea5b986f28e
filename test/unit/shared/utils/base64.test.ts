import { normalBase64 } from '../../../../nodes/shared/utils/base64';

/** All characters of the alphabet, and all lengths of padding. */
const BYTES = [0, 1, 2].map((more) => Buffer.from([...Array(512 + more).keys()].map((n) => n * 7)));

const toUrl = (text: string) => text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

it.each<[name: string, spell: (base64: string) => string]>([
	['as it is', (base64) => base64],
	['in lines', (base64) => base64.replace(/.{76}/g, '$&\r\n')],
	['with blanks around', (base64) => ` ${base64}\n`],
	['for addresses', toUrl],
	['without padding', (base64) => base64.replace(/=/g, '')],
	['percent-encoded', (base64) => encodeURIComponent(base64)],
	['as JSON of PHP', (base64) => base64.replace(/\//g, '\\/')],
	['with escaped line ends', (base64) => base64.replace(/.{10}/g, '$&\\n')],
])('reads Base64 %s', async (_name, spell) => {
	for (const bytes of BYTES) {
		const base64 = bytes.toString('base64');
		expect(await normalBase64(spell(base64))).toBe(base64);
	}
});

it.each([
	['a URL', 'https://example.com/a.png'],
	['padding in the middle', 'QUJD=QUJD'],
	['a character too many', 'QUJDR'],
	['other characters', 'QUJD%%%'],
])('refuses %s', async (_name, text) => {
	expect(await normalBase64(text)).toBeUndefined();
});

it.each([
	['escapes on every edge', '\\n', 'QUJD'],
	['percent signs on every edge', '%2B', 'QUJD'],
])('reads megabytes with %s', async (_name, escape, four) => {
	const text = `${four}${escape}`.repeat(300_000);
	const plain = `${four}${escape === '%2B' ? '+' : ''}`.repeat(300_000);
	expect((await normalBase64(text)) === plain).toBe(true);
});

it('ends on what is nothing but padding or blanks', async () => {
	expect(await normalBase64('='.repeat(2_000_000))).toBeUndefined();
	expect(await normalBase64(' '.repeat(2_000_000))).toBe('');
});
