/** What can be wrong with the credential, as an error. */
import { ExplainedError } from './explainedError';

/** What is wrong with a field of the credential, or with the request it is to sign. */
export type CredentialProblem =
	| 'empty'
	| 'unsupported'
	| 'noKey'
	| 'noUrl'
	| 'unencrypted'
	| 'foreignUrl'
	| 'unsafeOption'
	| 'weakSecret';

/** Labels of the credential's fields, by their names. */
export const CREDENTIAL_LABELS: Readonly<Record<string, string>> = {
	service: 'Service',
	region: 'Region',
	baseUrl: 'Base URL',
	authentication: 'Authentication',
	apiKey: 'API Key',
	accessKey: 'Access Key',
	secretKey: 'Secret Key',
	webhookSecret: 'Webhook Secret',
};

/** What n8n's HTTP Request node calls its options, by the names that they have in a request. */
const OPTION_LABELS: ReadonlyMap<string, string> = new Map([
	['proxy', 'Proxy'],
	['rejectUnauthorized', 'Ignore SSL Issues (Insecure)'],
	['skipSslCertificateValidation', 'Ignore SSL Issues (Insecure)'],
	['allowUnauthorizedCerts', 'Ignore SSL Issues (Insecure)'],
	['agentOptions', 'SSL Certificates'],
	['method', 'Method'],
]);

/**
 * The credential cannot be used as it is filled in, or not for this request. It brings its words
 * along, because n8n's own nodes show them, too: its HTTP Request node signs with this credential
 * and knows nothing of n8n/words/errors.ts.
 */
export class CredentialError extends ExplainedError<'credential'> {
	/** How to fix it; whole sentences. n8n shows it below the message. */
	readonly description: string;

	constructor(
		/** The field's internal name. */
		readonly field: string,
		readonly problem: CredentialProblem,
		/** Of a foreign URL the only origin that the credential signs for; the name of an unsafe option. */
		detail?: string,
	) {
		const { message, description } = wordsOf(field, problem, detail);
		super('credential', message);
		this.name = 'CredentialError';
		this.description = description;
	}
}

function wordsOf(
	field: string,
	problem: CredentialProblem,
	detail = 'its own address',
): { message: string; description: string } {
	const label = `'${CREDENTIAL_LABELS[field] ?? field}' in the Kling API credential`;
	return {
		empty: { message: `${label} is empty`, description: 'Fill in the field.' },
		unsupported: {
			message: `${label} has an unsupported value`,
			description: 'Open the credential and choose the value again.',
		},
		noKey: {
			message: `${label} contains characters that a key can’t have`,
			description: 'Copy the whole key again. Some pages show only part of it.',
		},
		noUrl: {
			message: `${label} is not a web address`,
			description:
				'Enter an address such as https://api.example.com or https://api.example.com/kling.',
		},
		unencrypted: {
			message: `${label} must start with https:// so that your key is encrypted`,
			description: 'Change the address. http:// is only allowed on your own network.',
		},
		foreignUrl: {
			message: `The Kling API credential is only for requests to ${detail}, so this request was not sent`,
			description: 'Change the URL of the request, or choose another credential for it.',
		},
		unsafeOption: {
			message: `The Kling API credential can’t be used with '${OPTION_LABELS.get(detail) ?? detail.slice(0, 100)}', so this request was not sent`,
			description:
				'Remove it from the request: it could send the key elsewhere. A proxy that n8n is set up with is used anyway.',
		},
		weakSecret: {
			message: `${label} must be Base64 of at least 16 bytes, so that nobody can forge callbacks`,
			description:
				'Copy the whole secret from the Kling console, starting with whsec_, or leave the field empty.',
		},
	}[problem];
}
