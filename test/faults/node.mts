/** The node under test, watched at its work. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { KlingImageToVideo } from '../../nodes/KlingImageToVideo/KlingImageToVideo.node.ts';
import type { KlingTextToVideo } from '../../nodes/KlingTextToVideo/KlingTextToVideo.node.ts';

export interface Watcher {
	/** Before each try of the node; the first one is 1. */
	onTry(number: number): void;
	/** A request is sent. */
	onSend(): void;
	/** A request brought no reply. */
	onNoReply(): Promise<void>;
}

/** The nodes that create videos. */
type VideoNode = KlingTextToVideo | KlingImageToVideo;

/** @returns the node for one run */
export function watchedNode<Node extends VideoNode>(node: Node, watcher: Watcher): Node {
	let tries = 0;
	const { execute } = node;
	node.execute = async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		watcher.onTry(++tries);
		return await execute.call(watched(this, watcher));
	};
	return node;
}

function watched(context: IExecuteFunctions, watcher: Watcher): IExecuteFunctions {
	const { httpRequest, httpRequestWithAuthentication } = context.helpers;
	const helpers: IExecuteFunctions['helpers'] = {
		...context.helpers,
		async httpRequest(options) {
			watcher.onSend();
			return (await httpRequest(options)) as unknown;
		},
		async httpRequestWithAuthentication(type, options, more) {
			watcher.onSend();
			try {
				return (await httpRequestWithAuthentication.call(context, type, options, more)) as unknown;
			} catch (error) {
				await watcher.onNoReply();
				throw error;
			}
		},
	};
	return Object.create(context, { helpers: { value: helpers } }) as IExecuteFunctions;
}
