import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShopwaveError } from '../../../lib/errors.ts';
import { parseTemplate } from '../../../transforms/engine/template/parse.ts';
import { renderTemplate } from '../../../transforms/engine/template/render.ts';
import type { TemplateCall, TemplateValue } from '../../../transforms/engine/template/render.ts';

const show = (value: TemplateValue): string => {
  if (value instanceof Map) return `{${[...value].map(([key, each]) => `${key}:${show(each)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map(show).join(',')}]`;
  return typeof value === 'object' ? 'null' : String(value);
};
const echo = (call: TemplateCall): string => {
  const named = Object.entries(call.named).map(([key, value]) => `${key}=${show(value)}`);
  return `<${[...call.args.map(show), ...named].join('|')}>`;
};

function render(text: string): string {
  return renderTemplate(parseTemplate('m.sql', text), new Map([['echo', echo]]));
}

test.each([
  ['select 1', 'select 1'],
  ["a {{ echo('x') }} b", 'a <x> b'],
  ["{{ echo('it\\'s', \"q\\n\") }}", "<it's|q\n>"],
  ['{{ echo(1, -2.5, true, none) }}', '<1|-2.5|true|null>'],
  ["{{ echo(['a', 'b'], k={'x': 1, 'y': [2]}) }}", '<[a,b]|k={x:1,y:[2]}>'],
  ["{{echo(echo('in'),)}}", '<<in>>'],
  ['a{# {{ echo( #}b', 'ab'],
  ["{{ echo('}}') }}", '<}}>'],
])('renders %s', (text, expected) => {
  expect(render(text)).toBe(expected);
});

describe('errors stand at their place', () => {
  test.each([
    ["line one\n  {{ echo('x' }}", 'm.sql:2:15', 'TRANSFORM_TEMPLATE_SYNTAX'],
    ['{{ echo(', 'm.sql:1:9', 'TRANSFORM_TEMPLATE_SYNTAX'],
    ['x {% if a %}', 'm.sql:1:3', 'TRANSFORM_TEMPLATE_SYNTAX'],
    ['{# never', 'm.sql:1:1', 'TRANSFORM_TEMPLATE_SYNTAX'],
    ['{{ plain }}', 'm.sql:1:4', 'TRANSFORM_TEMPLATE_SYNTAX'],
    ["a\nb {{ ech('x') }}", 'm.sql:2:6', 'TRANSFORM_TEMPLATE_UNKNOWN'],
  ])('%j at %s', (text, where, code) => {
    const error = caught(() => render(text));
    expect(error).toMatchObject({ where, code });
  });
});

test('a template reaches nothing that it is not given', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    expect(caught(() => render(`{{ ${name}() }}`))).toMatchObject({ code: 'TRANSFORM_TEMPLATE_UNKNOWN' });
  }
});

test('any text either renders or fails with a typed error', () => {
  const pieces = fc.constantFrom(
    '{{',
    '}}',
    '{#',
    '#}',
    '{%',
    'echo(',
    ')',
    "'",
    '"',
    ',',
    '[',
    ']',
    '{',
    '}',
    ':',
    '=',
    'a',
    '1',
    ' ',
    '\n',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const error = caught(() => render(parts.join('')));
      expect(error === undefined || error instanceof ShopwaveError).toBe(true);
    }),
    { numRuns: 500 },
  );
});

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
