import { isOwnNetwork, isSafeUrl, toUrl } from '../../../../nodes/shared/utils/url';

/** Addresses that only exist inside one's own network. */
const OWN = [
	'http://localhost',
	'http://kling.localhost',
	'http://kling-gateway:3000',
	'http://127.0.0.1:1',
	'http://127.8.9.10',
	'http://10.1.2.3',
	'http://172.16.0.1',
	'http://172.31.255.1',
	'http://192.168.1.7',
	'http://169.254.1.1',
	'http://[::1]:8787',
	'http://[fd12:3456::1]',
	'http://[fcab::1]',
	'http://[fe80::1]',
	'http://[febf::1]',
	// Other spellings, which URL puts straight.
	'http://127.1',
	'http://0x7f000001',
	'http://2130706433',
	'http://[ff02::1]',
];

const PUBLIC = [
	'http://api.example.com',
	'http://8.8.8.8',
	'http://9.255.255.255',
	'http://11.0.0.1',
	'http://100.63.0.1',
	'http://100.128.0.1',
	'http://126.0.0.1',
	'http://128.0.0.1',
	'http://169.253.0.1',
	'http://172.15.0.1',
	'http://172.32.0.1',
	'http://192.167.0.1',
	'http://192.169.0.1',
	'http://[2001:db8::1]',
	'http://[::2]',
	'http://localhost.example.com',
	'http://10.example.com',
	'http://127.0.0.1.example.com',
	'http://127.0.0.1.nip.io',
];

describe('an address', () => {
	it.each(OWN)('in one’s own network: %s', (address) => {
		const url = new URL(address);
		expect(isOwnNetwork(url.hostname)).toBe(true);
		expect(isSafeUrl(url)).toBe(true);
	});

	it.each(PUBLIC)('on the internet, safe with https only: %s', (address) => {
		const url = new URL(address);
		expect(isOwnNetwork(url.hostname)).toBe(false);
		expect(isSafeUrl(url)).toBe(false);
		expect(isSafeUrl(new URL(address.replace('http:', 'https:')))).toBe(true);
	});

	it.each(['ftp://127.0.0.1', 'file:///etc/passwd', 'ws://localhost', 'data:text/plain,x'])(
		'of another protocol is not safe: %s',
		(address) => {
			expect(isSafeUrl(new URL(address))).toBe(false);
		},
	);
});

it('an address with other letters is read however often it was', () => {
	const read = () => toUrl('https://bücher.example/a.png')?.host;
	const hosts = Array.from({ length: 20_000 }, read);
	expect(new Set(hosts)).toEqual(new Set(['xn--bcher-kva.example']));
});
