import process from 'node:process';
import { openEngine } from './engine/open.ts';
import { serveDouble } from './serving.ts';

// The double as a process of its own, for what is to be pointed at it from outside: `tsx serve.ts '{"users":["A"]}'`.
await serveDouble(openEngine, process.argv[2]);
