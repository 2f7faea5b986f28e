/** The wire formats, each with the routes of one capability: what they serve, and where tasks are asked for. */

/** What a node makes videos from. */
export type Capability = 'textToVideo' | 'imageToVideo';

interface Route {
	capability: Capability;
	/**
	 * Kling names models "kling-v3" in the body, and "kling-3.0" in the path (docs/kling-api.md#models);
	 * absent: either.
	 */
	modelNames?: 'body' | 'path';
	/** The format in which its tasks are asked for: some routes know all tasks. */
	askedIn: 'gateway' | 'v1' | 'path' | 'v1-image';
}

/** Of a capability the first one is preferred. */
const ROUTES_BY_NAME = {
	gateway: { capability: 'textToVideo', askedIn: 'gateway' },
	v1: { capability: 'textToVideo', modelNames: 'body', askedIn: 'v1' },
	path: { capability: 'textToVideo', modelNames: 'path', askedIn: 'path' },
	'v1-image': { capability: 'imageToVideo', modelNames: 'body', askedIn: 'v1-image' },
	'path-image': { capability: 'imageToVideo', modelNames: 'path', askedIn: 'path' },
} as const satisfies Readonly<Record<string, Route>>;

/** A wire format, and in it the routes of one capability. */
export type FormatName = keyof typeof ROUTES_BY_NAME;

const ROUTES: Readonly<Record<FormatName, Route>> = ROUTES_BY_NAME;

export const FORMAT_NAMES = Object.keys(ROUTES) as readonly FormatName[];

/** Whether it is the name of a wire format that this build knows. */
export function isFormatName(name: unknown): name is FormatName {
	return typeof name === 'string' && Object.hasOwn(ROUTES, name);
}

/** The format in which a task is asked for that was created in this one. */
export function askedIn(format: FormatName): FormatName {
	return ROUTES[format].askedIn;
}

/** Whether the format may know a model by this ID. */
export function takesModelId(format: FormatName, id: string): boolean {
	const named = /^kling-\d/.test(id) ? 'path' : 'body';
	return (ROUTES[format].modelNames ?? named) === named;
}

/**
 * The formats of a capability, the preferred one first.
 * @param asked the formats in which the credential asks for tasks; absent: whatever the credential
 */
export function formatsFor(
	capability: Capability,
	asked: readonly FormatName[] = FORMAT_NAMES,
): FormatName[] {
	return FORMAT_NAMES.filter(
		(format) => ROUTES[format].capability === capability && asked.includes(askedIn(format)),
	);
}
