import { int32, uint16 } from '../byte-writer.ts';
import type { Field, Format } from '../engine.ts';
import { SqlError } from '../sql-error.ts';

/** A frontend message of the extended protocol. */
export function parseMessage(sql: string, types: readonly number[]): Buffer {
  const typeBytes = Buffer.alloc(2 + types.length * 4);
  typeBytes.writeUInt16BE(types.length);
  types.forEach((oid, index) => typeBytes.writeUInt32BE(oid, 2 + index * 4));
  return message('P', Buffer.from(`\0${sql}\0`), typeBytes);
}

export function bindMessage(
  parameters: readonly (Buffer | null)[],
  parameterFormats: readonly Format[],
  resultFormats: readonly Format[],
): Buffer {
  return message(
    'B',
    Buffer.from('\0\0'),
    formatCodes(parameterFormats),
    uint16(parameters.length),
    ...parameters.flatMap((value) => (value === null ? [int32(-1)] : [int32(value.length), value])),
    formatCodes(resultFormats),
  );
}

export const describeStatement = message('D', Buffer.from('S\0'));
export const executeAll = message('E', Buffer.from('\0'), int32(0));
export const syncMessage = message('S');

export function queryMessage(sql: string): Buffer {
  return message('Q', Buffer.from(`${sql}\0`));
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from(type), int32(length), ...parts]);
}

function formatCodes(formats: readonly Format[]): Buffer {
  const bytes = Buffer.alloc(2 + formats.length * 2);
  bytes.writeUInt16BE(formats.length);
  formats.forEach((format, index) => bytes.writeUInt16BE(format === 'binary' ? 1 : 0, 2 + index * 2));
  return bytes;
}

/** What PostgreSQL answered, message by message. Throws its error, where it says one. */
export function answered(bytes: Buffer): readonly Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readInt32BE(at + 1);
    const type = String.fromCharCode(bytes.readUInt8(at));
    const read = { type, at, end: at + 1 + length, body: bytes.subarray(at + 5, at + 1 + length) };
    if (type === 'E') throw new SqlError(errorFields(read.body));
    messages.push(read);
    at = read.end;
  }
  return messages;
}

/** A backend message, and where it stands in what was answered. */
export interface Message {
  readonly type: string;
  readonly at: number;
  readonly end: number;
  readonly body: Buffer;
}

const told: Readonly<Record<string, 'code' | 'message' | 'detail' | 'hint' | 'position'>> = {
  C: 'code',
  M: 'message',
  D: 'detail',
  H: 'hint',
  P: 'position',
};

function errorFields(body: Buffer): ConstructorParameters<typeof SqlError>[0] {
  const texts: Partial<Record<'code' | 'message' | 'detail' | 'hint' | 'position', string>> = {};
  for (const field of body.toString('utf8').split('\0')) {
    const name = told[field.charAt(0)];
    if (name !== undefined) texts[name] = field.slice(1);
  }
  const { code = 'XX000', message: text = 'PostgreSQL gave no reason', detail, hint, position } = texts;
  return {
    code,
    message: text,
    detail,
    hint,
    position: position === undefined ? undefined : Number(position),
  };
}

/** OIDs of the parameters: ParameterDescription. */
export function parameterTypes({ body }: Message): number[] {
  return Array.from({ length: body.readUInt16BE(0) }, (_, index) => body.readUInt32BE(2 + index * 4));
}

/** RowDescription. */
export function rowFields({ body }: Message): Field[] {
  const fields: Field[] = [];
  let at = 2;
  for (let left = body.readUInt16BE(0); left > 0; left -= 1) {
    const end = body.indexOf(0, at);
    fields.push({
      name: body.toString('utf8', at, end),
      tableOid: body.readUInt32BE(end + 1),
      columnNumber: body.readInt16BE(end + 5),
      typeOid: body.readUInt32BE(end + 7),
      typeSize: body.readInt16BE(end + 11),
      typeModifier: body.readInt32BE(end + 13),
    });
    at = end + 19;
  }
  return fields;
}

/** Values of a DataRow in text. */
export function rowTexts({ body }: Message): (string | null)[] {
  const texts: (string | null)[] = [];
  let at = 2;
  for (let left = body.readUInt16BE(0); left > 0; left -= 1) {
    const length = body.readInt32BE(at);
    at += 4;
    texts.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return texts;
}
