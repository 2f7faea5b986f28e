import { KlingClient } from '../api/client';
import type { Connection } from '../api/connection';
import type { NodeContext } from './context';
import { sendAsNode } from './send';

/** The Kling API through the node's credential. */
export function connect(context: NodeContext, connection: Connection): KlingClient {
	const { formats, isRelay } = connection;
	return new KlingClient(formats, sendAsNode(context, connection), Date.now, isRelay);
}
