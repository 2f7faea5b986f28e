/** The whole check: free questions, then, if it is wanted, one video. */
import { today } from '../../testkit/cli/units.mts';
import { Checks } from './checks.mts';
import { cheapestVideo, checkPaid, type Pace } from './paid.mts';
import { Report } from './report.mts';
import type { Settings } from './settings.mts';

export interface RunOptions extends Pace {
	/** How long there is to change one's mind before a video is charged; milliseconds. */
	pause: number;
	/** Prints one line. */
	write(line: string): void;
}

export async function checkLive(
	{ connection, isPaid }: Settings,
	{ write, pause, ...pace }: RunOptions,
): Promise<Report> {
	const report = new Report(connection, write);
	const { kind } = connection.authentication;
	const host = connection.hasOwnBaseUrl ? 'an address of its own' : connection.baseUrl;
	report.say(`Kling API at ${host}, ${kind === 'apiKey' ? 'API key' : 'access key'}, ${today()}`);
	report.say('');
	await new Checks(connection, report).run();
	if (isPaid) {
		const cheapest = cheapestVideo(connection);
		const { displayName } = cheapest.target;
		report.say('');
		report.say(
			`Now one video is generated with ${displayName}, ${cheapest.request.duration} seconds. This is charged: ${cheapest.units} units by list price.`,
		);
		report.say(`Press Ctrl-C within ${Math.round(pause / 1000)} seconds to stop.`);
		await new Promise((resolve) => setTimeout(resolve, pause));
		try {
			await checkPaid(connection, report, cheapest, pace);
		} catch (error) {
			report.add('the video', 'unknown', [error instanceof Error ? error.message : String(error)]);
		}
	}
	report.conclude();
	return report;
}
