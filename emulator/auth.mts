/**
 * Who is calling: plain API keys and access-key tokens (docs/kling-api.md#authentication). Tokens are verified by jose, so the node's
 * own signer is judged by somebody else's code.
 */
import { decodeJwt, errors, jwtVerify } from 'jose';
import { KlingError } from './errors.mts';
import type { Call } from './http.mts';
import type { Account, State } from './state.mts';

/** `key`: the path format and the gateway; `keyOrToken`: v1 and the account endpoint. */
type Accepts = 'key' | 'keyOrToken';

/**
 * The account behind the Authorization header, also noted in the request log.
 *
 * Kling's documents leave open when the code is 1000 and when 1002. Here 1002 means that the header is not of a
 * form that could ever be right on this route, 1000 that it is but proves nothing.
 *
 * @throws KlingError 1001 without a header; 1002; 1000; 1003 and 1004 for a token before and after its time; 1304
 */
export async function authenticate(state: State, call: Call, accepts: Accepts): Promise<Account> {
	const header = call.entry.headers.authorization ?? '';
	if (header === '') throw new KlingError(1001);
	// Exactly one blank, as the documents say.
	const credential = /^Bearer (\S+)$/.exec(header)?.[1];
	if (credential === undefined) {
		throw new KlingError(1002, 'Authorization must be "Bearer <credential>"');
	}
	const account =
		state.accounts.find(({ apiKey }) => apiKey === credential) ??
		(await verifyToken(state, credential, accepts));
	call.entry.account = account.name;
	if (account.standing === 'ipDenied') throw new KlingError(1304);
	return account;
}

async function verifyToken(state: State, token: string, accepts: Accepts): Promise<Account> {
	if (!isToken(token)) throw new KlingError(1000);
	if (accepts === 'key') throw new KlingError(1002, 'This API takes an API key only');
	const { iss } = decodeJwt(token);
	const account = state.accounts.find(({ accessKey }) => accessKey && accessKey === iss);
	if (!account?.secretKey) throw new KlingError(1000, 'Unknown access key');
	try {
		await jwtVerify(token, new TextEncoder().encode(account.secretKey), {
			algorithms: ['HS256'],
			requiredClaims: ['exp'],
			currentDate: new Date(state.now),
		});
	} catch (error) {
		throw refusal(error);
	}
	return account;
}

/** Whether a credential is meant as a JWT; anything else is taken for an API key. */
function isToken(credential: string): boolean {
	try {
		decodeJwt(credential);
		return true;
	} catch {
		return false;
	}
}

function refusal(error: unknown): KlingError {
	if (error instanceof errors.JWTExpired) return new KlingError(1004);
	if (error instanceof errors.JWTClaimValidationFailed) {
		return error.claim === 'nbf' && error.reason === 'check_failed'
			? new KlingError(1003)
			: new KlingError(1000, error.message);
	}
	if (error instanceof errors.JWSSignatureVerificationFailed) {
		return new KlingError(1000, 'The signature does not match');
	}
	return new KlingError(1002, error instanceof Error ? error.message : undefined);
}
