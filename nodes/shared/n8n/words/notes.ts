/** What users read that is no error: hints, log lines, replies to callbacks, the credential test, downloads. */

import type { Region } from '../../api/connection';
import { maskKeys } from '../../api/mask';
import type { Cost } from '../../api/task';
import type { Progress } from '../../engine/runBatch';
import { isExplained, wordsOf } from './errors';
import { LABELS, REGION_LABELS } from './labels';
import { ADDRESS_VARIABLE, USE_POLLING } from './parameters';
import type { Words } from './phrases';

/** What becomes of the money and the video of an item that failed. */
export const consequences = {
	mayHaveStarted: (externalTaskId: string | undefined): string =>
		`the video may have been started${externalTaskId === undefined ? '' : ` with the external task ID ${externalTaskId}`}`,
	checkConsole:
		'The video may have been started and charged anyway. Check the service’s console before you create it again.',
	notCharged: 'You were not charged.',
	stillRunning: 'Kling is still working on it. Retrieve the video later with Get Status.',
	otherIdsInUse: (tasks: readonly string[]): string =>
		`These external task IDs are already in use: ${tasks.join(', ')}.`,
	otherTasks: (tasks: readonly string[]): string =>
		`Other tasks of this run (retrieve their videos with Get Status): ${tasks.join(', ')}.`,
	othersMayHaveStarted: (items: readonly string[]): string =>
		`These items may have been started as well: ${items.join(', ')}.`,
	noneCreated: 'No videos were created.',
	canceled: 'The execution was canceled',
};

/** Execution hints and log lines. */
export const notes = {
	reused: (count: number): string =>
		`Reused ${count} ${count === 1 ? 'video' : 'videos'} from an earlier attempt.`,
	finished: (finished: number, failed: number): string =>
		`Videos finished: ${finished}, failed: ${failed}.`,
	charged: (costs: readonly Cost[], estimate: number | undefined): string =>
		`Charged: ${costs.map(costOf).join(', ')}.${estimate === undefined ? '' : ` Estimate by list price: ${estimate} units.`}`,
	progress: ({ waiting, running, finished, failed }: Progress): string =>
		`Kling: ${finished} finished, ${running} running, ${waiting} waiting, ${failed} failed`,
	canceled: (details: string): string => `Kling: the execution was canceled. ${details}`,
	listCut: `Not all tasks were read: the list has more than 200 pages. To read only the newest ones, set '${LABELS.createdAfter}'.`,
	privateCallback: (host: string): string =>
		`Kling’s callback goes to ${host}, which is only reachable on your network. Set ${ADDRESS_VARIABLE} to n8n’s public address, or ${USE_POLLING}.`,
	checkNotReceived: (httpStatus: number, host: string): string =>
		`Kling: n8n didn’t receive the node’s own check of a suspended execution. Something in front of it answered at ${host} (HTTP ${httpStatus}), and callbacks from Kling may end there, too. Let POST requests to n8n’s resume URLs pass without a log-in.`,
	callbackNotHandled: (error: unknown): string =>
		`Kling: a callback couldn’t be handled. ${reasonOf(error)}`,
	callbackIgnored: (error: unknown): string =>
		`Kling: ignored a callback that Kling doesn’t confirm. ${reasonOf(error)}`,
};

/** What callers of a webhook are told. */
export const answers = {
	badSignature: 'The signature is not valid',
	noSecret:
		"The Kling API credential has no 'Webhook Secret'. Add one, or turn off 'Verify Signature' in the Kling Trigger.",
	notACallback: 'Not a Kling callback',
	notSelected: 'Status not selected',
	notConfirmed: 'Task not confirmed by Kling',
	otherStatus: 'Task has a different status',
	repeated: 'Already delivered',
	received: 'Received',
	tryLater: 'The callback can’t be handled at the moment',
	stillWaiting: 'Still waiting',
	otherTask: 'Not a task of this execution',
	resuming: 'Resuming',
	alreadyResuming: 'Already resuming',
};

/** What the credential's Test button shows. n8n shows the message of a failed test only. */
export const testWords = {
	accepted: 'The key is valid',
	unproven: 'The service speaks the Kling API, but doesn’t say whether the key is valid',
	otherRegion: (region: Region): string =>
		`Kling accepts the key only in another region. Set 'Region' in the Kling API credential to ${REGION_LABELS[region]}.`,
	failed: ({ message, description }: Words): string => `${message}. ${description}`,
};

/** Why a file could not be downloaded. */
export const downloadReasons = {
	noVideo: (type: string): string => `the file host sent ${type} instead of a video`,
	status: (httpStatus: number): string => `the file host answered HTTP ${httpStatus}`,
	empty: 'the file is empty',
	short: (bytes: number, announced: number): string =>
		`only ${bytes} of ${announced} bytes arrived`,
	interrupted: (detail: string): string => `the download was interrupted (${detail})`,
	unreachable: (detail: string): string => `the file host can’t be reached (${detail})`,
	stalled: 'the download stalled',
	tooSlow: (minutes: number): string => `the download took longer than ${minutes} minutes`,
	tooLarge: 'the file is too large for a video',
	redirectsTooOften: 'the file host redirects too often',
	noWebAddress: (isRedirect: boolean): string =>
		isRedirect
			? 'the file host redirects to something that isn’t a valid URL'
			: 'its URL isn’t valid',
	ownNetwork: (host: string, isRedirect: boolean): string =>
		isRedirect
			? `the file host redirects to ${host}, which is on your own network`
			: `its address is on your own network (${host})`,
};

/** An error's reason in one line, for the log. */
function reasonOf(error: unknown): string {
	return maskKeys(isExplained(error) ? `${wordsOf(error).message}.` : String(error));
}

function costOf({ amount, unit }: Cost): string {
	return unit === 'balance' ? `${amount} from the balance` : `${amount} ${unit}`;
}
