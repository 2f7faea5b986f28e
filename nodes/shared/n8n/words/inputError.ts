/** A parameter that can't be used, as an error. */
import { ExplainedError } from '../../api/errors/explainedError';
import type { Parameter } from './labels';
import type { Words } from './words';

/** A parameter that can't be used, found out before anything is sent. */
export class InputError extends ExplainedError<'input'> {
	constructor(
		readonly parameter: Parameter | undefined,
		readonly words: Words,
	) {
		super('input', words.message);
		this.name = 'InputError';
	}
}
