/** Measurements as a report shows them. */

/** @param ms milliseconds */
export function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}

/** @param ms milliseconds */
export function milliseconds(ms: number): string {
	return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}

export function ratio(value: number): string {
	return `${value.toFixed(2)} ×`;
}

/** @param share of one */
export function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}

/** Year, month and day. */
export function today(): string {
	return new Date().toISOString().slice(0, 10);
}

export function count(value: number): string {
	return value.toFixed(2);
}

export const MEBIBYTE = 2 ** 20;

export function mebibytes(bytes: number): string {
	return `${(bytes / MEBIBYTE).toFixed(0)} MiB`;
}

export function kibibytes(bytes: number): string {
	return `${(bytes / 1024).toFixed(1)} KiB`;
}
