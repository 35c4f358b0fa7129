import type { CaptureDeps } from './capture-deps.ts';
import { CopyTextLines, copyFields } from './copy-text.ts';
import { boundsOf, keyList, rangesBetween } from './keyset.ts';
import type { KeyValues } from './keyset.ts';
import { tableSql } from './publication.ts';
import type { CapturedTable } from './shop-tables.ts';
import { keyColumns, mustRead } from './snapshot-chunk.ts';
import type { TablePlan } from './snapshot-store.ts';
import type { SourceConnection } from './source-connection.ts';
import { readTableSize } from './source-facts.ts';
import type { TableFacts } from './source-facts.ts';

/** Below this an exact count costs less than a wrong estimate is worth. */
const countBelowBytes = 268_435_456;

const maximumRanges = 16;
const sampledKeys = 4_000;
const chunkRowBounds = { least: 16, most: 100_000 } as const;

/** How a table is read: how many rows at a time, and for a large one in which parts side by side. */
export async function planTable(
  deps: CaptureDeps,
  source: SourceConnection,
  table: CapturedTable,
): Promise<TablePlan> {
  const facts = await mustRead(source, table);
  const { bytes, rows } = await estimate(source, facts);
  const perRow = rows > 0 ? Math.max(1, bytes / rows) : bytes;
  const chunkRows = Math.floor(deps.chunkBytes / Math.max(1, perRow));
  const ranges = Math.min(maximumRanges, Math.ceil(rows / deps.rowsPerRange));
  const sample = ranges > 1 ? await sampleKeys(source, facts, rows) : [];
  return {
    ranges: rangesBetween(boundsOf(sample, ranges)),
    chunkRows: Math.max(chunkRowBounds.least, Math.min(chunkRowBounds.most, chunkRows)),
    estimatedRows: rows,
  };
}

async function estimate(
  source: SourceConnection,
  facts: TableFacts,
): Promise<{ readonly bytes: number; readonly rows: number }> {
  const { bytes, estimatedRows } = await readTableSize(source, facts.table);
  if (estimatedRows >= 0 && bytes >= countBelowBytes) return { bytes, rows: estimatedRows };
  const [counted] = await source.query<{ n: number }>(`select count(*)::float8 as n from ${tableSql(facts)}`);
  return { bytes, rows: counted?.n ?? 0 };
}

/** Keys of some pages of the table, in order. */
async function sampleKeys(source: SourceConnection, facts: TableFacts, rows: number): Promise<KeyValues[]> {
  const key = keyColumns(facts);
  const percent = Math.min(100, Math.max(0.001, (100 * sampledKeys) / rows));
  const columns = keyList(key);
  const sql = `copy (select ${columns} from ${tableSql(facts)} tablesample system (${percent})
    order by ${columns}) to stdout`;
  const lines = new CopyTextLines();
  const sample: KeyValues[] = [];
  for await (const chunk of source.copyOut(sql)) {
    for (const line of lines.push(chunk)) {
      if (typeof line === 'string') sample.push(copyFields(line).map(String));
    }
  }
  lines.end();
  return sample;
}

/** What is left of a range after the chunks that are there; undefined when nothing is. */
export function restOf(
  range: TablePlan['ranges'][number],
  chunks: ReadonlyArray<{ readonly lastKey: KeyValues | null; readonly isLast: boolean }>,
): TablePlan['ranges'][number] | undefined {
  const last = chunks.at(-1);
  if (last === undefined) return range;
  return last.isLast || last.lastKey === null ? undefined : { after: last.lastKey, upTo: range.upTo };
}
