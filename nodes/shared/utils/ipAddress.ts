/** Addresses of IPv4 and IPv6 as URLs write them, and which of them the internet does not route. */

/**
 * Whether an address can only be in one's own network.
 * @param host as `URL.hostname` writes it: four decimal bytes, or IPv6 in brackets
 * @returns undefined when it is no address
 */
export function isOwnAddress(host: string): boolean | undefined {
	if (host.startsWith('[')) return isOwnIpv6(groupsOf(host.slice(1, -1)));
	return /^\d+(\.\d+){3}$/.test(host) ? isOwnIpv4(host.split('.').map(Number)) : undefined;
}

/** The ranges that are not routed on the internet (RFC 6890), and how many of their bits are fixed. */
const OWN_RANGES: ReadonlyArray<[range: readonly number[], bits: number]> = [
	[[0, 0, 0, 0], 8], // "this host"
	[[10, 0, 0, 0], 8],
	[[100, 64, 0, 0], 10], // shared by providers and overlay networks (RFC 6598)
	[[127, 0, 0, 0], 8], // loopback
	[[169, 254, 0, 0], 16], // link-local, where clouds keep their metadata services
	[[172, 16, 0, 0], 12],
	[[192, 0, 0, 0], 24], // protocols; metadata of a cloud, too
	[[192, 168, 0, 0], 16],
	[[198, 18, 0, 0], 15], // benchmarks (RFC 2544)
	[[224, 0, 0, 0], 3], // multicast, reserved, broadcast
];

function isOwnIpv4(address: readonly number[]): boolean {
	return OWN_RANGES.some(
		([range, bits]) => numberOf(address) >>> (32 - bits) === numberOf(range) >>> (32 - bits),
	);
}

function numberOf(bytes: readonly number[]): number {
	return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

function isOwnIpv6(groups: readonly number[]): boolean {
	const embedded = ipv4Inside(groups);
	if (embedded) return isOwnIpv4(embedded);
	const [first = 0, second, third] = groups;
	// Loopback and "no address"; unique local (fc00::/7), link-local (fe80::/10) and site-local
	// (fec0::/10), multicast (ff00::/8); a network's own translation (64:ff9b:1::/48, RFC 8215).
	const [last = 0] = groups.slice(7);
	return (
		(groups.slice(0, 7).every((group) => group === 0) && last <= 1) ||
		(first & 0xfe00) === 0xfc00 ||
		(first & 0xff80) === 0xfe80 ||
		first >= 0xff00 ||
		(first === 0x64 && second === 0xff9b && third === 1)
	);
}

/** What stands before an IPv4 address inside an IPv6 one: mapped, translated, NAT64, "compatible". */
const IPV4_PREFIXES: ReadonlyArray<readonly number[]> = [
	[0, 0, 0, 0, 0, 0xffff],
	[0, 0, 0, 0, 0xffff, 0],
	[0x64, 0xff9b, 0, 0, 0, 0],
	[0, 0, 0, 0, 0, 0],
];

/** In front of the address that 6to4 makes a network of (RFC 3056). */
const SIX_TO_FOUR = 0x2002;

function ipv4Inside(groups: readonly number[]): number[] | undefined {
	if (groups[0] === SIX_TO_FOUR) return bytesOf(groups.slice(1));
	const isInside = IPV4_PREFIXES.some((prefix) =>
		prefix.every((group, at) => groups[at] === group),
	);
	// `::1` and its like have no IPv4 address inside.
	const isInsideNothing = groups.slice(0, 7).every((group) => group === 0);
	if (!isInside || isInsideNothing) return undefined;
	return bytesOf(groups.slice(6));
}

function bytesOf([high = 0, low = 0]: readonly number[]): number[] {
	return [high >> 8, high & 255, low >> 8, low & 255];
}

/** The eight groups of 16 bits. @param text with `::` at most once, as URL makes sure */
function groupsOf(text: string): number[] {
	const [head = [], tail] = text
		.split('::')
		.map((part) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))));
	if (!tail) return head;
	return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
