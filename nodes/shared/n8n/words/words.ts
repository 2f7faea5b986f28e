/** What users read about an error. The sentences themselves stand in the files beside this one. */
export interface Words {
	/** What happened; without item, task ID and full stop. */
	message: string;
	/** How to fix it; whole sentences. */
	description: string;
}
