/** Words of an older vocabulary, archaic turns, and second names for what has one (CONTRIBUTING.md, "Words"). */
export const FORBIDDEN_WORDS =
	/\b(dearer|dearest|anew|puts? out|takes? up|taken up|goes? on with|something else than|besides|bought|billed|kling['’]s own service|kling['’]s own api|seed[ ]document)\b/i;
