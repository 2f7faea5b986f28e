import {
	type ErrorKind,
	MEANINGS,
	type WhileChecking,
	type WhileCreating,
} from '../../../../../nodes/shared/api/errors/kinds';

const KINDS = Object.keys(MEANINGS) as ErrorKind[];

/** The kinds that something holds for. */
const kindsWhere = (holds: (kind: ErrorKind) => boolean) => KINDS.filter(holds).sort();

/** All decisions about errors, once more: a change of one is a change of what the node does. */
const WHILE_CREATING: Record<WhileCreating, ErrorKind[]> = {
	refused: [
		'badKey',
		'missingKey',
		'accountRestricted',
		'unpaid',
		'noUnits',
		'noQuota',
		'noPermission',
		'ipNotAllowed',
		'badRequest',
		'badParameter',
		'conflict',
		'tooLarge',
		'notFound',
		'modelUnavailable',
		'unsupported',
		'policy',
		'moderation',
		'refused',
		'redirected',
		'notTheApi',
		'idInUse',
		'taskFailed',
		'noVideo',
		'input',
		'credential',
		'timeLimit',
		'download',
	],
	unsent: ['inputFile', 'unreachable'],
	wait: ['rateLimited', 'concurrencyLimit', 'busy'],
	signAgain: ['tokenEarly', 'tokenExpired'],
	unknown: [
		'serverError',
		'proxyError',
		'maintenance',
		'overloaded',
		'webPage',
		'otherShape',
		'unreadable',
		'interrupted',
		'timeout',
		'aborted',
		'unknownOutcome',
		'stopped',
	],
};

const WHILE_CHECKING: Record<WhileChecking, ErrorKind[]> = {
	final: [
		'badKey',
		'missingKey',
		'accountRestricted',
		'unpaid',
		'noUnits',
		'noQuota',
		'noPermission',
		'ipNotAllowed',
		'conflict',
		'tooLarge',
		'modelUnavailable',
		'unsupported',
		'policy',
		'moderation',
		'refused',
		'redirected',
		'idInUse',
		'taskFailed',
		'noVideo',
		'input',
		'inputFile',
		'credential',
		'timeLimit',
		'unknownOutcome',
		'download',
	],
	absent: ['badRequest', 'badParameter', 'notFound'],
	unanswered: [
		'tokenEarly',
		'tokenExpired',
		'rateLimited',
		'concurrencyLimit',
		'busy',
		'serverError',
		'proxyError',
		'maintenance',
		'overloaded',
		'unreadable',
		'unreachable',
		'interrupted',
		'timeout',
	],
	notUnderstood: ['notTheApi', 'webPage', 'otherShape'],
	stopped: ['aborted', 'stopped'],
};

describe('the kinds of error', () => {
	it.each(Object.entries(WHILE_CREATING))('that mean "%s" while creating', (meaning, kinds) => {
		expect(kindsWhere((kind) => MEANINGS[kind].creating === meaning)).toEqual([...kinds].sort());
	});

	it.each(Object.entries(WHILE_CHECKING))('that mean "%s" while checking', (meaning, kinds) => {
		expect(kindsWhere((kind) => MEANINGS[kind].checking === meaning)).toEqual([...kinds].sort());
	});

	it('that may be about an external task ID in use', () => {
		expect(kindsWhere((kind) => 'mayBeIdInUse' in MEANINGS[kind])).toEqual([
			'badParameter',
			'badRequest',
			'conflict',
		]);
	});

	it('that may be about a route of one format only', () => {
		expect(kindsWhere((kind) => 'isAboutRoute' in MEANINGS[kind])).toEqual(['unsupported']);
	});

	it('that only an account with a good key gets', () => {
		expect(kindsWhere((kind) => 'provesKey' in MEANINGS[kind])).toEqual([
			'noQuota',
			'noUnits',
			'rateLimited',
			'unpaid',
		]);
	});

	it('after which a video may exist are not taken for an answer while checking', () => {
		const neverAnswers = kindsWhere((kind) => MEANINGS[kind].creating === 'unknown');
		expect(neverAnswers.filter((kind) => MEANINGS[kind].checking === 'absent')).toEqual([]);
	});
});
