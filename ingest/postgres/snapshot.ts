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
import { readCatalogDigest, readTables, readTableSize } from './source-facts.ts';

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
 * PostgreSQL (seen with 18.4) forgets DDL that commits while a slot is being made: making the slot tracks it, but
 * every later reading of the slot starts at the same place without that tracking. Changes of such a table then fail
 * for good with "could not map filenumber to relation OID", whatever reads the slot. 2 of 8 setups under steady
 * TRUNCATEs met it; with this check 0 of 40.
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
  const queue: TableToRead[] = [];
  for (const table of input.tables) {
    const columns = facts.find((each) => each.table === table.table)?.columns ?? [];
    const captured = columns.filter((each) => table.columns.includes(each.name));
    queue.push({ relation: relationOf(table, captured), ...(await estimate(first, table.table)) });
  }
  // The largest first: the last table to end should be a small one.
  queue.sort((left, right) => right.bytes - left.bytes);
  const estimated = queue.reduce((sum, each) => sum + each.rows, 0);
  let done = 0;
  const onRows = (rows: number): void => {
    done += rows;
    input.onRows(done, Math.max(done, estimated));
  };
  onRows(0);
  const read = async (reader: SourceConnection): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { relation } = next;
      await lockedOnlyDuring(reader, () => readTable(reader, relation, input.stamp, batch, onRows));
    }
  };
  await allOrFirstError(readers.map((reader) => ({ run: read(reader), stop: reader.close })));
}

interface TableToRead {
  readonly relation: CapturedRelation;
  readonly bytes: number;
  readonly rows: number;
}

async function estimate(reader: SourceConnection, table: string): Promise<{ bytes: number; rows: number }> {
  return await lockedOnlyDuring(reader, async () => {
    const { bytes, estimatedRows } = await readTableSize(reader, table);
    if (estimatedRows >= 0 && bytes >= countBelowBytes) return { bytes, rows: estimatedRows };
    const [counted] = await reader.query<{ n: number }>(
      `select count(*)::float8 as n from ${onlyTable(table)}`,
    );
    return { bytes, rows: counted?.n ?? 0 };
  });
}

/**
 * Gives a table's lock back once it is read; a transaction would keep it to its end. Then a TRUNCATE or migration of
 * the shop would wait for our largest table, everybody else behind it, and our other reader among them: for ever.
 */
async function lockedOnlyDuring<T>(reader: SourceConnection, work: () => Promise<T>): Promise<T> {
  await reader.query('savepoint one_table');
  const result = await work();
  await reader.query('rollback to one_table');
  await reader.query('release one_table');
  return result;
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
