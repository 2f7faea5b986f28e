/**
 * Every refusal the emulator can speak: Kling's error codes (docs/kling-api.md#error-codes) as data, and the one exception that
 * carries a row of it from wherever a request is judged to the place where it is put on the wire.
 */

/** The only error statuses the gateway format knows, plus 404 for a route or method that it does not have. */
type GatewayStatus = 400 | 401 | 403 | 404 | 429 | 500;

interface ErrorFact {
	/** HTTP status of Kling's own formats. */
	http: number;
	/** HTTP status in the gateway format, which has no codes. The assignment is ours: the format lists statuses only. */
	gateway: GatewayStatus;
	/** Default text. In Kling's own words where they are known (1102, 1203, 1303), otherwise the meaning of the code. */
	message: string;
}

export const KLING_ERRORS = {
	1000: { http: 401, gateway: 401, message: 'Authentication failed' },
	1001: { http: 401, gateway: 401, message: 'Authorization is empty' },
	1002: { http: 401, gateway: 401, message: 'Authorization is invalid' },
	1003: { http: 401, gateway: 401, message: 'Authorization is not yet valid' },
	1004: { http: 401, gateway: 401, message: 'Authorization has expired' },
	1100: { http: 429, gateway: 403, message: 'Account exception' },
	1101: { http: 429, gateway: 403, message: 'Account in arrears' },
	1102: { http: 429, gateway: 403, message: 'Account balance not enough' },
	1103: { http: 403, gateway: 403, message: 'No permission to access this API or model' },
	1200: { http: 400, gateway: 400, message: 'Invalid request parameters' },
	1201: { http: 400, gateway: 400, message: 'Invalid parameter key or value' },
	1202: { http: 404, gateway: 404, message: 'The requested method is invalid' },
	1203: { http: 404, gateway: 400, message: 'The requested resource does not exist' },
	1300: { http: 400, gateway: 400, message: 'Trigger strategy of the platform' },
	1301: { http: 400, gateway: 400, message: 'Failure to pass the risk control system' },
	1302: { http: 429, gateway: 429, message: 'Request too frequent' },
	1303: { http: 429, gateway: 429, message: 'parallel task over resource pack limit' },
	1304: { http: 429, gateway: 403, message: 'The IP address is not on the allow-list' },
	5000: { http: 500, gateway: 500, message: 'Internal server error' },
	5001: { http: 503, gateway: 500, message: 'Service under maintenance' },
	5002: { http: 504, gateway: 500, message: 'Internal server timeout' },
} as const satisfies Record<number, ErrorFact>;

export type KlingCode = keyof typeof KLING_ERRORS;

/** True for a code of Kling's table. */
export function isKlingCode(code: number): code is KlingCode {
	return code in KLING_ERRORS;
}

/** A refusal in Kling's terms. Each format's route turns it into its own reply (`errorAnswer` in http.mts). */
export class KlingError extends Error {
	constructor(
		readonly code: KlingCode,
		message: string = KLING_ERRORS[code].message,
	) {
		super(message);
		this.name = 'KlingError';
	}
}
