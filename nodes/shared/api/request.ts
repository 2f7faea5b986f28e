/** What a video is created from, before any wire format: validated parameters. */

export type Mode = 'std' | 'pro' | '4k';

export type AspectRatio = '16:9' | '9:16' | '1:1' | '3:2' | '2:3' | '3:4' | '4:3' | '21:9';

/** Settings that a wire format, or a model in it, may or may not take. */
export type RequestFeature = 'watermark' | 'externalTaskId' | 'callbackUrl';

/** Moves the camera by an amount. */
export type CameraAxis = 'horizontal' | 'pan' | 'roll' | 'tilt' | 'vertical' | 'zoom';

/** Moves the camera in a way of its own, without an amount. */
export type CameraPreset = 'down_back' | 'forward_up' | 'left_turn_forward' | 'right_turn_forward';

export type CameraControl =
	| {
			type: CameraAxis;
			/** -10 to 10, not zero; negative reverses the direction. */
			value: number;
	  }
	| { type: CameraPreset };

export interface Shot {
	/** 1 to 512 code points. */
	prompt: string;
	/** Whole seconds. */
	duration: number;
}

/** `intelligence`: Kling splits the prompt. `customize`: the shots are given and add up to the duration. */
export type MultiShot =
	| { shotType: 'intelligence' }
	| { shotType: 'customize'; shots: readonly Shot[] };

/** Limits that hold for every model. Source: docs/kling-api.md#limits. */
export const LIMITS = {
	/** Of the negative prompt, and of the prompt where the model takes no more; in code points. */
	promptLength: 2500,
	/** Of camera movements, in both directions. */
	cameraValue: 10,
	shots: 6,
	/** Of one shot's prompt, in code points. */
	shotPromptLength: 512,
} as const;

/** A value of the registry's, or one of a custom model that nobody here knows. */
export type Open<Value extends string> = Value | (string & {});

/** Where an image is. */
export type Image =
	| { kind: 'url'; url: string }
	/** Raw Base64. */
	| { kind: 'data'; base64: string }
	/** A file of an input item, which is read when it is sent. */
	| {
			kind: 'file';
			/** From 0. */
			itemIndex: number;
			/** Where n8n finds it: the name of a field, a path into the item's JSON, or n8n's object for it. */
			field: string | object;
			/** Tells files apart without reading them. */
			fingerprint: string;
			/** Its size. */
			bytes: number;
	  };

export interface VideoRequest {
	/** As long as the model allows; may be empty only when the shots have their own prompts. */
	prompt: string;
	mode: Open<Mode>;
	/** Seconds. */
	duration: number;
	/** Absent where the first frame sets it. */
	aspectRatio?: Open<AspectRatio>;
	/** The image that the video begins with; absent for text to video. */
	firstFrame?: Image;
	/** The image that it ends with. */
	lastFrame?: Image;
	negativePrompt?: string;
	/** 0 to 1; higher keeps closer to the prompt. */
	cfgScale?: number;
	cameraControl?: CameraControl;
	/** Whether the video has sound. */
	sound?: boolean;
	multiShot?: MultiShot;
	/** Whether to generate a watermarked copy as well. */
	watermark?: boolean;
	/** The user's own ID for the task, unique in the account. */
	externalTaskId?: string;
	/** Where Kling posts every change of the task's status. */
	callbackUrl?: string;
	/** Merged into the request's body, last; changes neither model nor external task ID. */
	additionalBody?: Readonly<Record<string, unknown>>;
}
