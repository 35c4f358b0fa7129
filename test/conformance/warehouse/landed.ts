import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { appendFiles, recordLoaded } from '../../../ingest/landing/append-files.ts';
import type { LocatedFile } from '../../../ingest/landing/append-files.ts';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { chainStart } from '../../../ingest/landing/manifest.ts';
import type { LandedFile, Manifest } from '../../../ingest/landing/manifest.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import type { RawLine } from '../../../ingest/landing/raw-line.ts';
import { ensureLoadSchema } from '../../../ingest/landing/raw-tables.ts';
import { shopTables } from '../../../ingest/postgres/shop-tables.ts';
import { systemClock } from '../../../lib/clock.ts';
import type { ReachedObject, Warehouse } from '../../../warehouse/warehouse.ts';
import { hexPosition } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';

const compress = promisify(gzip);
const origin = { systemIdentifier: '1', timeline: 1, database: 'shop', slot: 's', publication: 'p' };

/** A batch as capture would have landed it. */
export interface LandedBatch {
  readonly manifest: Manifest;
  readonly store: ObjectStore;
}

function lineOf(entry: LogEntry): RawLine {
  return {
    op: entry.op,
    pos: hexPosition(entry.position),
    ord: entry.ordinal ?? (entry.op === 'r' || entry.op === 's' ? 0 : 1),
    at: new Date(Date.UTC(2026, 2, 10, 0, 0, entry.position)).toISOString().replace('Z', '000Z'),
    schema: 's',
    ...(entry.unchanged === undefined ? {} : { unchanged: entry.unchanged }),
    data: entry.data,
  };
}

async function landFile(
  store: ObjectStore,
  batchId: string,
  entries: readonly LogEntry[],
): Promise<LandedFile> {
  const table = entries[0]?.table ?? '';
  const body = await compress(entries.map((entry) => `${JSON.stringify(lineOf(entry))}\n`).join(''));
  const key = `files/shop/${table}/${batchId}.ndjson.gz`;
  await store.put(key, body);
  return {
    key,
    table,
    rows: entries.length,
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    minPosition: hexPosition(entries[0]?.position ?? 0),
    maxPosition: hexPosition(entries.at(-1)?.position ?? 0),
  };
}

/** Lands entries as the log's batch number `count`, which covers it from `from` to `to`. */
export async function land(
  folder: string,
  { count, from, to, entries }: { count: number; from: number; to: number; entries: readonly LogEntry[] },
): Promise<LandedBatch> {
  const store = await openFolderStore(folder);
  const batchId = `shop-${String(count).padStart(12, '0')}`;
  const tables = [...new Set(entries.map(({ table }) => table))];
  const files = await Promise.all(
    tables.map((table) =>
      landFile(
        store,
        batchId,
        entries.filter((entry) => entry.table === table),
      ),
    ),
  );
  const manifest: Manifest = {
    version: 1,
    source: 'shop',
    batchId,
    fromPosition: from === 0 ? chainStart : hexPosition(from),
    toPosition: hexPosition(to),
    toCommittedAt: new Date(Date.UTC(2026, 2, 10, 0, 0, to)).toISOString().replace('Z', '000Z'),
    rows: entries.length,
    files,
    schemas: {},
    createdAt: '2026-03-10T00:00:00.000Z',
    kind: 'changes',
    origin,
  };
  return { manifest, store };
}

/** Every raw table of the shop, empty. */
export async function prepareRaw(warehouse: Warehouse): Promise<void> {
  await ensureLoadSchema(
    warehouse,
    'shop',
    shopTables.map(({ table }) => table),
  );
}

/** Loads a landed batch as the loader does: its files in one transaction, then its name in another. */
export async function loadBatch(warehouse: Warehouse, { manifest, store }: LandedBatch): Promise<number> {
  const deps = { warehouse, store, clock: systemClock };
  const reached: ReachedObject[] = [];
  try {
    const located: LocatedFile[] = [];
    for (const file of manifest.files) {
      const location = store.locate(file.key);
      const fetch = (): Promise<ReachedObject> => Promise.reject(new Error('it lies on this machine'));
      const object = await warehouse.reach({ key: file.key, location, fetch });
      reached.push(object);
      located.push({ manifest, file, location: object.path });
    }
    await warehouse.transaction((session) => appendFiles(deps, session, located));
    const named = await warehouse.transaction((session) =>
      recordLoaded(deps, session, [{ manifest, sha256: 'f'.repeat(64) }]),
    );
    return named.length;
  } finally {
    await Promise.all(reached.map((object) => object.release()));
  }
}
