/** How a row of the fault matrix is written down. */
import type { FaultAction, RelayName } from '../../emulator/index.mts';
import type { ErrorKind } from '../../nodes/shared/api/errors/kinds.ts';

export const OPERATIONS = ['create', 'createAndWait', 'getStatus', 'getMany'] as const;
export type Operation = (typeof OPERATIONS)[number];

export const FORMATS = ['gateway', 'v1', 'path'] as const;
export type Format = (typeof FORMATS)[number];

/** On Error: Stop Workflow; On Error: Continue; Retry On Fail with three tries. */
export const MODES = ['stop', 'continue', 'retry'] as const;
export type Mode = (typeof MODES)[number];

export interface FaultSpec {
	/**
	 * Which requests it hits:
	 * - `request`: those that make up the operation: create, query, list;
	 * - `create`; `download`;
	 * - `check`: status checks, of one task or of several together; `list`: only those by a list;
	 * - `lookUp`: lookups by the external task ID that the node or the user gave a task.
	 */
	on: 'request' | 'create' | 'check' | 'list' | 'lookUp' | 'download';
	/** Of which item, from 0; absent: of all. */
	item?: number;
	/** How many requests; of all items' create requests, each item's so many. */
	times?: number | 'forever';
	/** How many pass before. */
	skip?: number;
	/** From the moment all tasks exist, for so long; milliseconds. */
	forMs?: number;
	action: FaultAction | Readonly<Record<Format, FaultAction>>;
	/** In all formats, not only in the cell's. */
	isEverywhere?: true;
	/** Whether such a request is sent at all is up to the node. */
	isPerhaps?: true;
}

/**
 * - `start`: before the node runs;
 * - `creating`: all create requests are on their way; `created`: the node knows all tasks;
 * - `refused`: a create request was refused because of a limit;
 * - `checking`, `downloading`: the first such request is on its way.
 */
export type Moment = 'start' | 'creating' | 'created' | 'refused' | 'checking' | 'downloading';

export interface EventSpec {
	at: Moment;
	/**
	 * - `stop`: somebody presses Stop;
	 * - `crash`: the worker crashes, and another one restarts the same execution;
	 * - `finish`: the node finishes, and then the worker crashes, with the same consequence;
	 * - `jump`: the clock of n8n's server is set, by so many milliseconds;
	 * - `shut`: connections are refused until so many have been.
	 */
	does: 'stop' | 'crash' | 'finish' | { jump: number } | { shut: number };
}

export interface Setting {
	/** The account's concurrency limit. */
	concurrency?: number;
	/** Wait Options. */
	wait?: Readonly<Record<string, unknown>>;
	/** Every item has an External Task ID, `order-0`, `order-1` … */
	named?: boolean;
	/** Another video has item 1's External Task ID already, for so long; milliseconds. */
	inUse?: number;
	/** Every item sets it; units. */
	costLimit?: number;
	authentication?: 'accessKey';
	/** The service only forwards Kling's API, in its words or in a dialect. */
	relay?: 'forwards' | RelayName;
	/** The base URL says https, where nobody speaks it. */
	https?: boolean;
}

export interface Ending {
	/** `charged/delivered/reported`; see `judge.mts`. */
	counts: string;
	/** What fails; absent: nothing does. */
	fails?: Failure;
}

/** What the user is told of what failed. */
export interface Failure {
	/** Every error is of one of these kinds. */
	kinds: readonly ErrorKind[];
	/** The user is told that a video may have been started; otherwise not, unless it is up to chance. */
	mayHaveStarted?: true | 'perhaps';
	/** Why the task failed, or the file could not be downloaded; may have slots. */
	reason?: string;
}

/** How a cell ends under each setting of On Error, or why the fault cannot happen there. */
export type Expectation = Readonly<Record<Mode, Ending>> | { none: string };

/** One for all formats, or one for each. */
export type Expected = Expectation | Readonly<Record<Format, Expectation>>;

/** What one attempt of the node may take at most, with its three items. */
export interface Bounds {
	/** Of virtual time. */
	minutes: number;
	/** Of all kinds, downloads included. */
	requests: number;
}

/** Of every row that sets no closer ones: what the node's own limits come to, and a half more. */
export const BOUNDS: Readonly<Record<Operation, Bounds>> = {
	// Limits are waited out for 5 minutes; trouble is repeated 8 times in these, each with a lookup.
	create: { minutes: 8, requests: 70 },
	// Three tries of a file, of 2.5 minutes each when it stalls. Checks are few: they are shared.
	createAndWait: { minutes: 12, requests: 70 },
	getStatus: { minutes: 12, requests: 18 },
	// Three requests, two formats.
	getMany: { minutes: 5, requests: 10 },
};

export interface Row {
	name: string;
	faults?: readonly FaultSpec[];
	event?: EventSpec;
	/** What goes wrong when the execution is restarted, instead of `faults`. */
	afterwards?: readonly FaultSpec[];
	/** The second attempt of Retry On Fail finds everything in order. */
	passes?: boolean;
	setting?: Setting;
	/** Closer than BOUNDS. */
	bounds?: Partial<Bounds>;
	cells: Readonly<Record<Operation, Expected>>;
}

export function isNone(expectation: Expectation): expectation is { none: string } {
	return 'none' in expectation;
}

/** What is expected of one cell. */
export function expectationOf(row: Row, operation: Operation, format: Format): Expectation {
	if (operation === 'getMany' && format === 'gateway') return none('Gateways have no list');
	const expected = row.cells[operation];
	return 'gateway' in expected ? expected[format] : expected;
}

export function none(reason: string): Expectation {
	return { none: reason };
}

/** Nothing fails. */
export function fine(counts = '3/3/3'): Expectation {
	return { stop: { counts }, continue: { counts }, retry: { counts } };
}

type Counts = string | Ending;

/** Something fails, in the same way unless the ending is given with a failure of its own. */
export function failing(
	failure: ErrorKind | readonly ErrorKind[] | Failure,
	endings: Readonly<Record<Mode, Counts>>,
): Expectation {
	const isWhole = typeof failure === 'object' && 'kinds' in failure;
	const fails: Failure = isWhole ? failure : { kinds: [failure].flat() };
	const toEnding = (ending: Counts): Ending =>
		typeof ending === 'string' ? { counts: ending, fails } : ending;
	return {
		stop: toEnding(endings.stop),
		continue: toEnding(endings.continue),
		retry: toEnding(endings.retry),
	};
}

/** Kling AI in one way, gateways in another. */
export function each(official: Expectation, gateway: Expectation): Expected {
	return { gateway, v1: official, path: official };
}
