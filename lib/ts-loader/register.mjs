// The TypeScript loader of this process, of a worker thread or of `node --import`. What a task's own process and every
// command pay at their start is mostly this; a general loader costs five times as much.
import { register } from 'node:module';
import process from 'node:process';

// Stacks name lines of the sources.
process.setSourceMapsEnabled(true);
register('./hooks.mjs', import.meta.url);
