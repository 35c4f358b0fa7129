import process from 'node:process';
import { serveDouble } from '../../support/snowflake-double/serving.ts';
import { stubEngine } from './protocol-stub.ts';

// The HTTP half over the stub, as a process of its own.
await serveDouble(stubEngine().open, process.argv[2]);
