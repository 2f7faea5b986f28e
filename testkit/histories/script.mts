/**
 * What happens in one history, as plain JSON: what the service does with each request, and what becomes
 * of the node. A script that breaks a property is printed, shrunk and replayed as it stands.
 */

import type { FormatName } from '../../nodes/shared/api/routes.ts';
import type { Creation } from './creations.mts';

/** `official` is Kling AI itself. */
export type ServiceKind = 'official' | 'relay' | 'gateway';

/** What the service does with the user's own IDs for tasks. */
export type ExternalIds =
	/** Keeps them, finds tasks by them, and takes each of them once. */
	| 'kept'
	/** Takes requests that have one, and forgets it. */
	| 'ignored'
	/** Refuses requests that have one. */
	| 'refused';

/** What the service answers when it is asked for a task by an external ID. */
export type LookUp =
	/** The task, or in Kling's own words that there is none. */
	| 'truth'
	/** The task without the ID that was asked for, or a bare 404. */
	| 'noEcho'
	// From here on nothing is said about the task.
	| 'reset'
	| 'timeout'
	| 'serverError'
	| 'tooMany'
	| 'webPage'
	| 'emptyBody'
	// From here on only relays and gateways: anything.
	| 'bareNotFound'
	| 'badRequest'
	| 'dataNull'
	| 'ownWords'
	| 'otherTask'
	| 'otherWithoutId'
	| 'otherTasks'
	| 'otherJson';

/** What the service answers when it is asked for tasks by their own IDs. */
export type Check =
	| 'truth'
	| 'stillRunning'
	| 'reset'
	| 'timeout'
	| 'serverError'
	| 'tooMany'
	| 'webPage'
	| 'otherJson'
	| 'notFound';

/** What becomes of a task. */
export interface Fate {
	ends: 'completed' | 'failed' | 'never' | 'withoutVideo';
	/** How long it takes; milliseconds. */
	after: number;
}

/** A moment: a step of a request (asked, carried out, answered), and some time after it. */
export interface Moment {
	/** Counted over all requests of the execution, three for each. */
	step: number;
	/** Milliseconds. */
	later: number;
}

export interface Execution {
	/** Which end it comes to before its own, if any. */
	ends?: 'stopped' | 'crashed';
	/** When. */
	at: Moment;
	/** The ledger of an execution that was stopped or has crashed was stored as it was at that moment. */
	isLedgerKept: boolean;
	/** The next execution runs in the same process, unless this one has crashed. */
	isProcessKept: boolean;
	/** The item whose request the user changes before this execution, which retries the one before. */
	changedItem?: number;
}

export interface Script {
	service: ServiceKind;
	format: FormatName;
	/** A model that Kling has not documented (4.0). */
	isUndocumented: boolean;
	externalIds: ExternalIds;
	items: number;
	maxConcurrency: number;
	/** On Error is Stop Workflow. */
	stopsOnFailure: boolean;
	/** Waits for the videos; otherwise they are only created. */
	waits: boolean;
	/** Milliseconds. */
	timeout: number;
	pollingInterval: number;
	onTimeout: 'error' | 'continue';
	/** Retry On Fail: how often the node is tried in each execution. */
	tries: number;
	/** The item whose expressions evaluate to something else at each try. */
	volatileItem?: number;
	/** In the order of the requests; when they are used up the service behaves. */
	creations: Creation[];
	lookUps: LookUp[];
	checks: Check[];
	/** In the order in which tasks are created. */
	fates: Fate[];
	/** Each retries or repeats the one before. */
	executions: Execution[];
}
