import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ArchiveDeps } from '../../ingest/archive/archive.ts';
import { openFolderJanitor, openFolderStore } from '../../ingest/landing/folder-store.ts';
import { chainStart, manifestKey, renderManifest } from '../../ingest/landing/manifest.ts';
import type { LandedFile, Manifest, RowSchema } from '../../ingest/landing/manifest.ts';
import { openNdjsonWriter } from '../../ingest/landing/ndjson-writer.ts';
import type { ArchiveJanitor, ObjectStore } from '../../ingest/landing/object-store.ts';
import { systemClock } from '../../lib/clock.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { duckdbParquetEngine } from '../../warehouse/duckdb/parquet-engine.ts';

/** A table's part of a batch: its lines as they are landed, and the shape they refer to. */
export interface TablePart {
  readonly lines: readonly string[];
  readonly columns?: RowSchema['columns'];
}

/** An archive that batches can be landed in without a source. */
export interface ArchiveWorld {
  readonly dir: string;
  readonly store: ObjectStore;
  readonly janitor: ArchiveJanitor;
  readonly deps: ArchiveDeps;
  /** Lands the next batch of a source; its last commit was at noon of the day. */
  readonly land: (
    source: string,
    day: string,
    tables: Readonly<Record<string, TablePart>>,
  ) => Promise<Manifest>;
  /** The time that the archive takes it to be. */
  readonly setNow: (iso: string) => void;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** In a folder of its own, unless another archive is given. */
export async function openArchiveWorld(
  given?: Pick<ArchiveWorld, 'store' | 'janitor'>,
): Promise<ArchiveWorld> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'shopwave-archive-'));
  const dir = path.join(root, 'archive');
  const spoolDir = path.join(root, 'spool');
  const store = given?.store ?? (await openFolderStore(dir));
  await mkdir(spoolDir);
  const ends = new Map<string, number>();
  let now = new Date('2026-06-01T00:00:00Z');
  const deps: ArchiveDeps = {
    store,
    parquet: duckdbParquetEngine(),
    spoolDir,
    clock: { ...systemClock, now: () => now },
    onProgress: ignoreProgress,
  };
  return {
    dir,
    store,
    janitor: given?.janitor ?? openFolderJanitor(dir),
    deps,
    setNow: (iso) => void (now = new Date(iso)),
    land: async (source, day, tables) => {
      const from = ends.get(source) ?? 0;
      ends.set(source, from + 1);
      return await landBatch(store, source, day, from, tables);
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

export function hex(position: number): string {
  return position === 0 ? chainStart : position.toString(16).toUpperCase().padStart(16, '0');
}

async function landBatch(
  store: ObjectStore,
  source: string,
  day: string,
  from: number,
  tables: Readonly<Record<string, TablePart>>,
): Promise<Manifest> {
  const files: LandedFile[] = [];
  for (const [table, { lines }] of Object.entries(tables)) {
    const writer = await openNdjsonWriter(store);
    for (const line of lines) writer.add(`${line}\n`, 1);
    const facts = await writer.finish();
    const key = `data/${source}/${table}/${hex(from)}-${facts.sha256.slice(0, 32)}.ndjson.gz`;
    await writer.publish(key);
    files.push({ key, table, ...facts, minPosition: hex(from + 1), maxPosition: hex(from + 1) });
  }
  const manifest: Manifest = {
    version: 1,
    source,
    batchId: `${source}-${String(from + 1).padStart(12, '0')}`,
    kind: 'changes',
    fromPosition: hex(from),
    toPosition: hex(from + 1),
    toCommittedAt: `${day}T12:00:00.000000Z`,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    files,
    schemas: Object.fromEntries(
      Object.entries(tables).map(([table, { columns = [] }]) => [table, { table, columns: [...columns] }]),
    ),
    origin: { systemIdentifier: '7', timeline: 1, database: 'shop', slot: 's', publication: 'p' },
    createdAt: `${day}T12:00:01.000Z`,
  };
  await store.put(manifestKey(source, manifest.fromPosition), renderManifest(manifest));
  return manifest;
}
