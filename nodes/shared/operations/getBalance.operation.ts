/** Get Balance: what is left in the account's resource packs. */

import type { INodeExecutionData } from 'n8n-workflow';

import type { Account } from '../api/account';
import { isUnanswered, meaningOf } from '../api/errors/explainedError';
import { forEachItem, type NodeRun, type Operation } from '../n8n/nodeRun';
import { simplifyField } from '../description/outputFields';
import { toBalanceItem } from '../items/toItem';
import { failItem } from '../items/errorItem';
import { InputError } from '../n8n/words/errorClasses';
import { supportWords } from '../n8n/words/parameters';
import { parametersOf, readSimplify } from '../parameters/parameterReader';
import { attempt } from '../utils/attempt';
import { retry } from '../engine/retry';

/** How often Kling is asked until it answers: it takes one such request a second. */
const TRIES = 4;

export const getBalanceOperation: Operation = {
	option: {
		name: 'Get Balance',
		value: 'getBalance',
		action: 'Get balance',
		description: 'Retrieve the units left in the account’s resource packs (Kling AI only)',
	},
	fields: [simplifyField],
	async execute(run) {
		// It is the same for all items.
		const asked = await attempt(askForAccount(run));
		return await forEachItem(run, async (itemIndex): Promise<INodeExecutionData> => {
			const { context, connection } = run;
			try {
				const simplify = readSimplify(parametersOf(context, itemIndex));
				if (!asked.ok) throw asked.error;
				return await Promise.resolve(toBalanceItem(asked.value, { itemIndex, simplify }));
			} catch (error) {
				return failItem(run, error, { itemIndex, connection });
			}
		});
	},
};

/** @throws {InputError} where the service has no account to ask about */
async function askForAccount({ client, clock, connection, signal }: NodeRun): Promise<Account> {
	if (connection.service === 'gateway') {
		throw new InputError(undefined, supportWords.noBalance('gateway'));
	}
	const asked = await attempt(
		retry(async () => await client.account(), {
			clock,
			signal,
			tries: TRIES,
			isWorthRetrying: isUnanswered,
		}),
	);
	if (asked.ok) return asked.value;
	const { checking } = meaningOf(asked.error);
	// Relays mostly have no account of Kling's to tell about.
	if (connection.isRelay && (checking === 'absent' || checking === 'notUnderstood')) {
		throw new InputError(undefined, supportWords.noBalance('relay'));
	}
	throw asked.error;
}
