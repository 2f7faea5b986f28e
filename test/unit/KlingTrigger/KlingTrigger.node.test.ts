import { KlingTrigger } from '../../../nodes/KlingTrigger/KlingTrigger.node';
import codex from '../../../nodes/KlingTrigger/KlingTrigger.node.json';

const node = new KlingTrigger();
const { description } = node;

describe('the trigger', () => {
	it('is described for n8n’s search, in the category that the panel shows', () => {
		expect(codex.node).toBe(`n8n-nodes-kling.${description.name}`);
		expect(codex.categories).toEqual(['Marketing']);
		expect(codex).not.toHaveProperty('subcategories');
	});

	it('needs the credential, and tests it itself', () => {
		expect(description.credentials).toEqual([
			{ name: 'klingApi', required: true, testedBy: 'testCredential' },
		]);
		expect(node.methods.credentialTest.testCredential).toEqual(expect.any(Function));
	});

	it('keeps the parameter names that saved workflows depend on', () => {
		const names = description.properties.map(({ name }) => name);
		expect(names).toEqual([
			'notice',
			'statuses',
			'downloadVideo',
			'binaryPropertyName',
			'simplify',
			'options',
		]);
		const options = description.properties.find(({ name }) => name === 'options')?.options ?? [];
		expect(options.map(({ name }) => name)).toEqual([
			'deduplicate',
			'fetchTask',
			'verifySignature',
		]);
	});

	it('is called by POST at an address of its own', () => {
		expect(description.webhooks).toEqual([
			{ name: 'default', httpMethod: 'POST', path: 'kling', responseMode: 'onReceived' },
		]);
	});
});
