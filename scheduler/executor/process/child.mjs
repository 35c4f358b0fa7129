// Entry of a task's own process: registers the TypeScript loader, as bin/shopwave does, then waits for its job.
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

register({ tsconfig: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)) });
await import('./child.ts');
