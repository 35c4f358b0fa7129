import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { compact } from '../../ingest/archive/compact.ts';
import { openFolderStore } from '../../ingest/landing/folder-store.ts';
import { systemClock } from '../../lib/clock.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { duckdbParquetEngine } from '../../warehouse/duckdb/parquet-engine.ts';

// Compacts the archive in a folder, for a test that kills it.
const spoolDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-spool-'));
const store = await openFolderStore(process.argv[2] ?? '');
await compact({
  store,
  parquet: duckdbParquetEngine(),
  spoolDir,
  clock: systemClock,
  onProgress: ignoreProgress,
});
await rm(spoolDir, { recursive: true });
