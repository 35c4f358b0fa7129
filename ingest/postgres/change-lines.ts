import type { LineStamp } from '../landing/raw-json.ts';
import type { RawLine } from '../landing/raw-line.ts';
import { readBeat } from './canary.ts';
import { captureErrors } from './errors.ts';
import { keyValuesOf } from './keyset.ts';
import { commitTimeToIso, formatLsn, lsnToPosition } from './lsn.ts';
import { invalidMessage } from './message-reader.ts';
import type { OversizeShelf, OversizeWriter } from './oversize.ts';
import type {
  BeginMessage,
  CommitMessage,
  PgoutputMessage,
  RelationMessage,
  Tuple,
  TupleValue,
  UpdateMessage,
} from './pgoutput.ts';
import { acceptRelation, checkWidth, sourceSchema } from './relation.ts';
import type { AllowList, CapturedRelation } from './relation.ts';
import { writeRow } from './row-lines.ts';
import type { LineSink } from './row-lines.ts';

/** What was read so far, in whole transactions. */
export interface StreamEnd {
  /** Commit end LSN of the last transaction that was not already landed; undefined when there was none. */
  readonly endLsn: bigint | undefined;
  /** Latest commit time among them, microseconds since 2000. */
  readonly committedAt: bigint;
  readonly transactions: number;
}

/** Where the last line of the stream stands. */
export interface LastLine {
  readonly stamp: LineStamp;
  readonly ord: number;
}

/** A row that came under a new key without all of its values, while a snapshot of its table was open. */
export interface MovedRow {
  readonly relation: CapturedRelation;
  /** Values of the relation's key. */
  readonly key: readonly string[];
}

export interface ChangeLinesInput {
  readonly allow: AllowList;
  /** End of what is in the archive; transactions up to there are passed over. */
  readonly landed: bigint;
  readonly sink: LineSink;
  readonly shelf: OversizeShelf;
  /** Tables that a snapshot brings at the same time. */
  readonly openTables?: ReadonlySet<string>;
  /** Whose row of the canary's table is ours; undefined when there is no canary. */
  readonly canary?: string | undefined;
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
  /** The canary's highest beat in the stream. */
  beat = -1n;
  readonly moved: MovedRow[] = [];
  last: LastLine | undefined;
  private readonly relations = new Map<number, CapturedRelation>();
  /** Tables whose rows are not landed: the canary's, and those that are no longer captured. */
  private readonly passedOver = new Map<number, RelationMessage>();
  /** Tables that may be announced, but of which no change may come. */
  private readonly strangers = new Map<number, RelationMessage>();
  private readonly input: ChangeLinesInput;
  private open: OpenTransaction | undefined;
  private lastCommit = -1n;
  private end: StreamEnd = { endLsn: undefined, committedAt: 0n, transactions: 0 };

  constructor(input: ChangeLinesInput) {
    this.input = input;
  }

  accept(message: PgoutputMessage): void {
    switch (message.kind) {
      case 'begin':
        return this.begin(message);
      case 'commit':
        return this.commit(message);
      case 'relation':
        return this.announce(message);
      case 'insert':
        return this.isPassedOver(message.relation, message.row)
          ? undefined
          : this.row('c', message.relation, message.row);
      case 'update':
        return this.isPassedOver(message.relation, message.row) ? undefined : this.update(message);
      case 'delete':
        return this.isPassedOver(message.relation)
          ? undefined
          : this.deletion(this.relation(message.relation), message.old.values);
      case 'truncate':
        return message.relations.forEach((oid) => this.truncation(oid));
      case 'note':
    }
  }

  /** Opens what takes a value of this column that is too large to be a text. */
  beginValue(relation: number, column: number): OversizeWriter {
    const captured = this.relations.get(relation);
    const isWritten = captured?.labels[column] !== undefined && captured.rules?.isUntouched(column) !== false;
    return this.input.shelf.begin(isWritten && !this.transaction().isOld);
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
    this.open = { begin: message, stamp, isOld: message.commitLsn < this.input.landed, ordinal: 0 };
  }

  private commit(message: CommitMessage): void {
    const open = this.transaction();
    if (message.commitLsn !== open.begin.commitLsn || message.endLsn <= message.commitLsn) {
      throw invalidMessage('a commit that does not belong to its begin');
    }
    this.open = undefined;
    if (open.isOld) return;
    this.last = { stamp: open.stamp, ord: open.ordinal };
    const { committedAt, transactions } = this.end;
    this.end = {
      endLsn: message.endLsn,
      committedAt:
        transactions === 0 || message.committedAt > committedAt ? message.committedAt : committedAt,
      transactions: transactions + 1,
    };
  }

  private announce(message: RelationMessage): void {
    const { canary, allow } = this.input;
    const isRetired = allow.retired?.has(message.table) === true && message.schema === sourceSchema;
    if (isRetired || (canary !== undefined && readBeat.isOf(message)))
      this.passedOver.set(message.oid, message);
    else if (allow.viaRoot === true && !allow.tables.some((each) => each.table === message.table))
      this.strangers.set(message.oid, message);
    else this.relations.set(message.oid, acceptRelation(message, allow));
  }

  /** Rows of the canary's table are looked at, and not landed. */
  private isPassedOver(oid: number, row?: Tuple): boolean {
    if (this.passedOver.size === 0) return false;
    const relation = this.passedOver.get(oid);
    if (relation === undefined) return false;
    const isCanary = row !== undefined && readBeat.isOf(relation);
    const beat = isCanary ? readBeat.of(relation, row, this.input.canary ?? '') : undefined;
    if (beat !== undefined && beat > this.beat) this.beat = beat;
    return true;
  }

  private truncation(oid: number): void {
    if (!this.isPassedOver(oid)) this.write('t', this.relation(oid), [], []);
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
    if (row.includes(undefined)) this.noteMoved(relation, row);
  }

  /**
   * The values that are missing are in the row under its old key. A snapshot that goes on may have met that row under
   * neither key: it read behind the old one before the move, and past the new one after it.
   */
  private noteMoved(relation: CapturedRelation, row: Tuple): void {
    const isOpen = this.input.openTables?.has(relation.table) === true && !this.transaction().isOld;
    if (isOpen) this.moved.push({ relation, key: keyValuesOf(row, relation.key) });
  }

  private row(op: 'c' | 'u', oid: number, row: Tuple): void {
    const relation = this.relation(oid);
    checkWidth(relation, row);
    if (relation.key.some((index) => typeof row[index] !== 'string'))
      throw invalidMessage('a row without its key');
    const unchanged = row.includes(undefined)
      ? relation.columns.flatMap((name, index) => {
          if (row[index] !== undefined || relation.labels[index] === undefined) return [];
          return relation.rules?.written(index).map((each) => each.name) ?? [name];
        })
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
    const { sink, shelf } = this.input;
    writeRow(sink, shelf, relation, { op, stamp: open.stamp, ord: open.ordinal, unchanged }, values);
  }

  private relation(oid: number): CapturedRelation {
    const relation = this.relations.get(oid);
    if (relation !== undefined) return relation;
    const stranger = this.strangers.get(oid);
    if (stranger !== undefined) return acceptRelation(stranger, this.input.allow);
    throw invalidMessage(`a change of table ${oid}, which was not announced`);
  }

  private transaction(): OpenTransaction {
    if (this.open === undefined) throw invalidMessage('a change outside a transaction');
    return this.open;
  }
}
