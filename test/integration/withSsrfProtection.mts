/** Imported first: n8n reads its settings once, when its engine is loaded. */
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';
