// Entry of a task's own process: gets ready for any job, then waits for its own.
import { register } from 'node:module';
import process from 'node:process';
import '../../../lib/ts-loader/register.mjs';

register('./end-with-parent.mjs', import.meta.url, { data: { parent: process.ppid } });
await import('./child.ts');
// Nearly every DAG file begins with it, and nothing of it can change while the scheduler runs.
await import('../../index.ts');
