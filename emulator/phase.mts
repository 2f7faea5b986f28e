/** The emulator's own words for a task's status; each format has its own spelling of them. */
export type Phase = 'submitted' | 'processing' | 'succeeded' | 'failed';
