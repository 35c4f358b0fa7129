import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnsafeNumber, parseJson } from '../../../../ingest/extract/json.ts';
import type { JsonValue } from '../../../../ingest/extract/json.ts';

/** A value, and a text of it that somebody could send. */
interface Sent {
  readonly text: string;
  readonly value: JsonValue;
}

function whole(text: string, exact: bigint): Sent {
  const isSafe = exact >= BigInt(Number.MIN_SAFE_INTEGER) && exact <= BigInt(Number.MAX_SAFE_INTEGER);
  return { text, value: isSafe ? Number(text) : new UnsafeNumber(text) };
}

const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
  fc.bigInt({ min: -99n, max: 99n }),
);
const sign = fc.constantFrom('e', 'E', 'e+', 'E+');
const numbers = fc.oneof(
  integer.map((number) => whole(String(number), number)),
  fc
    .tuple(integer, sign, fc.nat(40))
    .map(([number, e, power]) => whole(`${number}${e}${power}`, number * 10n ** BigInt(power))),
  fc
    .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.stringMatching(/^\d{1,16}[1-9]$/))
    .map(([number, digits]) => ({ text: `${number}.${digits}`, value: Number(`${number}.${digits}`) })),
  fc.tuple(integer, fc.integer({ min: 60, max: 90 })).map(([number, power]) => {
    const text = `${number}e-${power}`;
    return { text, value: Number(text) };
  }),
);
const word = fc.string({
  unit: fc.constantFrom('"', '\\', '9', '0', '-', 'e', '.', ',', ':', '[', '}', '😀'),
});
const words = fc
  .oneof(
    word,
    integer.map(String),
    integer.map((number) => `"${number}",`),
  )
  .map((value) => ({ text: JSON.stringify(value), value }));
const plain = fc.constantFrom(true, false, null).map((value) => ({ text: String(value), value }));

const { tree } = fc.letrec<{ tree: Sent }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(numbers, words, plain),
    fc.array(tie('tree'), { maxLength: 4 }).map((items) => ({
      text: `[${items.map(({ text }) => text).join(' , ')}]`,
      value: items.map(({ value }) => value),
    })),
    fc.dictionary(word, tie('tree'), { maxKeys: 4 }).map((fields) => ({
      text: `{${Object.entries(fields)
        .map(([name, { text }]) => `${JSON.stringify(name)}:${text}`)
        .join(',')}}`,
      value: Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value])),
    })),
  ),
}));

test('every value comes as it was sent; a whole number beyond 2^53 in the digits that came', () => {
  fc.assert(
    fc.property(tree, ({ text, value }) => {
      expect(parseJson(text)).toStrictEqual(value);
    }),
    { numRuns: 500 },
  );
});

test.each(['9007199254740992', '9007199254740993', '-9007199254740993', '1e16', '1e999'])(
  '%s is kept in its digits, although a number parses from it',
  (text) => {
    expect(parseJson(` ${text} `)).toStrictEqual(new UnsafeNumber(text));
  },
);

test('a name is no number, however it looks', () => {
  expect(
    parseJson('{"9007199254740993":1,"a\\\\":9007199254740993,"\\"1":"9007199254740993"}'),
  ).toStrictEqual({
    '9007199254740993': 1,
    'a\\': new UnsafeNumber('9007199254740993'),
    '"1': '9007199254740993',
  });
});

test.each(['', '<html></html>', '{"a":1', 'undefined', '{"a":9007199254740993'])('%j is no JSON', (text) => {
  expect(parseJson(text)).toBeUndefined();
});
