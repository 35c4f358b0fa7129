import { int32, uint16 } from '../byte-writer.ts';
import type { Field, Format } from '../engine.ts';
import type { SqlErrorFields } from '../sql-error.ts';

/** What may be done next, as ReadyForQuery tells it. */
export type TransactionStatus = 'idle' | 'open' | 'failed';

const noBody = Buffer.alloc(0);

/** Messages without content are made once. */
export const parseComplete: Buffer = message('1', noBody);
export const bindComplete: Buffer = message('2', noBody);
export const closeComplete: Buffer = message('3', noBody);
export const noData: Buffer = message('n', noBody);
export const emptyQuery: Buffer = message('I', noBody);
export const portalSuspended: Buffer = message('s', noBody);
export const copyDone: Buffer = message('c', noBody);

const ready: Readonly<Record<TransactionStatus, Buffer>> = {
  idle: message('Z', Buffer.from('I')),
  open: message('Z', Buffer.from('T')),
  failed: message('Z', Buffer.from('E')),
};

export function readyForQuery(status: TransactionStatus): Buffer {
  return ready[status];
}

/** One message: its letter, its length, its body. */
export function message(letter: string, body: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(body.length + 5);
  whole[0] = letter.charCodeAt(0);
  whole.writeInt32BE(body.length + 4, 1);
  body.copy(whole, 5);
  return whole;
}

export function commandComplete(tag: string): Buffer {
  return message('C', cStrings(tag));
}

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', cStrings(name, value));
}

/** How to be cancelled: by this number, by whoever knows this key. */
export function backendKeyData(processId: number, key: Buffer): Buffer {
  return message('K', Buffer.concat([int32(processId), key]));
}

/** The newest protocol spoken here, as `major << 16 | minor`, and the options that are not known. */
export function negotiateProtocolVersion(newest: number, unknown: readonly string[]): Buffer {
  return message('v', Buffer.concat([int32(newest), int32(unknown.length), cStrings(...unknown)]));
}

const authentications = { ok: 0, password: 3, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;

/** A step of authentication, with what it says. */
export function authentication(step: keyof typeof authentications, content: Buffer = noBody): Buffer {
  return message('R', Buffer.concat([int32(authentications[step]), content]));
}

export function parameterDescription(types: readonly number[]): Buffer {
  const body = Buffer.allocUnsafe(2 + types.length * 4);
  body.writeUInt16BE(types.length);
  types.forEach((type, index) => body.writeUInt32BE(type, 2 + index * 4));
  return message('t', body);
}

export function rowDescription(fields: readonly Field[], formats: readonly Format[]): Buffer {
  const parts = [uint16(fields.length)];
  fields.forEach((field, index) => {
    const rest = Buffer.allocUnsafe(18);
    rest.writeUInt32BE(field.tableOid, 0);
    rest.writeInt16BE(field.columnNumber, 4);
    rest.writeUInt32BE(field.typeOid, 6);
    rest.writeInt16BE(field.typeSize, 10);
    rest.writeInt32BE(field.typeModifier, 12);
    rest.writeInt16BE(formatAt(formats, index) === 'binary' ? 1 : 0, 16);
    parts.push(cStrings(field.name), rest);
  });
  return message('T', Buffer.concat(parts));
}

/** None means text, one counts for all, else one each. */
export function formatAt(formats: readonly Format[], index: number): Format {
  return (formats.length === 1 ? formats[0] : formats[index]) ?? 'text';
}

/** Values as they are sent, null where there is none. */
export function dataRow(values: readonly (Buffer | null)[]): Buffer {
  const parts = [uint16(values.length)];
  for (const value of values) {
    parts.push(int32(value === null ? -1 : value.length));
    if (value !== null) parts.push(value);
  }
  return message('D', Buffer.concat(parts));
}

/** The beginning of a COPY, all of whose columns are in the same format. */
export function copyOutResponse(format: Format, columns: number): Buffer {
  const body = Buffer.alloc(3 + columns * 2);
  const code = format === 'binary' ? 1 : 0;
  body[0] = code;
  body.writeUInt16BE(columns, 1);
  for (let index = 0; index < columns; index++) body.writeUInt16BE(code, 3 + index * 2);
  return message('H', body);
}

export function copyData(content: Buffer): Buffer {
  return message('d', content);
}

export type Severity = 'ERROR' | 'FATAL' | 'WARNING' | 'NOTICE';

export function errorResponse(severity: 'ERROR' | 'FATAL', fields: SqlErrorFields): Buffer {
  return message('E', report(severity, fields));
}

export function noticeResponse(severity: 'WARNING' | 'NOTICE', fields: SqlErrorFields): Buffer {
  return message('N', report(severity, fields));
}

function report(severity: Severity, { code, message, detail, hint, position }: SqlErrorFields): Buffer {
  const told: ReadonlyArray<readonly [string, string | undefined]> = [
    ['S', severity],
    ['V', severity],
    ['C', code],
    ['M', message],
    ['D', detail],
    ['H', hint],
    ['P', position === undefined ? undefined : String(position)],
  ];
  const texts = told.flatMap(([letter, value]) => (value === undefined ? [] : [`${letter}${value}`]));
  return Buffer.concat([cStrings(...texts), Buffer.from([0])]);
}

/** Texts as the protocol writes them. What cannot be in one, a zero byte, is shown as what it is. */
function cStrings(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text.replaceAll('\0', '\u2400')}\0`).join(''));
}
