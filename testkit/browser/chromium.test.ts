import { findChromium } from './chromium.mts';

describe('without a browser', () => {
	it('the tests say how to install one', () => {
		expect(() => findChromium({ PATH: '/no/such/folder' }, [])).toThrow(
			/found none\. Install it, on Debian with "apt-get install chromium"/,
		);
	});

	it('a wrong environment variable CHROMIUM is named, and nothing else is taken', () => {
		expect(() => findChromium({ CHROMIUM: '/no/such/chromium', PATH: '/usr/bin' })).toThrow(
			'CHROMIUM names no program: /no/such/chromium',
		);
	});
});
