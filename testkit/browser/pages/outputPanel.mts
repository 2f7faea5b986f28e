/** What a node has returned, on the right of its form. */
import type { Locator, Page } from 'playwright-core';
import { TEST_ID } from './selectors.mts';

export interface ShownError {
	message: string;
	description: string;
}

/** What is read of an HTMLVideoElement: the tests are compiled without the types of web pages. */
interface VideoElement {
	readyState: number;
	videoWidth: number;
	videoHeight: number;
	currentTime: number;
	duration: number;
	currentSrc: string;
	play(): Promise<void>;
	pause(): void;
	ontimeupdate: (() => void) | null;
}

export class OutputPanel {
	constructor(private readonly page: Page) {}

	/** Waits until the node has run without an error. */
	async waitForSuccess(): Promise<void> {
		await this.panel.getByTestId(TEST_ID.outputSuccess).waitFor();
	}

	/** Waits for the node's error. */
	async error(): Promise<ShownError> {
		const message = await this.panel.getByTestId(TEST_ID.errorMessage).innerText();
		const description = this.panel.getByTestId(TEST_ID.errorDescription);
		return {
			message: message.trim(),
			description: (await description.allInnerTexts()).join('\n').trim(),
		};
	}

	async show(tab: 'Schema' | 'Table' | 'JSON' | 'Binary'): Promise<void> {
		await this.panel.getByRole('radio', { name: tab, exact: true }).click();
	}

	/** The text of the tab that is open. */
	async text(): Promise<string> {
		return await this.panel.getByTestId(TEST_ID.outputData).innerText();
	}

	/** Opens the file of the Binary tab. */
	async viewBinary(): Promise<Video> {
		await this.panel.getByTestId(TEST_ID.viewBinary).click();
		const video = this.panel.locator('video');
		await video.waitFor();
		return new Video(video);
	}

	private get panel(): Locator {
		return this.page.getByTestId(TEST_ID.output);
	}
}

/** A video in the page. */
class Video {
	constructor(private readonly element: Locator) {}

	/** Plays the video from its start, for some tenths of a second. @throws what keeps the browser from playing it */
	async play() {
		return await this.element.evaluate(playUntil, 0.3);
	}

	/** Stops at a moment, in seconds. */
	async pauseAt(seconds: number): Promise<void> {
		await this.element.evaluate(playUntil, seconds);
	}
}

/** Runs in the page. n8n's files cannot be sought in: what is to be seen must have been played. */
async function playUntil(video: VideoElement, seconds: number) {
	video.currentTime = 0;
	await video.play();
	const startedAt = video.currentTime;
	await new Promise<void>((resolve) => {
		video.ontimeupdate = () => video.currentTime >= seconds && resolve();
	});
	video.pause();
	const { readyState, videoWidth, videoHeight, currentTime, duration, currentSrc } = video;
	return { readyState, videoWidth, videoHeight, currentTime, duration, currentSrc, startedAt };
}
