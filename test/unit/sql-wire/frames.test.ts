import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FatalError } from '../../../semantic/sql/wire/fatal-error.ts';
import { FrameReader } from '../../../semantic/sql/wire/frame-reader.ts';
import { readMessage } from '../../../semantic/sql/wire/frontend-messages.ts';
import type { FrontendMessage } from '../../../semantic/sql/wire/frontend-messages.ts';
import { readStartup } from '../../../semantic/sql/wire/startup.ts';
import { SqlError } from '../../../semantic/sql/sql-error.ts';
import {
  bindMessage,
  closeMessage,
  describeMessage,
  executeMessage,
  frame,
  parseMessage,
  queryMessage,
  syncMessage,
  terminateMessage,
} from '../../support/raw-wire.ts';

const name = fc.stringMatching(/^[a-z]{0,5}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((each) => each.replaceAll('\0', ''));
const message = fc.oneof(
  text.map(queryMessage),
  fc.tuple(name, text, fc.array(fc.nat(), { maxLength: 3 })).map((of) => parseMessage(...of)),
  fc
    .tuple(name, name, fc.array(fc.option(text), { maxLength: 4 }), fc.constantFrom([], [0], [1]))
    .map(([portal, statement, values, formats]) =>
      bindMessage(portal, statement, values, { parameters: formats, results: formats }),
    ),
  name.map((each) => describeMessage('S', each)),
  name.map((each) => closeMessage('P', each)),
  fc.tuple(name, fc.nat()).map((of) => executeMessage(...of)),
  fc.constantFrom(syncMessage, terminateMessage, frame('H'), frame('c'), frame('f', Buffer.from('x\0'))),
);

function reader(): FrameReader {
  const made = new FrameReader();
  made.enter('started');
  return made;
}

function readAll(chunks: readonly Buffer[], frames = reader()): FrontendMessage[] {
  const all: FrontendMessage[] = [];
  for (const chunk of chunks) {
    frames.push(chunk);
    for (let each = frames.next(); each !== undefined; each = frames.next()) all.push(readMessage(each));
  }
  return all;
}

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    parts.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
  return [...parts, Buffer.from(bytes.subarray(at))];
}

it('messages are the same in whatever pieces they come', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.array(fc.nat({ max: 30 })), (messages, lengths) => {
      const bytes = Buffer.concat(messages);
      const whole = messages.flatMap((each) => readAll([each]));
      expect(whole).toHaveLength(messages.length);
      expect(readAll(cut(bytes, lengths))).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});

it('what was given out stays as it was', () => {
  const frames = reader();
  const [first, second] = [queryMessage('a'.repeat(300)), queryMessage('b'.repeat(300))];
  frames.push(first.subarray(0, 100));
  frames.push(Buffer.concat([first.subarray(100), second.subarray(0, 50)]));
  const given = frames.next();
  frames.push(second.subarray(50));
  frames.next();
  expect(given?.body.toString()).toBe(`${'a'.repeat(300)}\0`);
});

it('a length that is only announced costs nothing', () => {
  const frames = reader();
  const announced = Buffer.from([81, 3, 0xff, 0xff, 0xff]);
  frames.push(announced);
  expect(frames.next()).toBeUndefined();
  expect(frames.held).toBe(5);
});

it('an idle connection holds nothing of what it has received', () => {
  const frames = reader();
  readAll(cut(queryMessage('x'.repeat(100_000)), [1, 50_000]), frames);
  expect(Reflect.get(frames, 'store')).toHaveLength(0);
  expect(Reflect.get(frames, 'pending')).toHaveLength(0);
});

/** Anything may come; whatever is wrong about it is told by one of two errors, at once. */
function expectOrderly(bytes: Buffer, stage: 'startup' | 'authentication' | 'started'): void {
  const frames = new FrameReader();
  frames.enter(stage);
  try {
    for (const chunk of cut(bytes, [1, 4, 7])) {
      frames.push(chunk);
      for (let each = frames.next(); each !== undefined; each = frames.next())
        if (each.type === 0) readStartup(each.body);
        else readMessage(each);
    }
    expect(frames.held).toBeLessThanOrEqual(bytes.length);
  } catch (error) {
    if (!(error instanceof FatalError) && !(error instanceof SqlError)) throw error;
  }
}

const cases = process.env['SHOPWAVE_SLOW'] === '1' ? 1_000_000 : 20_000;

/** Random numbers that are the same every time, without the cost of shrinking. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

it('bytes of any kind, and messages with bytes changed, end in order', { timeout: 600_000 }, () => {
  const next = random(7);
  const good = fc.sample(fc.array(message, { minLength: 1, maxLength: 4 }), { numRuns: 500, seed: 7 });
  const stages = ['startup', 'authentication', 'started'] as const;
  for (let run = 0; run < cases; run++) {
    const stage = stages[next(3)] ?? 'started';
    const bytes =
      next(3) === 0
        ? Buffer.from(Array.from({ length: next(64) }, () => next(256)))
        : Buffer.concat(good[next(good.length)] ?? []);
    for (let changes = next(4); changes > 0 && bytes.length > 0; changes--)
      bytes[next(bytes.length)] = next(4) === 0 ? 255 : next(256);
    expectOrderly(next(8) === 0 ? bytes.subarray(0, next(bytes.length + 1)) : bytes, stage);
  }
});
