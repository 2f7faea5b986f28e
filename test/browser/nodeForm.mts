/** Opens the forms of the nodes in n8n's editor. */
import type { NodeView } from '../../testkit/browser/pages/nodeView.mts';
import type { Session } from '../../testkit/browser/session.mts';

/** Opens a new node's form, for Create and Wait, behind a manual trigger. @param name of the node */
export async function openNodeForm(session: Session, name: string): Promise<NodeView> {
	const editor = await session.openEditor();
	await editor.addManualTrigger();
	return await editor.addNode(name, 'Create video and wait');
}
