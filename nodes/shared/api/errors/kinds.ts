/**
 * Every kind of error this package knows, and what each means: while a video is created, where money
 * is at stake, and while something is checked, where asking again costs nothing. All decisions about
 * an error are made from this table; what users read about a kind stands in n8n/words/errors.ts.
 */

/**
 * What an error says about a request to create a video: what it means where it is proven that nothing was
 * created (creation.ts), and so what another request may bring.
 */
export type WhileCreating =
	/** The same answer again. */
	| 'refused'
	/** Nothing was sent: it may arrive the next time. */
	| 'unsent'
	/** A video, once a limit allows it. */
	| 'wait'
	/** A video, with a newly signed token. */
	| 'signAgain'
	/** The error proves nothing: created or not, nobody knows. */
	| 'unknown';

/** What an error says about a request that only asks. */
export type WhileChecking =
	/** The answer stands. */
	| 'final'
	/** There is no such thing. */
	| 'absent'
	/** No answer: asking again may bring one. */
	| 'unanswered'
	/** Something answered that does not understand the question: a web page, other JSON. */
	| 'notUnderstood'
	/** The execution was stopped. */
	| 'stopped';

export interface ErrorMeaning {
	creating: WhileCreating;
	checking: WhileChecking;
	/** The refusal may be about the external task ID: Kling has no code of its own for one in use. */
	mayBeIdInUse?: true;
	/** The service does not know the route: it may have that of another format. */
	isAboutRoute?: true;
	/** Only an account with a good key gets this answer. */
	provesKey?: true;
}

const FINAL = { creating: 'refused', checking: 'final' } as const satisfies ErrorMeaning;

const SERVER_TROUBLE = {
	creating: 'unknown',
	checking: 'unanswered',
} as const satisfies ErrorMeaning;

const LIMIT = { creating: 'wait', checking: 'unanswered' } as const satisfies ErrorMeaning;

export const MEANINGS = {
	// The key and the account.
	badKey: FINAL,
	missingKey: FINAL,
	tokenEarly: { creating: 'signAgain', checking: 'unanswered' },
	tokenExpired: { creating: 'signAgain', checking: 'unanswered' },
	accountRestricted: FINAL,
	unpaid: { ...FINAL, provesKey: true },
	noUnits: { ...FINAL, provesKey: true },
	/** A relay's own account has nothing left. */
	noQuota: { ...FINAL, provesKey: true },
	noPermission: FINAL,
	ipNotAllowed: FINAL,

	// The request. What services answer to an ID they do not know is documented nowhere: both 400 and 404 are seen.
	badRequest: { creating: 'refused', checking: 'absent', mayBeIdInUse: true },
	badParameter: { creating: 'refused', checking: 'absent', mayBeIdInUse: true },
	conflict: { ...FINAL, mayBeIdInUse: true },
	/** Larger than the service takes. */
	tooLarge: FINAL,
	notFound: { creating: 'refused', checking: 'absent' },
	/** The service does not offer the model. */
	modelUnavailable: FINAL,
	unsupported: { ...FINAL, isAboutRoute: true },
	policy: FINAL,
	moderation: FINAL,
	refused: FINAL,

	// Limits, which pass.
	rateLimited: { ...LIMIT, provesKey: true },
	concurrencyLimit: LIMIT,
	busy: LIMIT,

	// Trouble at Kling or in front of it.
	serverError: SERVER_TROUBLE,
	proxyError: SERVER_TROUBLE,
	maintenance: SERVER_TROUBLE,
	overloaded: SERVER_TROUBLE,

	// Answers that are none of the Kling API's.
	redirected: FINAL,
	notTheApi: { creating: 'refused', checking: 'notUnderstood' },
	webPage: { creating: 'unknown', checking: 'notUnderstood' },
	otherShape: { creating: 'unknown', checking: 'notUnderstood' },
	unreadable: SERVER_TROUBLE,

	// No answer at all.
	unreachable: { creating: 'unsent', checking: 'unanswered' },
	interrupted: SERVER_TROUBLE,
	timeout: SERVER_TROUBLE,
	aborted: { creating: 'unknown', checking: 'stopped' },

	// What became of a task.
	idInUse: FINAL,
	taskFailed: FINAL,
	noVideo: FINAL,

	// Found out without asking Kling.
	input: FINAL,
	/** n8n does not give out a file of the item. */
	inputFile: { creating: 'unsent', checking: 'final' },
	credential: FINAL,
	timeLimit: FINAL,
	unknownOutcome: { creating: 'unknown', checking: 'final' },
	stopped: { creating: 'unknown', checking: 'stopped' },
	download: FINAL,
} as const satisfies Record<string, ErrorMeaning>;

export type ErrorKind = keyof typeof MEANINGS;
