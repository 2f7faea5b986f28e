import { UserError } from '../../api/errors/userError';
import type { Parameter } from './labels';
import type { Words } from './words';

/** A parameter that can't be used, found out before anything is sent. */
export class InputError extends UserError<'input'> {
	constructor(
		readonly parameter: Parameter | undefined,
		readonly words: Words,
	) {
		super('input', words.message);
		this.name = 'InputError';
	}
}
