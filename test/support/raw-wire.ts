import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One message of a server. */
export interface RawMessage {
  readonly type: string;
  readonly body: Buffer;
}

/** A client that sends whatever bytes a test wants to, and hands out what comes back. */
export interface RawWire {
  readonly socket: Socket;
  readonly send: (...parts: readonly Buffer[]) => void;
  /** The next message; undefined when the server has closed. */
  readonly next: () => Promise<RawMessage | undefined>;
  /** Messages up to the first of that type, with it; up to the end where there is none. */
  readonly until: (type: string) => Promise<RawMessage[]>;
}

/** Connects, and closes with the test. */
export async function rawWire(port: number): Promise<RawWire> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return rawWireOver(socket);
}

export function rawWireOver(socket: Socket): RawWire {
  let pending = Buffer.alloc(0);
  let isOver = false;
  let wake = (): void => {};
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    wake();
  });
  for (const event of ['close', 'end', 'error'])
    socket.on(event, () => {
      isOver = true;
      wake();
    });
  const next = async (): Promise<RawMessage | undefined> => {
    for (;;) {
      const length = pending.length < 5 ? Number.POSITIVE_INFINITY : pending.readInt32BE(1) + 1;
      if (pending.length >= length) {
        const message = { type: pending.toString('latin1', 0, 1), body: pending.subarray(5, length) };
        pending = pending.subarray(length);
        return message;
      }
      if (isOver) return undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    socket,
    send: (...parts) => void socket.write(Buffer.concat(parts)),
    next,
    until: async (type) => {
      const all: RawMessage[] = [];
      for (;;) {
        const message = await next();
        if (message !== undefined) all.push(message);
        if (message === undefined || message.type === type) return all;
      }
    },
  };
}

export function startupPacket(parameters: Readonly<Record<string, string>>, minor = 0): Buffer {
  const version = Buffer.from([0, 3, 0, minor]);
  const told = Object.entries(parameters).flatMap(([name, value]) => [cString(name), cString(value)]);
  return sized(Buffer.concat([version, ...told, Buffer.from([0])]));
}

/** A packet of a request that comes before the start: SSL, GSSAPI, cancel. */
export function requestPacket(code: number, content: Buffer = Buffer.alloc(0)): Buffer {
  return sized(Buffer.concat([Buffer.from([1234 >> 8, 1234 & 255, code >> 8, code & 255]), content]));
}

export function frame(type: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(type), sized(Buffer.concat(parts))]);
}

export const queryMessage = (text: string): Buffer => frame('Q', cString(text));
export const syncMessage = frame('S');
export const terminateMessage = frame('X');
export const executeMessage = (portal: string, most = 0): Buffer => frame('E', cString(portal), int32(most));
export const describeMessage = (target: 'S' | 'P', name: string): Buffer =>
  frame('D', Buffer.from(target), cString(name));
export const closeMessage = (target: 'S' | 'P', name: string): Buffer =>
  frame('C', Buffer.from(target), cString(name));

export function parseMessage(name: string, text: string, types: readonly number[] = []): Buffer {
  return frame('P', cString(name), cString(text), int16(types.length), ...types.map(int32));
}

export function bindMessage(
  portal: string,
  statement: string,
  parameters: readonly (Buffer | string | null)[] = [],
  formats: { readonly parameters?: readonly number[]; readonly results?: readonly number[] } = {},
): Buffer {
  const { parameters: given = [], results = [] } = formats;
  const values = parameters.flatMap((value) =>
    value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)],
  );
  return frame(
    'B',
    cString(portal),
    cString(statement),
    int16(given.length),
    ...given.map(int16),
    int16(parameters.length),
    ...values,
    int16(results.length),
    ...results.map(int16),
  );
}

/** What an error or a notice says, by the letters of its fields. */
export function reportOf(message: RawMessage | undefined): Readonly<Record<string, string>> {
  const texts = (message?.body.toString('utf8') ?? '').split('\0').filter((each) => each !== '');
  return Object.fromEntries(texts.map((each) => [each.slice(0, 1), each.slice(1)]));
}

/** Types of messages as one word, and what of them tells apart: the status, the code of an error, a tag. */
export function outline(messages: readonly RawMessage[]): string[] {
  return messages.map((message) => {
    const { type, body } = message;
    if (type === 'Z') return `Z${body.toString('latin1')}`;
    if (type === 'E' || type === 'N') return `${type}${reportOf(message)['C']}`;
    if (type === 'C') return `C ${body.toString('utf8', 0, body.length - 1)}`;
    if (type === 'D' || type === 'd') return `${type} ${body.toString('hex')}`;
    return type;
  });
}

export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function sized(content: Buffer): Buffer {
  return Buffer.concat([int32(content.length + 4), content]);
}
