import { invalidMessage } from './message-reader.ts';
import { oversizeBytes } from './oversize.ts';
import type { OversizeWriter } from './oversize.ts';
import type { OldRow, PgoutputMessage, TupleValue } from './pgoutput.ts';

/** Opens what takes a large value of a table's column. */
export type BeginValue = (relation: number, column: number) => OversizeWriter;

/** What the reader waits for: so many bytes in one piece, or so many that are passed on as they come. */
type Need = { readonly bytes: number } | { readonly bytes: number; readonly into: OversizeWriter };

type Read<T> = Generator<Need, T, Buffer>;
type ValueToCome = TupleValue | Promise<TupleValue>;

interface LargeRow {
  readonly type: string;
  readonly relation: number;
  readonly old: { readonly of: OldRow['of']; readonly values: ValueToCome[] } | undefined;
  readonly row: ValueToCome[];
}

/**
 * Reads one row message that is too large for memory, from pieces cut anywhere. Only its small values become text; the
 * others go where `begin` says.
 */
export class LargeMessage {
  private readonly reading: Read<LargeRow>;
  private readonly limit: number;
  private need: IteratorResult<Need, LargeRow>;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private passed = 0;

  constructor(begin: BeginValue, limit = oversizeBytes) {
    this.limit = limit;
    this.reading = readMessage(begin, limit);
    this.need = this.reading.next();
  }

  push(piece: Buffer): void {
    let rest = piece;
    while (rest.length > 0) {
      if (this.need.done === true) throw invalidMessage(`${rest.length} bytes after its last field`);
      const need = this.need.value;
      rest = 'into' in need ? this.pass(need, rest) : this.hold(need, rest);
    }
  }

  /** Call after the last piece; resolves once all values are where they belong. */
  async finish(): Promise<PgoutputMessage> {
    if (this.need.done !== true) throw invalidMessage('it ends early');
    const { type, relation, old, row } = this.need.value;
    const values = await settled(row);
    if (type === 'I') return { kind: 'insert', relation, row: values };
    const before = old && { of: old.of, values: await settled(old.values) };
    if (type === 'U') return { kind: 'update', relation, old: before, row: values };
    if (before === undefined) throw invalidMessage('a deletion without its row');
    return { kind: 'delete', relation, old: before };
  }

  private pass({ bytes, into }: Need & { readonly into: OversizeWriter }, rest: Buffer): Buffer {
    const part = rest.subarray(0, bytes - this.passed);
    into.write(part);
    this.passed += part.length;
    if (this.passed === bytes) {
      this.passed = 0;
      this.need = this.reading.next(Buffer.alloc(0));
    }
    return rest.subarray(part.length);
  }

  private hold({ bytes }: Need, rest: Buffer): Buffer {
    if (bytes > this.limit) throw invalidMessage(`a field of ${bytes} bytes`);
    const part = rest.subarray(0, bytes - this.heldBytes);
    this.held.push(part);
    this.heldBytes += part.length;
    if (this.heldBytes === bytes) {
      const whole = this.held.length === 1 ? part : Buffer.concat(this.held);
      this.held = [];
      this.heldBytes = 0;
      this.need = this.reading.next(whole);
    }
    return rest.subarray(part.length);
  }
}

async function settled(values: readonly ValueToCome[]): Promise<TupleValue[]> {
  const all: TupleValue[] = [];
  for (const value of values) all.push(await value);
  return all;
}

function* readMessage(begin: BeginValue, limit: number): Read<LargeRow> {
  const head = yield { bytes: 6 };
  const type = String.fromCharCode(head.readUInt8(0));
  const relation = head.readUInt32BE(1);
  const tuple = (): Read<ValueToCome[]> => readTuple(begin, limit, relation);
  let mark = String.fromCharCode(head.readUInt8(5));
  if (type === 'I' && mark === 'N') return { type, relation, old: undefined, row: yield* tuple() };
  if (type !== 'U' && type !== 'D') throw invalidMessage(`a large message of type ${type}`);
  let old: LargeRow['old'];
  if (mark === 'K' || mark === 'O') {
    old = { of: mark === 'K' ? 'key' : 'row', values: yield* tuple() };
    if (type === 'D') return { type, relation, old, row: [] };
    mark = String.fromCharCode((yield { bytes: 1 }).readUInt8(0));
  }
  if (type !== 'U' || mark !== 'N') throw invalidMessage('no row where one begins');
  return { type, relation, old, row: yield* tuple() };
}

function* readTuple(begin: BeginValue, limit: number, relation: number): Read<ValueToCome[]> {
  const count = (yield { bytes: 2 }).readInt16BE(0);
  const values: ValueToCome[] = [];
  for (let column = 0; column < count; column += 1) {
    const mark = String.fromCharCode((yield { bytes: 1 }).readUInt8(0));
    if (mark === 'n') values.push(null);
    else if (mark === 'u') values.push(undefined);
    else if (mark === 't') values.push(yield* readText(() => begin(relation, column), limit));
    else throw invalidMessage('a value of unknown kind');
  }
  return values;
}

function* readText(begin: () => OversizeWriter, limit: number): Read<ValueToCome> {
  const bytes = (yield { bytes: 4 }).readInt32BE(0);
  if (bytes < 0) throw invalidMessage(`a value of ${bytes} bytes`);
  if (bytes === 0) return '';
  if (bytes <= limit) return (yield { bytes }).toString('utf8');
  const into = begin();
  yield { bytes, into };
  const value = into.finish();
  // Awaited by finish.
  value.catch(() => {});
  return value;
}
