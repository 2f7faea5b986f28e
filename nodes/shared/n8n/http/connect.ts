/** From a node's credential to a client of the Kling API. */
import { KlingClient } from '../../api/client';
import type { Connection } from '../../api/connection';
import type { Send } from '../../api/http';
import type { NodeContext } from './context';
import { sendAsNode } from './send';

/**
 * The Kling API through the node's credential.
 * @param around what is done with every request
 */
export function connect(
	context: NodeContext,
	connection: Connection,
	around: (send: Send) => Send = (send) => send,
): KlingClient {
	return new KlingClient(connection, around(sendAsNode(context, connection)));
}
