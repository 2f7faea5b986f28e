/** Data of "Kling API" credentials for the emulator. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	type Emulator,
} from '../emulator/index.mts';

/** Service Kling AI, with an API key. */
export function klingAccount({ url }: Pick<Emulator, 'url'>): ICredentialDataDecryptedObject {
	return {
		service: 'official',
		region: 'custom',
		baseUrl: url,
		authentication: 'apiKey',
		apiKey: EMULATOR_API_KEY,
	};
}

/** Service Kling AI, with access key and secret key. */
export function klingAccessKey({ url }: Pick<Emulator, 'url'>): ICredentialDataDecryptedObject {
	return {
		service: 'official',
		region: 'custom',
		baseUrl: url,
		authentication: 'accessKey',
		accessKey: EMULATOR_ACCESS_KEY,
		secretKey: EMULATOR_SECRET_KEY,
	};
}

/** A Kling-compatible gateway. */
export function klingGateway({
	gatewayUrl,
}: Pick<Emulator, 'gatewayUrl'>): ICredentialDataDecryptedObject {
	return { service: 'gateway', baseUrl: gatewayUrl, apiKey: EMULATOR_API_KEY };
}
