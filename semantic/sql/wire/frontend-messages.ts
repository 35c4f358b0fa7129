import type { Format } from '../engine.ts';
import { ByteReader } from './byte-reader.ts';
import { protocolViolation } from './fatal-error.ts';
import type { Frame } from './frame-reader.ts';

/** What Describe and Close are about. */
export type Target = 'statement' | 'portal';

/** A message of a client whose connection has started. */
export type FrontendMessage =
  | { readonly kind: 'query'; readonly text: string }
  | {
      readonly kind: 'parse';
      readonly name: string;
      readonly text: string;
      readonly types: readonly number[];
    }
  | BindMessage
  | { readonly kind: 'describe'; readonly target: Target; readonly name: string }
  | { readonly kind: 'close'; readonly target: Target; readonly name: string }
  | { readonly kind: 'execute'; readonly portal: string; readonly most: number }
  | { readonly kind: 'sync' }
  | { readonly kind: 'flush' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'function-call' }
  /** Leftovers of a COPY that was refused, which PostgreSQL passes over, too. */
  | { readonly kind: 'copy-leftover' };

export interface BindMessage {
  readonly kind: 'bind';
  readonly portal: string;
  readonly statement: string;
  readonly parameterFormats: readonly Format[];
  readonly parameters: readonly (Buffer | null)[];
  readonly resultFormats: readonly Format[];
}

type Read = (reader: ByteReader) => FrontendMessage;

const sync: FrontendMessage = { kind: 'sync' };
const flush: FrontendMessage = { kind: 'flush' };
const terminate: FrontendMessage = { kind: 'terminate' };
const leftover: FrontendMessage = { kind: 'copy-leftover' };

const readers: ReadonlyMap<number, Read> = new Map(
  Object.entries({
    Q: (reader) => ({ kind: 'query', text: reader.cString() }),
    P: (reader) => ({
      kind: 'parse',
      name: reader.cString(),
      text: reader.cString(),
      types: list(reader, () => reader.uint32()),
    }),
    B: readBind,
    D: (reader) => ({ kind: 'describe', target: readTarget(reader), name: reader.cString() }),
    C: (reader) => ({ kind: 'close', target: readTarget(reader), name: reader.cString() }),
    E: (reader) => ({ kind: 'execute', portal: reader.cString(), most: Math.max(0, reader.int32()) }),
    S: () => sync,
    H: () => flush,
    X: () => terminate,
    F: passOver({ kind: 'function-call' }),
    d: passOver(leftover),
    f: passOver(leftover),
    c: () => leftover,
  } satisfies Record<string, Read>).map(([letter, read]) => [letter.charCodeAt(0), read]),
);

/** Throws FatalError 08P01 for what is no message, SqlError 22021 for text that is no UTF-8. */
export function readMessage({ type, body }: Frame): FrontendMessage {
  const read = readers.get(type);
  if (read === undefined) throw protocolViolation(`unexpected message type ${type}`);
  const reader = new ByteReader(body);
  const message = read(reader);
  reader.end();
  return message;
}

/** For what is not looked at. */
function passOver(message: FrontendMessage): Read {
  return (reader) => {
    reader.skip(reader.left);
    return message;
  };
}

function readBind(reader: ByteReader): BindMessage {
  const portal = reader.cString();
  const statement = reader.cString();
  const parameterFormats = list(reader, readFormat);
  const parameters = list(reader, readParameter);
  if (parameterFormats.length > 1 && parameterFormats.length !== parameters.length)
    throw protocolViolation(
      `bind message has ${parameterFormats.length} parameter formats but ${parameters.length} parameters`,
    );
  return {
    kind: 'bind',
    portal,
    statement,
    parameterFormats,
    parameters,
    resultFormats: list(reader, readFormat),
  };
}

function readFormat(reader: ByteReader): Format {
  const code = reader.uint16();
  if (code > 1) throw protocolViolation(`unsupported format code: ${code}`);
  return code === 0 ? 'text' : 'binary';
}

function readParameter(reader: ByteReader): Buffer | null {
  const length = reader.int32();
  return length === -1 ? null : reader.skip(length);
}

function readTarget(reader: ByteReader): Target {
  const letter = String.fromCharCode(reader.byte());
  if (letter === 'S') return 'statement';
  if (letter === 'P') return 'portal';
  throw protocolViolation(`invalid target "${letter}" of a message`);
}

function list<T>(reader: ByteReader, read: (reader: ByteReader) => T): readonly T[] {
  const count = reader.uint16();
  if (count === 0) return none;
  const all: T[] = [];
  for (let index = 0; index < count; index++) all.push(read(reader));
  return all;
}

/** Shared: most messages have empty lists. */
const none: readonly never[] = [];
