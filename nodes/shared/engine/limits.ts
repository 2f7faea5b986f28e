/**
 * Requests to Kling at once, of one node run and of all callbacks together: so many that none of
 * them waits long, and so few that neither Kling nor a relay takes them for an attack.
 */
export const PARALLEL_REQUESTS = 20;

/** How often a question of a callback that gets no answer is asked before the callback is given back. */
export const TRIES_UNANSWERED = 3;
