import { isInOwnNetwork, isOwnNetwork, isSafeUrl } from '../../../../nodes/shared/utils/url';

/** Hosts of one's own network, by the report they come from; "N11+" are others of its kind. */
const OWN: ReadonlyArray<[report: string, host: string]> = [
	['N11', 'host.docker.internal'],
	['N11', '100.64.0.1'],
	['N11', '100.127.255.254'],
	['N11+', 'gateway.docker.internal'],
	['N11+', 'host.containers.internal'],
	['N11+', 'metadata.google.internal'],
	['N11+', 'kling.local'],
	['N11+', 'kling.default.svc.cluster.local'],
	['N11+', 'nas.lan'],
	['N11+', 'nas.home'],
	['N11+', 'nas.home.arpa'],
	['N11+', 'box.localdomain'],
	['N11+', 'gateway.corp'],
	['N11+', 'gateway.intranet'],
	['N11+', 'kling-gateway'],
	['N11+', 'localhost'],
	['N11+', 'kling.localhost'],
	['N11+', 'localhost.'],
	['N11+', 'kling.local.'],
	['N11+', 'NAS.Lan'],
	['N9', '127.0.0.1'],
	['N9', '10.0.0.1'],
	['N9', '172.31.255.255'],
	['N9', '192.168.0.1'],
	['N9', '169.254.169.254'],
	['N9+', '0.0.0.0'],
	['N9+', '127.1'],
	['N9+', '0x7f000001'],
	['N9+', '2130706433'],
	['N9+', '0177.0.0.1'],
	['N9+', '0xa9.0xfe.0xa9.0xfe'],
	['N9+', '127.0.0.1.'],
	['N9+', '１２７.0.0.1'],
	['N9+', '198.18.0.5'],
	['N9+', '[::]'],
	['N9+', '[::1]'],
	['N9+', '::1'],
	['N9+', '[fc00::1]'],
	['N9+', '[fdff:ffff::1]'],
	['N9+', '[fe80::1]'],
	['N9+', '[febf::1]'],
	['N9+', '[fec0::1]'],
	['N9+', '[fd00:ec2::254]'],
	['N9+', '[::ffff:127.0.0.1]'],
	['N9+', '[::ffff:10.1.2.3]'],
	['N9+', '[0:0:0:0:0:ffff:a9fe:a9fe]'],
	['N9+', '[::ffff:0:192.168.0.1]'],
	['N9+', '[64:ff9b::169.254.169.254]'],
	['N9+', '[::127.0.0.1]'],
	...[
		'kubernetes.default.svc',
		'vault.service.consul',
		'db.test',
		'nothing.invalid',
		'proxy.docker',
		'localhost..',
		'db.test...',
		'127.0.0.1..',
		'0x7f.1..',
		'10.0.0.1。。',
		'192.0.0.192',
		'192.0.0.0',
		'224.0.0.1',
		'239.255.255.250',
		'240.0.0.1',
		'255.255.255.255',
		'[64:ff9b:1::8.8.8.8]',
		'[64:ff9b:1:ffff::1]',
		'[2002:7f00:1::]',
		'[2002:a9fe:a9fe::1]',
		'[2002:0a00:0001:1::5]',
	].map((host): [string, string] => ['others', host]),
];

const PUBLIC = [
	'api.example.com',
	'cdn.klingai.com.',
	'local.example.com',
	'internal.example.com',
	'home.arpa.example.com',
	'lan.example',
	'notlocal.com',
	'mylan.net',
	'localhost.example.com',
	'127.0.0.1.example.com',
	'8.8.8.8',
	'1.1.1.1',
	'100.63.255.255',
	'192.0.1.1',
	'192.1.0.1',
	'223.255.255.255',
	'198.20.0.1',
	'172.32.0.1',
	'[2002:808:808::1]',
	'[64:ff9b:2::1]',
	'test.example.com',
	'svc.example.com',
	'www.contest.com',
	'100.128.0.1',
	'169.253.1.1',
	'172.15.255.255',
	'172.32.0.1',
	'192.167.1.1',
	'198.17.0.1',
	'198.20.0.1',
	'[2606:4700::1111]',
	'[2001:db8::1]',
	'[::ffff:8.8.8.8]',
	'[64:ff9b::8.8.8.8]',
	'[fbff::1]',
	'[fe00::1]',
	'[1::1]',
];

describe('a host', () => {
	it.each(OWN)('%s: %s is in one’s own network', (_report, host) => {
		expect(isOwnNetwork(host)).toBe(true);
	});

	it.each(PUBLIC)('%s is on the internet', (host) => {
		expect(isOwnNetwork(host)).toBe(false);
	});

	it('whose name is none is nobody’s business', () => {
		expect(isOwnNetwork('two words.example.com')).toBe(false);
	});
});

describe('an address', () => {
	it.each([
		['http://host.docker.internal:3000', true],
		['http://100.64.0.7:8080/kling', true],
		['http://nas.home.arpa./v1', true],
		['http://api.example.com', false],
		['https://api.example.com', true],
		['http://user@8.8.8.8', false],
		['ftp://nas.lan', false],
	])('N11: %s is safe for a key: %s', (url, isSafe) => {
		expect(isSafeUrl(new URL(url))).toBe(isSafe);
	});

	it.each([
		['https://host.docker.internal:3000/kling', true],
		['https://api-singapore.klingai.com', false],
		['no address', false],
	])('%s is in one’s own network: %s', (url, isOwn) => {
		expect(isInOwnNetwork(url)).toBe(isOwn);
	});
});
