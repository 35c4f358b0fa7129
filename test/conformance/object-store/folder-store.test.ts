import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openFolderJanitor, openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { describeObjectStore } from './suite.ts';

describeObjectStore('a folder', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-store-'));
  return {
    store: await openFolderStore(dir),
    rival: () => openFolderStore(dir),
    janitor: openFolderJanitor(dir),
    spool: path.join(dir, '.staging'),
    located: path.join(dir, 'a', 'b'),
    largeBytes: 6_000_000,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
});
