import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ShopwaveError } from '../../../../lib/errors.ts';
import { own, readYaml } from '../../../../transforms/engine/project/yaml.ts';
import type { YamlFile } from '../../../../transforms/engine/project/yaml.ts';

function read(text: string): YamlFile {
  return readYaml({ file: 'a.yml', folders: [], base: 'a', extension: '.yml', text });
}

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.each([
  ['a: 1\nb: [x, 2.5, true, ~]', { a: 1, b: ['x', 2.5, true, null] }],
  ['a: 2024-01-01\nb: 2024-01-01 10:00:00', { a: '2024-01-01', b: '2024-01-01 10:00:00' }],
  ['base: &b { x: 1, y: 2 }\nuse: { <<: *b, y: 3 }', { base: { x: 1, y: 2 }, use: { x: 1, y: 3 } }],
  ['list: &l [1]\nagain: *l', { list: [1], again: [1] }],
  ["'no': 'yes'", { no: 'yes' }],
  ['1: a', { '1': 'a' }],
  ['', null],
])('%j', (text, expected) => {
  expect(JSON.parse(JSON.stringify(read(text).value))).toEqual(expected);
});

test('places are those of keys, of values, and of texts behind their quotes', () => {
  const yaml = read('a:\n  b: [1, "{{ x }}"]\n  c: |\n    text\n');
  expect(yaml.atKey(['a', 'b'])).toMatchObject({ line: 2, column: 3 });
  expect(yaml.at(['a', 'b', 0])).toMatchObject({ line: 2, column: 7 });
  expect(yaml.at(['a', 'b', 1])).toMatchObject({ line: 2, column: 11 });
  expect(yaml.at(['a', 'c'])).toMatchObject({ line: 4, column: 5 });
  expect(yaml.at(['a', 'missing', 'deeper'])).toMatchObject({ line: 2 });
});

test('names from a file never reach a prototype', () => {
  const { value } = read('constructor: { prototype: { x: 1 } }\ntoString: a\n');
  expect(Object.getPrototypeOf(value)).toBeNull();
  expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  expect(own({}, 'constructor')).toBeUndefined();
  expect(caught(() => read('a: { __proto__: { admin: true } }'))).toMatchObject({
    code: 'PROJECT_UNKNOWN_KEY',
  });
});

test('what the yaml library writes is read as it was, or refused with a typed error', () => {
  const key = fc.string({ minLength: 1, maxLength: 8 });
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('node'), { maxLength: 3 }),
    map: fc.dictionary(key, tie('node'), { maxKeys: 3, noNullPrototype: true }),
  })).node;
  fc.assert(
    fc.property(value, (each) => {
      let found: unknown;
      try {
        found = read(stringify({ value: each })).value;
      } catch (error) {
        expect(error).toBeInstanceOf(ShopwaveError);
        return;
      }
      expect(JSON.parse(JSON.stringify(found))).toEqual({ value: each });
    }),
    { numRuns: 300, endOnFailure: true },
  );
});

test('any text is read or refused with a typed error', () => {
  const pieces = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '&x',
    '*x',
    '<<',
    "'",
    '"',
    '|',
    '#',
    '!!',
    '0',
    'no',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 15 }), (parts) => {
      const error = caught(() => read(parts.join('')));
      expect(error === undefined || error instanceof ShopwaveError).toBe(true);
    }),
    { numRuns: 500, endOnFailure: true },
  );
});
