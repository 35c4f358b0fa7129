import { createBatchWriter } from '../landing/batch-writer.ts';
import type { BatchWriter } from '../landing/batch-writer.ts';
import type { ObjectStore } from '../landing/object-store.ts';
import { closeLine, lineHead } from '../landing/raw-json.ts';
import type { LineStamp } from '../landing/raw-json.ts';
import { rowJson } from './change-lines.ts';
import { CopyTextLines, copyFields } from './copy-text.ts';
import { captureErrors } from './errors.ts';
import { onlyTable, quoted } from './publication.ts';
import { relationOf } from './relation.ts';
import type { CapturedRelation } from './relation.ts';
import type { CapturedTable } from './shop-tables.ts';
import { connectSource } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';
import { readCatalogDigest, readTables } from './source-facts.ts';
import type { TableFacts } from './source-facts.ts';

export interface SnapshotInput {
  readonly sourceUrl: string;
  readonly store: ObjectStore;
  readonly tables: readonly CapturedTable[];
  readonly snapshotName: string;
  /** Digest of the catalogue from before the slot was made; another one in the snapshot is CAPTURE_CATALOG_MOVED. */
  readonly catalogDigest: string;
  /** Position and time that every row of the snapshot carries. */
  readonly stamp: LineStamp;
  /** Called once all readers have taken the snapshot over: the connection that exported it may go. */
  readonly onImported: () => Promise<void>;
  readonly onRows: (done: number, estimated: number) => void;
}

/** Two tables at a time: one server process each, and our side keeps up with about two. */
const readerCount = 2;

/** Below this an exact count costs less than a wrong estimate is worth. */
const countBelowBytes = 268_435_456;

/** Reads all tables as of one exported snapshot into one finished, unpublished batch. */
export async function readSnapshot(input: SnapshotInput): Promise<BatchWriter> {
  const batch = createBatchWriter(input.store);
  const readers: SourceConnection[] = [];
  try {
    for (let index = 0; index < Math.min(readerCount, input.tables.length); index += 1) {
      const reader = await connectSource(input.sourceUrl);
      readers.push(reader);
      await importSnapshot(reader, input.snapshotName);
    }
    await input.onImported();
    await checkCatalog(readers, input);
    await readAll(readers, input, batch);
    await batch.finish();
    return batch;
  } catch (error) {
    await batch.discard();
    throw error;
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

async function importSnapshot(reader: SourceConnection, snapshotName: string): Promise<void> {
  await reader.query('begin isolation level repeatable read read only');
  await reader.query(`set transaction snapshot '${snapshotName.replaceAll("'", "''")}'`);
}

/**
 * PostgreSQL (18.4, and by its source earlier ones too) forgets DDL that commits while a slot is being made: making
 * the slot tracks it, but each later reading of the slot starts at the same place without that tracking. Rows of such
 * a table then fail for good ("could not map filenumber"), or are read with their old shape. About one setup in ten
 * met it under concurrent TRUNCATEs.
 */
async function checkCatalog(readers: readonly SourceConnection[], input: SnapshotInput): Promise<void> {
  const [first] = readers;
  if (first === undefined) return;
  if ((await readCatalogDigest(first, input.tables)) === input.catalogDigest) return;
  throw captureErrors.error('CAPTURE_CATALOG_MOVED', {
    message: 'the catalogue changed while the slot was made',
  });
}

async function readAll(
  readers: readonly SourceConnection[],
  input: SnapshotInput,
  batch: BatchWriter,
): Promise<void> {
  const [first] = readers;
  if (first === undefined) return;
  const facts = await readTables(first, input.tables);
  // The largest first: the last table to end should be a small one.
  const queue = input.tables
    .map((table) => ({ table, facts: facts.find((each) => each.table === table.table) }))
    .sort((left, right) => (right.facts?.bytes ?? 0) - (left.facts?.bytes ?? 0));
  let estimated = 0;
  for (const { facts: found } of queue)
    estimated += found === undefined ? 0 : await estimateRows(first, found);
  let done = 0;
  input.onRows(0, estimated);
  const read = async (reader: SourceConnection): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const columns = (next.facts?.columns ?? []).filter((each) => next.table.columns.includes(each.name));
      await readTable(reader, relationOf(next.table, columns), input.stamp, batch, (rows) => {
        done += rows;
        input.onRows(done, Math.max(done, estimated));
      });
    }
  };
  await allOrFirstError(readers.map((reader) => ({ run: read(reader), stop: reader.close })));
}

async function estimateRows(reader: SourceConnection, facts: TableFacts): Promise<number> {
  if (facts.estimatedRows >= 0 && facts.bytes >= countBelowBytes) return facts.estimatedRows;
  const rows = await reader.query<{ n: number }>(
    `select count(*)::float8 as n from ${onlyTable(facts.table)}`,
  );
  return rows[0]?.n ?? 0;
}

/**
 * COPY, because it writes values by the same output functions as the stream does; a cast to text would not
 * (`true` for `t`, char(n) without its padding).
 */
async function readTable(
  reader: SourceConnection,
  relation: CapturedRelation,
  stamp: LineStamp,
  batch: BatchWriter,
  onRows: (rows: number) => void,
): Promise<void> {
  const { table, labels } = relation;
  const columns = relation.columns.map(quoted).join(', ');
  const head = lineHead('r', stamp, 0, relation.schemaId);
  const lines = new CopyTextLines();
  batch.describe(relation.schemaId, relation.schema);
  for await (const chunk of reader.copyOut(`copy (select ${columns} from ${onlyTable(table)}) to stdout`)) {
    const rows = lines.push(chunk);
    if (rows.length === 0) continue;
    let text = '';
    for (const row of rows) text += closeLine(head + rowJson(labels, copyFields(row)), table);
    batch.add(table, text, rows.length, stamp.pos);
    await batch.drain();
    onRows(rows.length);
  }
  lines.end();
}

/** Waits for all; the first failure stops the others, so that none goes on writing into a batch that is given up. */
async function allOrFirstError(
  parts: ReadonlyArray<{ readonly run: Promise<void>; readonly stop: () => Promise<void> }>,
): Promise<void> {
  const settled = Promise.allSettled(parts.map((part) => part.run));
  try {
    await Promise.all(parts.map((part) => part.run));
  } catch (error) {
    await Promise.all(parts.map((part) => part.stop()));
    await settled;
    throw error;
  }
}
