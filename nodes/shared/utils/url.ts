/** Which addresses may carry a key, and which only exist inside one's own network. */

/** Whether nobody on the internet can read along: https, or an address in one's own network. */
export function isSafeUrl({ protocol, hostname }: URL): boolean {
	return protocol === 'https:' || (protocol === 'http:' && isOwnNetwork(hostname));
}

/** Loopback, private and link-local addresses, and host names of a single label. */
export function isOwnNetwork(hostname: string): boolean {
	if (hostname.startsWith('[')) {
		return /^\[(::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/.test(hostname);
	}
	const octets = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(hostname);
	if (!octets) return !hostname.includes('.') || hostname.endsWith('.localhost');
	const [first, second] = [Number(octets[1]), Number(octets[2])];
	return (
		first === 127 ||
		first === 10 ||
		(first === 172 && second >= 16 && second <= 31) ||
		(first === 192 && second === 168) ||
		(first === 169 && second === 254)
	);
}
