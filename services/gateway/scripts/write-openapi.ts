import { writeFile } from 'node:fs/promises';
import { openApiFile, openApiText } from './openapi-text.ts';

// Rewrites services/gateway/openapi.json from the routes: node services/gateway/scripts/write-openapi.ts
await writeFile(openApiFile, await openApiText());
