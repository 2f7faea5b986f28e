/** From the account's resource packs to the item that Get Balance returns: part of the public contract. */

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Account, Pack } from '../api/account';
import { type ItemOptions, present } from './toItem';

export function toBalanceItem(
	{ packs, remaining, raw }: Account,
	{ itemIndex, simplify }: Pick<ItemOptions, 'itemIndex' | 'simplify'>,
): INodeExecutionData {
	return {
		json: simplify ? { packs: packs.map(toPackOutput), remaining } : (raw as IDataObject),
		pairedItem: { item: itemIndex },
	};
}

function toPackOutput({ effectiveAt, expiresAt, ...facts }: Pack): IDataObject {
	return present({ ...facts, effective_at: effectiveAt, expires_at: expiresAt });
}
