/** Credentials for the engine, without n8n's database. */
import type {
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialsHelper,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeParameters,
	INodeProperties,
	IRequestOptionsSimplified,
	IWorkflowExecuteAdditionalData,
	Workflow,
} from 'n8n-workflow';
import { loadEngine } from './core.mts';

/** Credential type name ("klingApi") -> instance. */
export type CredentialTypeMap = Record<string, ICredentialType>;

/** Credential type name -> decrypted data. */
export type CredentialData = Record<string, ICredentialDataDecryptedObject>;

/**
 * Does what n8n's server does for the engine with credentials, without its database: a node gets
 * the data given for the credential type, whatever id its workflow names. Expressions inside
 * credential data and session tokens (`preAuthentication`) are not supported.
 */
export class CredentialsHelper implements ICredentialsHelper {
	constructor(
		private readonly types: CredentialTypeMap,
		private readonly data: CredentialData = {},
	) {}

	getParentTypes(name: string): string[] {
		const parents = this.getType(name).extends ?? [];
		return [...parents, ...parents.flatMap((parent) => this.getParentTypes(parent))];
	}

	isCredentialUsableByNode(): boolean {
		return true; // the harness runs no foreign nodes that a credential could be kept from
	}

	getCredentialsProperties(name: string): INodeProperties[] {
		const { NodeHelpers } = loadEngine().workflow;
		const { extends: parents, properties } = this.getType(name);
		// n8n merges by name only along "extends": else a name may stand for several variants of a field.
		if (parents === undefined) return properties;
		const merged: INodeProperties[] = [];
		for (const parent of parents) {
			NodeHelpers.mergeNodeProperties(merged, this.getCredentialsProperties(parent));
		}
		NodeHelpers.mergeNodeProperties(merged, properties);
		return merged;
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		_details: INodeCredentialsDetails,
		type: string,
	): Promise<ICredentialDataDecryptedObject> {
		const data = this.data[type];
		if (data === undefined) throw new Error(`No credentials of type "${type}" were given`);
		return this.withDefaults(type, data);
	}

	/**
	 * The data as a node sees them: what was left out has its default, and what the form hides for
	 * these settings is not there at all.
	 */
	withDefaults(type: string, data: ICredentialDataDecryptedObject): ICredentialDataDecryptedObject {
		const { NodeHelpers } = loadEngine().workflow;
		const shown = NodeHelpers.getNodeParameters(
			this.getCredentialsProperties(type),
			structuredClone(data) as INodeParameters,
			true,
			false,
			null,
			null,
		) as ICredentialDataDecryptedObject;
		// n8n adds these two to every credential; the type does not declare them.
		const { allowedHttpRequestDomains, allowedDomains } = data;
		return {
			...shown,
			...(allowedHttpRequestDomains !== undefined && { allowedHttpRequestDomains }),
			...(allowedDomains !== undefined && { allowedDomains }),
		};
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		options: IHttpRequestOptions | IRequestOptionsSimplified,
		workflow?: Workflow,
		node?: INode,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.getType(typeName);
		const request = options as IHttpRequestOptions;
		if (authenticate === undefined) return request;
		if (typeof authenticate === 'function') return await authenticate(credentials, request);

		if (!workflow || !node) throw new Error('A declarative authentication needs its workflow');
		const resolve = (value: unknown) => {
			if (typeof value !== 'string' || !value.startsWith('=')) return value;
			const keys = { $credentials: credentials };
			const result = workflow.expression.getSimpleParameterValue(node, value, 'internal', keys);
			return result ? String(result) : '';
		};
		const sections = request as unknown as Record<string, Record<string, unknown> | undefined>;
		sections.headers ??= {};
		for (const [section, fields] of Object.entries(authenticate.properties)) {
			const target = (sections[section] ??= {});
			for (const [key, value] of Object.entries(fields as object)) {
				target[String(resolve(key))] = resolve(value);
			}
		}
		return request;
	}

	async preAuthentication(
		_helpers: IHttpRequestHelper,
		_credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<undefined> {
		if (this.getType(typeName).preAuthentication) return unsupported('preAuthentication');
	}

	async runPreAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
	): Promise<undefined> {
		await this.preAuthentication(helpers, credentials, typeName);
	}

	async getCredentials(): Promise<ICredentials> {
		return unsupported('getCredentials');
	}

	async updateCredentials(): Promise<void> {
		unsupported('updateCredentials');
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		unsupported('updateCredentialsOauthTokenData');
	}

	private getType(name: string): ICredentialType {
		const type = this.types[name];
		if (type === undefined) throw new Error(`The engine harness has no credential type "${name}"`);
		return type;
	}
}

function unsupported(what: string): never {
	throw new Error(`The engine harness does not support ${what}`);
}
