import { closeLine, lineHead } from '../landing/raw-json.ts';
import type { LineStamp } from '../landing/raw-json.ts';
import { createBatchWriter } from '../landing/batch-writer.ts';
import type { BatchWriter } from '../landing/batch-writer.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { CopyRows } from './copy-rows.ts';
import { captureErrors } from './errors.ts';
import { keyList, keyValuesOf, rangeCondition } from './keyset.ts';
import type { KeyColumn, KeyRange } from './keyset.ts';
import { OversizeShelf } from './oversize.ts';
import { quoted, tableSql } from './publication.ts';
import { relationOf } from './relation.ts';
import type { CapturedRelation } from './relation.ts';
import { rowJson, writeRow } from './row-lines.ts';
import type { TupleValue } from './pgoutput.ts';
import type { CapturedTable } from './shop-tables.ts';
import type { SnapshotChunk } from './snapshot-store.ts';
import type { SourceConnection } from './source-connection.ts';
import { readTables } from './source-facts.ts';
import type { TableFacts } from './source-facts.ts';

/** Which rows a chunk is made of. */
export interface ChunkInput {
  readonly table: CapturedTable;
  /** Number of the range in the table, and of the chunk in the range. */
  readonly range: number;
  readonly chunk: number;
  /** What is left of the range. */
  readonly rest: KeyRange;
  readonly rows: number;
  readonly stamp: LineStamp;
}

/**
 * Reads the next rows of a range by key into archive files. One short statement of its own: no transaction stays open
 * at the source, and whatever waits for the table's lock waits for one chunk at most.
 */
export async function readChunk(
  deps: CaptureDeps,
  source: SourceConnection,
  input: ChunkInput,
  onRows: (rows: number) => void,
): Promise<SnapshotChunk> {
  const facts = await mustRead(source, input.table);
  const key = keyColumns(facts);
  const listed = facts.columns.filter((each) => input.table.columns.includes(each.name));
  const relation = relationOf(input.table, listed, deps.valueRules);
  const batch = createBatchWriter(deps.store);
  const shelf = new OversizeShelf(deps.store, deps.source);
  try {
    const reader = new ChunkReader(relation, key, input.stamp, batch, shelf);
    // The first file of a table says that all of it follows: keys that it does not name are gone.
    if (input.range === 0 && input.chunk === 0) reader.mark();
    for await (const bytes of source.copyOut(chunkSql(facts, relation, key, input))) {
      onRows(await reader.push(bytes));
      await shelf.drain();
      await batch.drain();
    }
    reader.end();
    await deps.valueRules?.settle();
    await batch.finish();
    const files = await batch.publish(deps.source, input.stamp.pos);
    const { rows, lastKey } = reader;
    const { range, chunk } = input;
    return { range, chunk, lastKey, isLast: rows < input.rows, rows, files, schemas: batch.schemas() };
  } finally {
    await shelf.discard();
    await batch.discard();
  }
}

/** The columns that identify a row, in the order of their index. */
export function keyColumns(facts: TableFacts): KeyColumn[] {
  return facts.identity.flatMap((name) => facts.columns.find((each) => each.name === name) ?? []);
}

/** A table as it is now, or an error when it is gone. */
export async function mustRead(source: SourceConnection, table: CapturedTable): Promise<TableFacts> {
  const [facts] = await readTables(source, [table]);
  if (facts !== undefined && facts.identity.length > 0) return facts;
  throw captureErrors.error(facts === undefined ? 'CAPTURE_TABLE_MISSING' : 'CAPTURE_KEY_MISSING', {
    message: `${table.table} ${facts === undefined ? 'is gone' : 'has lost its key'}`,
    where: table.table,
  });
}

/**
 * COPY, because it writes values by the same output functions as the stream does; a cast to text would not
 * (`true` for `t`, char(n) without its padding).
 */
function chunkSql(
  facts: TableFacts,
  relation: CapturedRelation,
  key: readonly KeyColumn[],
  { rest, rows }: ChunkInput,
): string {
  const columns = relation.columns.map(quoted).join(', ');
  return `copy (select ${columns} from ${tableSql(facts)} ${rangeCondition(key, rest)}
    order by ${keyList(key)} limit ${rows}) to stdout`;
}

class ChunkReader {
  rows = 0;
  private last: readonly TupleValue[] | undefined;
  private readonly relation: CapturedRelation;
  private readonly stamp: LineStamp;
  private readonly batch: BatchWriter;
  private readonly shelf: OversizeShelf;
  private readonly copied: CopyRows;
  private text = '';
  private textRows = 0;
  private readonly head: string;
  private readonly keyAt: readonly number[];

  constructor(
    relation: CapturedRelation,
    key: readonly KeyColumn[],
    stamp: LineStamp,
    batch: BatchWriter,
    shelf: OversizeShelf,
  ) {
    this.relation = relation;
    this.stamp = stamp;
    this.batch = batch;
    this.shelf = shelf;
    this.head = lineHead('r', stamp, 0, relation.schemaId);
    this.keyAt = key.map((column) => relation.columns.indexOf(column.name));
    this.copied = new CopyRows(relation, shelf, (values, isShort) => this.take(values, isShort));
    batch.describe(relation.schemaId, relation.schema);
  }

  get lastKey(): readonly string[] | null {
    const { last } = this;
    return last === undefined ? null : keyValuesOf(last, this.keyAt);
  }

  mark(): void {
    const { relation, stamp, batch } = this;
    const head = lineHead('s', stamp, 0, relation.schemaId);
    batch.add(relation.table, closeLine(head, relation.table), 1, stamp.pos);
  }

  /** Takes bytes; resolves to how many rows became complete. */
  async push(bytes: Buffer): Promise<number> {
    const before = this.rows;
    await this.copied.push(bytes);
    if (this.textRows > 0) this.batch.add(this.relation.table, this.text, this.textRows, this.stamp.pos);
    this.text = '';
    this.textRows = 0;
    return this.rows - before;
  }

  end(): void {
    this.copied.end();
  }

  private take(values: readonly TupleValue[], isShort: boolean): void {
    this.last = values;
    this.rows += 1;
    const { relation, stamp } = this;
    if (!isShort) return writeRow(this.batch, this.shelf, relation, { op: 'r', stamp, ord: 0 }, values);
    this.text += closeLine(this.head + rowJson(relation, values), relation.table);
    this.textRows += 1;
  }
}
