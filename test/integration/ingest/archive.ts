import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { chainStart, manifestKey, parseManifest } from '../../../ingest/landing/manifest.ts';
import type { Manifest } from '../../../ingest/landing/manifest.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import type { RawLine } from '../../../ingest/landing/raw-line.ts';
import { shopSource, snapshotChain } from '../../../ingest/postgres/capture.ts';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import type { TestDatabase } from '../../support/postgres.ts';

export type Line = Pick<RawLine, 'op' | 'pos' | 'ord' | 'unchanged' | 'data'>;
export type Rows = ReadonlyMap<string, Readonly<Record<string, string | null>>>;

/** Follows a chain of manifest objects from its beginning, with nothing but the archive at hand. */
export async function readChainOfManifests(store: ObjectStore, chain = shopSource): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (let position = chainStart; ;) {
    const key = manifestKey(chain, position);
    const object = await store.get(key);
    if (object === undefined) return manifests;
    const manifest = parseManifest(object.toString(), key);
    manifests.push(manifest);
    position = manifest.toPosition;
  }
}

/** All batches of the shop: those of its snapshots, then those of its log. */
export async function readAllManifests(store: ObjectStore): Promise<Manifest[]> {
  return [
    ...(await readChainOfManifests(store, snapshotChain)),
    ...(await readChainOfManifests(store, shopSource)),
  ];
}

/** All lines of one table that the manifests name, checked against what the manifests say of them. */
export async function readLines(
  store: ObjectStore,
  manifests: readonly Manifest[],
  table: string,
): Promise<Line[]> {
  const lines: RawLine[] = [];
  for (const file of manifests.flatMap((each) => each.files).filter((each) => each.table === table)) {
    const text = gunzipSync((await store.get(file.key)) ?? '').toString();
    const parsed = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RawLine);
    expect(parsed).toHaveLength(file.rows);
    expect([parsed[0]?.pos, parsed.at(-1)?.pos]).toEqual([file.minPosition, file.maxPosition]);
    for (const line of parsed) lines.push(line);
  }
  return lines;
}

/**
 * The state that a log of changes leads to: what staging does later in SQL. A value that was not repeated is in the row
 * deleted right before it (a key change), else in what is there under the same key. At one place in the log, the mark of
 * a snapshot comes before its rows: keys that it does not name are gone, unless the log goes on about them.
 */
export function fold(lines: readonly Line[], key: readonly string[]): Rows {
  const rows = new Map<string, Record<string, string | null>>();
  let removed: { readonly at: Line; readonly row: Record<string, string | null> | undefined } | undefined;
  const sorted = [...lines].sort(
    (left, right) =>
      compare(left.pos, right.pos) ||
      left.ord - right.ord ||
      Number(right.op === 's') - Number(left.op === 's'),
  );
  for (const line of sorted) {
    const id = JSON.stringify(key.map((name) => line.data[name]));
    if (line.op === 't' || line.op === 's') rows.clear();
    else if (line.op === 'd') {
      removed = { at: line, row: rows.get(id) };
      rows.delete(id);
    } else {
      const isMove = line.op === 'c' && removed?.at.pos === line.pos && removed.at.ord === line.ord - 1;
      const moved = isMove ? removed?.row : undefined;
      const own = rows.get(id);
      const kept = (line.unchanged ?? []).map((name) => [name, moved?.[name] ?? own?.[name] ?? null]);
      rows.set(id, { ...line.data, ...(Object.fromEntries(kept) as Record<string, string | null>) });
    }
  }
  return rows;
}

/** The table as it is, every value in PostgreSQL's own text, read in another way than capture reads. */
export async function readSource(shop: Pick<TestDatabase, 'pool'>, table: CapturedTable): Promise<Rows> {
  const client = await shop.pool.connect();
  try {
    await client.query("set timezone = 'UTC'; set datestyle = 'ISO'; set extra_float_digits = 1");
    const result = await client.query<Record<string, string | null>>({
      text: `select ${table.columns.join(', ')} from ${table.table}`,
      types: { getTypeParser: () => (value: unknown) => value },
    } as never);
    return new Map(
      result.rows.map((row) => [JSON.stringify(table.key.map((name) => row[name])), { ...row }]),
    );
  } finally {
    client.release();
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
