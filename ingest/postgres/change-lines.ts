import { closeLine, lineHead, quoteJson } from '../landing/raw-json.ts';
import type { LineStamp } from '../landing/raw-json.ts';
import type { RawLine } from '../landing/raw-line.ts';
import type { RowSchema } from '../landing/manifest.ts';
import { captureErrors } from './errors.ts';
import { commitTimeToIso, formatLsn, lsnToPosition } from './lsn.ts';
import { invalidMessage } from './message-reader.ts';
import type {
  BeginMessage,
  CommitMessage,
  PgoutputMessage,
  Tuple,
  TupleValue,
  UpdateMessage,
} from './pgoutput.ts';
import { acceptRelation, checkWidth } from './relation.ts';
import type { CapturedRelation } from './relation.ts';
import type { CapturedTable } from './shop-tables.ts';

/** Where lines go: the batch writer, seen from here. */
export interface LineSink {
  readonly add: (table: string, line: string, rows: number, position: string) => void;
  readonly describe: (schemaId: string, schema: RowSchema) => void;
}

/** What was read so far, in whole transactions. */
export interface StreamEnd {
  /** Commit end LSN of the last transaction that was not already landed; undefined when there was none. */
  readonly endLsn: bigint | undefined;
  /** Latest commit time among them, microseconds since 2000. */
  readonly committedAt: bigint;
  readonly transactions: number;
}

interface OpenTransaction {
  readonly begin: BeginMessage;
  readonly stamp: LineStamp;
  /** Landed before: the slot sends again what was not acknowledged. */
  readonly isOld: boolean;
  ordinal: number;
}

/**
 * Turns a stream of messages into raw lines. Strict: messages out of place, transactions out of order and tables
 * that are not on the allow-list stop it, since each would otherwise end as a silent gap.
 */
export class ChangeLines {
  private readonly relations = new Map<number, CapturedRelation>();
  private readonly tables: readonly CapturedTable[];
  private readonly landed: bigint;
  private readonly sink: LineSink;
  private open: OpenTransaction | undefined;
  private lastCommit = -1n;
  private end: StreamEnd = { endLsn: undefined, committedAt: 0n, transactions: 0 };

  /** `landed`: end of what is in the archive; transactions up to there are passed over. */
  constructor(tables: readonly CapturedTable[], landed: bigint, sink: LineSink) {
    this.tables = tables;
    this.landed = landed;
    this.sink = sink;
  }

  accept(message: PgoutputMessage): void {
    switch (message.kind) {
      case 'begin':
        return this.begin(message);
      case 'commit':
        return this.commit(message);
      case 'relation':
        return void this.relations.set(message.oid, acceptRelation(message, this.tables));
      case 'insert':
        return this.row('c', message.relation, message.row);
      case 'update':
        return this.update(message);
      case 'delete':
        return this.deletion(this.relation(message.relation), message.old.values);
      case 'truncate':
        return message.relations.forEach((oid) => this.write('t', this.relation(oid), [], []));
      case 'note':
    }
  }

  /** Call at the end of a pull: it must end between two transactions. */
  finish(): StreamEnd {
    if (this.open === undefined) return this.end;
    throw captureErrors.error('CAPTURE_STREAM_BROKEN', {
      message: `the stream ended inside the transaction that committed at ${formatLsn(this.open.begin.commitLsn)}`,
    });
  }

  private begin(message: BeginMessage): void {
    if (this.open !== undefined) throw invalidMessage('a transaction begins inside another');
    if (message.commitLsn <= this.lastCommit) {
      throw captureErrors.error('CAPTURE_STREAM_BROKEN', {
        message: `${formatLsn(message.commitLsn)} came after ${formatLsn(this.lastCommit)}`,
      });
    }
    this.lastCommit = message.commitLsn;
    const stamp = { pos: lsnToPosition(message.commitLsn), at: commitTimeToIso(message.committedAt) };
    // A commit record that starts before the end of what was landed is part of it; records do not overlap.
    this.open = { begin: message, stamp, isOld: message.commitLsn < this.landed, ordinal: 0 };
  }

  private commit(message: CommitMessage): void {
    const open = this.transaction();
    if (message.commitLsn !== open.begin.commitLsn || message.endLsn <= message.commitLsn) {
      throw invalidMessage('a commit that does not belong to its begin');
    }
    this.open = undefined;
    if (open.isOld) return;
    const { committedAt, transactions } = this.end;
    this.end = {
      endLsn: message.endLsn,
      committedAt:
        transactions === 0 || message.committedAt > committedAt ? message.committedAt : committedAt,
      transactions: transactions + 1,
    };
  }

  private update(message: UpdateMessage): void {
    const relation = this.relation(message.relation);
    if (message.old === undefined) return this.row('u', message.relation, message.row);
    const old = message.old.values;
    checkWidth(relation, old);
    const isWholeRow = message.old.of === 'row';
    // Under "key" the other columns of the old row are null because they were not sent, not because they were null.
    const known = (index: number): boolean => isWholeRow || relation.key.includes(index);
    const row = message.row.map((value, index) => (value === undefined && known(index) ? old[index] : value));
    const moved = relation.key.some((index) => row[index] !== old[index]);
    if (!moved) return this.row('u', message.relation, row);
    this.deletion(relation, old);
    this.row('c', message.relation, row);
  }

  private row(op: 'c' | 'u', oid: number, row: Tuple): void {
    const relation = this.relation(oid);
    checkWidth(relation, row);
    if (relation.key.some((index) => typeof row[index] !== 'string'))
      throw invalidMessage('a row without its key');
    const unchanged = row.includes(undefined)
      ? relation.columns.filter((_, index) => row[index] === undefined)
      : [];
    this.write(op, relation, row, unchanged);
  }

  private deletion(relation: CapturedRelation, old: Tuple): void {
    checkWidth(relation, old);
    const key: TupleValue[] = Array.from(old, () => undefined);
    for (const index of relation.key) {
      if (typeof old[index] !== 'string') throw invalidMessage('a deletion without its key');
      key[index] = old[index];
    }
    this.write('d', relation, key, []);
  }

  private write(op: RawLine['op'], relation: CapturedRelation, values: Tuple, unchanged: string[]): void {
    const open = this.transaction();
    open.ordinal += 1;
    if (open.isOld) return;
    const head = lineHead(op, open.stamp, open.ordinal, relation.schemaId, unchanged);
    this.sink.describe(relation.schemaId, relation.schema);
    this.sink.add(
      relation.table,
      closeLine(head + rowJson(relation.labels, values), relation.table),
      1,
      open.stamp.pos,
    );
  }

  private relation(oid: number): CapturedRelation {
    const relation = this.relations.get(oid);
    if (relation === undefined) throw invalidMessage(`a change of table ${oid}, which was not announced`);
    return relation;
  }

  private transaction(): OpenTransaction {
    if (this.open === undefined) throw invalidMessage('a change outside a transaction');
    return this.open;
  }
}

/** The inside of a JSON object; values that are undefined are left out. */
export function rowJson(labels: readonly string[], values: Tuple): string {
  let json = '';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === undefined) continue;
    if (json !== '') json += ',';
    json += (labels[index] ?? '') + (value === null ? 'null' : quoteJson(value));
  }
  return json;
}
