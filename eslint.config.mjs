/** The rules of n8n's own linter for community nodes, unchanged. */
import { config } from '@n8n/node-cli/eslint';

export default config;
