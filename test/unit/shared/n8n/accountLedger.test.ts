/** F8: what an execution remembers of its videos belongs to the account that was charged for them. */
import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';

import { accountOf, toConnection } from '../../../../nodes/shared/api/connection';
import { contextLedger } from '../../../../nodes/shared/n8n/contextLedger';

/** Under which a video is remembered. */
const PLACE = '0123456789abcdef0123';
const ENTRY = { name: 'n8n-1-0-abc', failures: 0, task: { id: 'task-1', format: 'v1' } } as const;

const KLING = { apiKey: 'key-of-account-one' };
const RELAY = { region: 'custom', baseUrl: 'https://relay.example/kling', apiKey: 'key-one' };
const GATEWAY = { service: 'gateway', baseUrl: 'https://gateway.example', apiKey: 'key-one' };
const SIGNED = { authentication: 'accessKey', accessKey: 'AK-one', secretKey: 'SK-one' };

/** What n8n stores with an execution, and copies into its retry. */
class Execution {
	constructor(private store: Record<string, object> = {}) {}

	ledger(credential: ICredentialDataDecryptedObject) {
		const context = {
			getContext: () => this.store,
			getMode: () => 'trigger',
		} as unknown as IExecuteFunctions;
		return contextLedger(context, toConnection(credential));
	}

	get stored(): Record<string, object> {
		return (this.store.klingTasks ?? {}) as Record<string, object>;
	}

	retry(): Execution {
		return new Execution(JSON.parse(JSON.stringify(this.store)) as Record<string, object>);
	}
}

describe('a task of the same account is reused', () => {
	it.each<[string, ICredentialDataDecryptedObject, ICredentialDataDecryptedObject]>([
		['with the same credential', KLING, KLING],
		['with the key pasted otherwise', KLING, { apiKey: ` Bearer ${KLING.apiKey}\n` }],
		[
			'with a Base URL typed otherwise',
			RELAY,
			{ ...RELAY, baseUrl: 'https://RELAY.example/kling/' },
		],
		['with another secret key', SIGNED, { ...SIGNED, secretKey: 'SK-renewed' }],
		['with a Webhook Secret', KLING, { ...KLING, webhookSecret: 'whsec_x' }],
		['at a gateway', GATEWAY, GATEWAY],
	])('%s', (_id, before, after) => {
		const execution = new Execution();
		execution.ledger(before).write(PLACE, ENTRY);
		expect(execution.retry().ledger(after).read(PLACE)).toMatchObject(ENTRY);
	});
});

describe('a task of another account is not', () => {
	it.each<[string, ICredentialDataDecryptedObject, ICredentialDataDecryptedObject]>([
		['F8 another key of a gateway', GATEWAY, { ...GATEWAY, apiKey: 'key-two' }],
		['F8 another key of a relay', RELAY, { ...RELAY, apiKey: 'key-two' }],
		['F8 another key of Kling AI', KLING, { apiKey: 'key-of-account-two' }],
		['the other region', KLING, { ...KLING, region: 'china' }],
		['another access key', SIGNED, { ...SIGNED, accessKey: 'AK-two' }],
		['an API key instead of an access key', SIGNED, { apiKey: 'AK-one' }],
		['another address with the same key', RELAY, { ...RELAY, baseUrl: 'https://other.example' }],
		['another prefix of the address', RELAY, { ...RELAY, baseUrl: 'https://relay.example/two' }],
		['a gateway instead of Kling AI', KLING, { ...GATEWAY, apiKey: KLING.apiKey }],
	])('%s', (_id, before, after) => {
		const execution = new Execution();
		execution.ledger(before).write(PLACE, ENTRY);
		const retried = execution.retry();
		const other = retried.ledger(after);
		expect(other.read(PLACE)).not.toHaveProperty('task');
		const its = { ...ENTRY, task: { id: 'task-2', format: 'v1' } } as const;
		other.write(PLACE, its);
		expect(other.read(PLACE)).toMatchObject(its);
		// Whoever goes back finds the first one again.
		const again = retried.retry();
		expect(again.ledger(before).read(PLACE)).toMatchObject(ENTRY);
		expect(again.ledger(after).read(PLACE)).toMatchObject(its);
	});
});

describe('the name that a task of another key had', () => {
	it('stays at Kling AI, which takes it once in an account', () => {
		const execution = new Execution();
		execution.ledger(KLING).write(PLACE, { ...ENTRY, failures: 2 });
		const other = execution.ledger({ apiKey: 'renewed-key' });
		expect(other.read(PLACE)).toEqual({ name: ENTRY.name, failures: 2 });
	});

	it('is not used again at a relay', () => {
		const execution = new Execution();
		execution.ledger(RELAY).write(PLACE, { ...ENTRY, failures: 2 });
		expect(execution.ledger({ ...RELAY, apiKey: 'key-two' }).read(PLACE)).toEqual({ failures: 0 });
	});
});

describe('entries of earlier builds', () => {
	it('are reused, whoever wrote them', () => {
		const execution = new Execution({ klingTasks: { [PLACE]: ENTRY } });
		expect(execution.ledger(KLING).read(PLACE)).toEqual(ENTRY);
		expect(execution.ledger(GATEWAY).read(PLACE)).toEqual(ENTRY);
	});

	it('belong to the account that goes on with them', () => {
		const execution = new Execution({ klingTasks: { [PLACE]: ENTRY } });
		execution.ledger(RELAY).write(PLACE, ENTRY);
		expect(execution.ledger(GATEWAY).read(PLACE)).not.toHaveProperty('task');
	});

	it('stand where those builds look', () => {
		const execution = new Execution();
		execution.ledger(KLING).write(PLACE, ENTRY);
		execution.ledger(KLING).write('another', { failures: 0, isUnsure: true });
		const account = accountOf(toConnection(KLING));
		expect(execution.stored).toEqual({
			[PLACE]: { ...ENTRY, account },
			another: { failures: 0, isUnsure: true, account },
		});
	});
});

describe('what is stored gives no key away', () => {
	it.each<[string, ICredentialDataDecryptedObject, string[]]>([
		['an API key', KLING, [KLING.apiKey]],
		['an access key', SIGNED, [SIGNED.accessKey, SIGNED.secretKey]],
		['a relay’s key', RELAY, [RELAY.apiKey, 'relay.example']],
	])('%s', (_id, credential, secrets) => {
		const execution = new Execution();
		execution.ledger(credential).write(PLACE, ENTRY);
		const text = JSON.stringify(execution.stored);
		for (const secret of secrets) expect(text).not.toContain(secret);
		expect(accountOf(toConnection(credential))).toMatch(/^[0-9a-f]{12}$/);
	});
});
