// Runs in a worker thread, which does not inherit the TypeScript loader of its parent. Imports what it is told to and
// says when that came to an end; whether it failed is the parent's to find out, by importing it as well.
import { parentPort } from 'node:worker_threads';
import '../../lib/ts-loader/register.mjs';

/** @param {string} url */
async function tryImport(url) {
  await import(url).catch(() => {});
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, no window
  parentPort?.postMessage(url);
}
// Every file imports the door; a worker that waits for its first file has it already.
await import('../index.ts').catch(() => {});
parentPort?.on('message', (url) => void tryImport(url));
