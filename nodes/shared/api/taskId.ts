/** What can be the ID of a task: IDs come from replies and from users, and become part of addresses. */

/**
 * The longest ID. Those of Kling have 18 digits, relays' own up to some 200 characters; and twenty of
 * them, which one query may name, stay below the 8 kB that servers commonly take as an address.
 */
export const MAX_ID_LENGTH = 256;

/** Control characters, halves of surrogate pairs (which no address can carry), line separators. */
const UNUSABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether a text can be a task's ID. */
export function isSafeId(id: string): boolean {
	// Encoded or not, some server on the way would follow the dots to another route.
	const climbs = () => id.split(/[/\\]/).some((part) => part === '.' || part === '..');
	return id.length <= MAX_ID_LENGTH && id.trim() !== '' && canBeSent(id) && !climbs();
}

/** Whether an ID can be written into an address, encoded. */
export function canBeSent(id: string): boolean {
	return !UNUSABLE.test(id);
}

/** Leaves room for an ending and for what users put in front: file systems take 255 bytes. */
const MAX_FILE_NAME_LENGTH = 100;

/**
 * Makes a file's name, without ending, from a task's ID: letters, digits, dot, hyphen, underscore. With
 * a hyphen in front programs would take it for an option.
 */
export function safeFileName(id: string): string {
	const name = id
		.slice(0, MAX_FILE_NAME_LENGTH)
		.replace(/[^A-Za-z0-9._-]+/g, '_')
		.replace(/^[.-]+|\.+$/g, '');
	return /[A-Za-z0-9]/.test(name) ? name : 'video';
}
