/** What a video is asked for with, before any wire format: the validated form. */

export type Mode = 'std' | 'pro' | '4k';

export type AspectRatio = '16:9' | '9:16' | '1:1' | '3:2' | '2:3' | '3:4' | '4:3';

/** The six camera axes; each is moved by an amount. */
export type CameraAxis = 'horizontal' | 'pan' | 'roll' | 'tilt' | 'vertical' | 'zoom';

/** Limits that hold for every model. Sources: seed document; kling-api.md, section 3.1. */
export const LIMITS = {
	/** Of prompt and negative prompt, in code points. */
	promptLength: 2500,
	/** Of camera movements, in both directions. */
	cameraValue: 10,
} as const;

export interface CameraControl {
	type: CameraAxis;
	/** -10 to 10, not zero; negative reverses the direction. */
	value: number;
}

export interface VideoRequest {
	/** 1 to 2,500 code points. */
	prompt: string;
	mode: Mode;
	/** Seconds. */
	duration: number;
	aspectRatio: AspectRatio;
	negativePrompt?: string;
	/** 0 to 1; higher keeps closer to the prompt. */
	cfgScale?: number;
	cameraControl?: CameraControl;
}
