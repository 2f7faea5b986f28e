import { z, type ZodTypeAny } from 'zod';

import {
	CAMERA_LABELS,
	MODE_LABELS,
	type Parameter,
} from '../../../../nodes/shared/n8n/words/labels';
import { InputError } from '../../../../nodes/shared/n8n/words/errorClasses';
import { parameterWords } from '../../../../nodes/shared/n8n/words/parameters';
import type { Words } from '../../../../nodes/shared/n8n/words/phrases';
import {
	boolean,
	check,
	choices,
	fieldsOf,
	idText,
	modelIdText,
	numberIn,
	oneOf,
	optional,
	plainChoices,
	text,
	unsupported,
	webAddress,
	wholeNumberIn,
	withDefault,
} from '../../../../nodes/shared/parameters/fieldTypes';

/** What a field type makes of a value, or the words with which it refuses it. */
function read(schema: ZodTypeAny, value: unknown): unknown {
	try {
		return check(schema, value, 'model');
	} catch (error) {
		expect(error).toBeInstanceOf(InputError);
		return (error as InputError).words;
	}
}

const MODE_NAMES = { std: ['720p'], pro: ['1080p'], '4k': [] };

/** Checks that a value is refused in these words, about this parameter. */
function expectRefused(schema: ZodTypeAny, value: unknown, parameter: string, words: Words) {
	const checking = () => check(schema, value, 'model');
	expect(checking).toThrow(InputError);
	expect(checking).toThrow(expect.objectContaining({ kind: 'input', parameter, words }));
}

describe('text', () => {
	it.each([
		['a cat', 'a cat'],
		['  a cat\n', 'a cat'],
		[7, '7'],
		[0.5, '0.5'],
		['貓', '貓'],
	])('is read from %j', (given, expected) => {
		expect(read(text('prompt', 1), given)).toBe(expected);
	});

	it.each(['', ' \n\t', null, undefined])('is empty: %j', (given) => {
		expectRefused(text('prompt', 1), given, 'prompt', parameterWords.empty('prompt'));
		expect(read(text('prompt', 0), given)).toBe('');
	});

	it.each([[{ a: 1 }], [['a cat']], [true]])('is not %j', (given) => {
		expectRefused(text('prompt', 1), given, 'prompt', parameterWords.notText('prompt'));
	});

	it('is as long as its code points: an emoji is one character', () => {
		expect(read(text('prompt', 1, 3), '🐈🐈🐈')).toBe('🐈🐈🐈');
		expect(read(text('prompt', 1, 3), ' abc ')).toBe('abc');
		expectRefused(
			text('prompt', 1, 3),
			'🐈🐈🐈🐈',
			'prompt',
			parameterWords.tooLong('prompt', 4, 3),
		);
	});
});

describe('a number', () => {
	const schema = numberIn('cfgScale', 0, 1);

	it.each([
		[0, 0],
		[1, 1],
		[0.5, 0.5],
		['0.5', 0.5],
		[' 1 ', 1],
		['1e-1', 0.1],
		['.5', 0.5],
	])('is read from %j', (given, expected) => {
		expect(read(schema, given)).toBe(expected);
	});

	it.each([-0.1, 1.1, '2', 'much', '', ' ', true, null, undefined, NaN, Infinity, [0.5], { a: 1 }])(
		'is refused: %p',
		(given) => {
			expectRefused(schema, given, 'cfgScale', parameterWords.outOfRange('cfgScale', given, 0, 1));
		},
	);

	it('may have to be a whole one', () => {
		const whole = wholeNumberIn('maxConcurrency', 1, 1000);
		expect(read(whole, '20')).toBe(20);
		expect(read(whole, 3.0)).toBe(3);
		expectRefused(whole, '2.5', 'maxConcurrency', parameterWords.notWhole('maxConcurrency', 2.5));
		expectRefused(
			whole,
			0,
			'maxConcurrency',
			parameterWords.outOfRange('maxConcurrency', 0, 1, 1000),
		);
	});
});

describe('a number with a unit', () => {
	it.each<[Parameter, string, number]>([
		['pollingInterval', '10 s', 10],
		['pollingInterval', '10seconds', 10],
		['timeout', '30 min', 30],
		['timeout', '1 minute', 1],
		['costLimit', '5 units', 5],
	])('%s: %j', (parameter, given, expected) => {
		expect(read(numberIn(parameter, 0, 100), given)).toBe(expected);
	});

	it.each<[Parameter, string]>([
		['pollingInterval', '10 min'],
		['timeout', '30 s'],
		['timeout', '1 hour'],
		['costLimit', '5 $'],
		['costLimit', 'Infinity'],
		['limit', '5 tasks'],
	])('%s: not %j', (parameter, given) => {
		expectRefused(
			numberIn(parameter, 0, Infinity),
			given,
			parameter,
			parameterWords.outOfRange(parameter, given, 0, Infinity),
		);
	});
});

it.each([
	['half a surrogate pair', 'kling-\ud800'],
	['a line break', 'kling\r\nv9'],
])('the ID of a model can’t hold %s', (_name, id) => {
	const schema = modelIdText('customModel');
	expectRefused(schema, id, 'customModel', parameterWords.noId('customModel'));
	expect(read(schema, ' a/b-v9 ')).toBe('a/b-v9');
});

/** More than any text that is meant for a parameter. */
const HUGE = 'x'.repeat(5_000_000);

describe('what is far too long', () => {
	it.each<[name: string, schema: ZodTypeAny, value: unknown]>([
		['text', text('prompt', 1, 2500), HUGE],
		['text without a limit', text('customModel', 1), HUGE],
		['an ID', idText('taskId'), HUGE],
		['a number', numberIn('cfgScale', 0, 1), '1'.repeat(5_000_000)],
		['a list for a number', numberIn('cfgScale', 0, 1), Array(1_000_000).fill(1)],
		['an option', oneOf('mode', choices(['std'], MODE_LABELS)), HUGE],
		['an object for an option', oneOf('mode', choices(['std'], MODE_LABELS)), { a: [HUGE] }],
		['a list for an option', oneOf('mode', choices(['std'], MODE_LABELS)), Array(1e6).fill('std')],
		['a choice of a model', oneOf('mode', [], undefined, 'Kling 2.6'), HUGE],
		['true or false', boolean('sound'), HUGE],
		['an address', webAddress('callbackUrl'), `https://example.com/${HUGE}`],
		['blanks', text('prompt', 1), ' '.repeat(5_000_000)],
	])('is refused in few words: %s', (_name, schema, given) => {
		const { message, description } = read(schema, given) as Words;
		expect(message.length).toBeLessThan(250);
		expect(description.length).toBeLessThan(250);
	});
});

describe('true or false', () => {
	it.each([
		[true, true],
		['true', true],
		['TRUE', true],
		[' True\n', true],
		['yes', true],
		['on', true],
		['1', true],
		[1, true],
		[false, false],
		['false', false],
		['FALSE', false],
		['no', false],
		['Off', false],
		['0', false],
		[0, false],
	])('is read from %j', (given, expected) => {
		expect(read(boolean('sound'), given)).toBe(expected);
	});

	it.each(['maybe', 'y', '2', 2, -1, '', null, undefined, [], {}, 'truee'])(
		'is refused: %j',
		(given) => {
			expectRefused(boolean('sound'), given, 'sound', parameterWords.notBoolean('sound', given));
		},
	);
});

describe('an option', () => {
	const ALL = choices(['std', 'pro', '4k'], MODE_LABELS);
	const mode = oneOf('mode', choices(['std', 'pro'], MODE_LABELS), ALL, 'Kling 2.6');

	it.each([
		['std', 'std'],
		['pro', 'pro'],
		['Pro', 'pro'],
		[' PRO\n', 'pro'],
		['Professional', 'pro'],
		['professional', 'pro'],
		[' Standard ', 'std'],
	])('is read by its value or its label: %j', (given, expected) => {
		expect(read(mode, given)).toBe(expected);
	});

	it.each([
		['4k', '4K'],
		['4K', '4K'],
		[' 4k ', '4K'],
		['best', 'best'],
		['', ''],
		[7, 7],
		[null, null],
		[undefined, undefined],
		[{ a: 1 }, { a: 1 }],
		[['pro'], ['pro']],
		[true, true],
	])('that is not supported is called by its label: %j', (given, called) => {
		expectRefused(
			mode,
			given,
			'mode',
			parameterWords.notSupported('mode', called, 'Kling 2.6', ['Standard', 'Professional']),
		);
	});

	it.each([
		['720p', 'std'],
		['1080P', 'pro'],
		['pro_', 'pro'],
	])('is read by another of its names: %j', (given, expected) => {
		const named = oneOf('mode', choices(['std', 'pro'], MODE_LABELS, MODE_NAMES));
		expect(read(named, given)).toBe(expected);
	});

	it('is read with a label of several words', () => {
		const type = oneOf('cameraType', choices(['down_back', 'zoom'], CAMERA_LABELS));
		expect(read(type, 'Down and Back')).toBe('down_back');
		expect(read(type, 'DOWN_BACK')).toBe('down_back');
		expectRefused(
			type,
			'down',
			'cameraType',
			parameterWords.notAChoice('cameraType', 'down', ['Down and Back', 'Zoom']),
		);
	});

	const ratio = oneOf('aspectRatio', plainChoices(['16:9', '9:16']), undefined, 'Kling 2.6');

	it.each([
		['9:16', '9:16'],
		[' 9:16', '9:16'],
		['16:9 ', '16:9'],
	])('is read with stray blanks: %j', (given, expected) => {
		expect(read(ratio, given)).toBe(expected);
	});

	const duration = oneOf('duration', plainChoices([5, 10]), undefined, 'Kling 2.6');

	it.each([
		[10, 10],
		['10', 10],
		[' 5 ', 5],
		['5.0', 5],
		['1e1', 10],
		['5s', 5],
		['10 sec.', 10],
		['5 Seconds', 5],
	])('is read from a number or its text: %j', (given, expected) => {
		expect(read(duration, given)).toBe(expected);
	});

	it.each([7, '7', '7s', '5m', '5 minutes', '0x5', 's', '', ' ', null, true, 5.5])(
		'is refused when it is none: %j',
		(given) => {
			expectRefused(
				duration,
				given,
				'duration',
				parameterWords.notSupported('duration', given, 'Kling 2.6', ['5', '10']),
			);
		},
	);
});

describe('a web address', () => {
	it.each([
		['https://n8n.example.com/webhook/kling', 'https://n8n.example.com/webhook/kling'],
		[' https://n8n.example.com ', 'https://n8n.example.com'],
		['http://localhost:5678/webhook', 'http://localhost:5678/webhook'],
	])('is read from %j', (given, expected) => {
		expect(read(webAddress('callbackUrl'), given)).toBe(expected);
	});

	it.each(['http://n8n.example.com', 'n8n.example.com', 'ftp://n8n.example.com', 'kling'])(
		'is refused: %j',
		(given) => {
			expectRefused(
				webAddress('callbackUrl'),
				given,
				'callbackUrl',
				parameterWords.noUrl('callbackUrl', given),
			);
		},
	);
});

describe('an option that need not be set', () => {
	const known = optional(boolean('sound'));
	const unknown = unsupported('sound', 'Kling 2.6');

	it.each([undefined, null, '', '  '])('is not sent when it is not: %j', (given) => {
		expect(read(known, given)).toBeUndefined();
		expect(read(unknown, given)).toBeUndefined();
	});

	it('is read when it is', () => {
		expect([read(known, false), read(known, 'TRUE')]).toEqual([false, true]);
		expectRefused(known, 'maybe', 'sound', parameterWords.notBoolean('sound', 'maybe'));
	});

	it.each([true, false, 'maybe', 0])('is refused where it is not known: %j', (given) => {
		expectRefused(unknown, given, 'sound', parameterWords.noSuchOption('sound', 'Kling 2.6'));
	});
});

describe('a parameter with a default', () => {
	const schema = withDefault(numberIn('timeout', 0, 100), 60);

	it.each([undefined, null, '', ' '])('has it when it is blank: %j', (given) => {
		expect(read(schema, given)).toBe(60);
	});

	it('is read and checked otherwise', () => {
		expect(read(schema, '0')).toBe(0);
		expectRefused(schema, 101, 'timeout', parameterWords.outOfRange('timeout', 101, 0, 100));
	});
});

describe('a collection', () => {
	it.each([undefined, null, '', 'text', 7, [1]])('is empty when it is none: %j', (given) => {
		expect(fieldsOf(given)).toEqual({});
	});

	it('has its fields', () => {
		expect(fieldsOf({ sound: true })).toEqual({ sound: true });
	});
});

it('what no field type has foreseen is told of the parameter that was read', () => {
	const checking = () => check(z.object({ a: z.string() }), 7, 'model');
	expect(checking).toThrow(
		expect.objectContaining({ parameter: 'model', words: parameterWords.unreadable('model') }),
	);
});
