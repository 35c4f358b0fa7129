import type { ArchiveWorld } from '../support/archive-world.ts';
import type { Batch, RawRow } from './feed.ts';

/** Puts a batch into an archive, as ingestion lands it; batches of a source come in the order of its chain. */
export async function landBatch(
  archive: ArchiveWorld,
  { source, rows }: Pick<Batch, 'source' | 'rows'>,
): Promise<void> {
  const tables = new Map<string, RawRow[]>();
  for (const row of rows) tables.set(row.table, [...(tables.get(row.table) ?? []), row]);
  const last = Math.max(...rows.map(({ committedAt }) => committedAt));
  const parts = [...tables].map(([table, its]) => {
    const names = new Set(its.flatMap(({ data }) => Object.keys(data)));
    const columns = [...names].map((name) => ({ name, typeOid: 25, typeModifier: -1 }));
    return [table, { lines: its.map(lineOf), columns }] as const;
  });
  await archive.land(source, new Date(last).toISOString().slice(0, 10), Object.fromEntries(parts));
}

function lineOf({ table, op, position, ordinal, committedAt, data }: RawRow): string {
  const at = `${new Date(committedAt).toISOString().slice(0, 23)}000Z`;
  return JSON.stringify({ op, pos: position, ord: ordinal, at, schema: table, data });
}
