import { describe, expect, test } from 'vitest';
import { dialectMacros, renderDialectMacro } from '../../../../transforms/engine/dialect/macros.ts';
import type { MacroArgument } from '../../../../transforms/engine/dialect/parameters.ts';

type Named = Readonly<Record<string, MacroArgument>>;

function render(name: string, positional: readonly MacroArgument[], named: Named = {}): string {
  return renderDialectMacro(name, 'snowflake', { positional, named });
}

function refusal(name: string, positional: readonly MacroArgument[], named: Named = {}): unknown {
  try {
    return render(name, positional, named);
  } catch (error) {
    return error;
  }
}

describe('arguments bind', () => {
  test("by dbt's names, in any order", () => {
    const named = { first_date: 'a', second_date: 'b', datepart: 'day' };
    expect(render('dbt.datediff', [], named)).toBe('datediff(day, a, b)');
    expect(render('dbt.datediff', ['a'], { datepart: 'day', second_date: 'b' })).toBe('datediff(day, a, b)');
    expect(render('dbt.listagg', ['x'], { order_by_clause: 'order by y', limit_num: null })).toBe(
      "listagg(x, ',') within group (order by y)",
    );
  });

  test('none and a missing optional argument mean the default', () => {
    expect(render('dbt.listagg', ['x', null, null])).toBe("listagg(x, ',')");
    expect(render('last_day', ['d'])).toBe(render('last_day', ['d', 'month']));
  });

  test('lists, and all the rest for the last parameter', () => {
    expect(render('dbt.concat', [['a', 'b']])).toBe('a || b');
    expect(render('dbt.concat', [], { fields: ['a', 'b'] })).toBe('a || b');
    expect(render('greatest', ['a', 'b', 'c'])).toBe('greatest(a, b, c)');
    expect(render('greatest', [], { values: ['a', 'b'] })).toBe('greatest(a, b)');
    expect(render('concat', [['a', 'b']])).toBe(render('concat', ['a', 'b']));
  });

  test('units by any alias, in any case, quoted or not', () => {
    for (const unit of ['week', 'WEEK', 'weeks', 'wk', "'week'"]) {
      expect(render('date_trunc', [unit, 'd'])).toBe("date_trunc('week', d)");
    }
  });
});

const refusals: ReadonlyArray<readonly [string, readonly MacroArgument[], Named, RegExp]> = [
  ['date_add', ['moth', '1', 'd'], {}, /"unit", got "moth"; did you mean month\?/],
  ['last_day', ['d', 'day'], {}, /one of year, quarter, month, week as "datepart", got "day"/],
  ['date_add', ['day', '1'], {}, /needs "at"/],
  ['date_add', ['day', '1', 'd', 'e'], {}, /takes at most 3 argument\(s\), got 4/],
  ['date_add', ['day', '1', ' '], {}, /an SQL expression as "at", got " "/],
  ['date_add', ['day', ['1', '2'], 'd'], {}, /one text as "amount", got a list/],
  ['dbt.datediff', ['a', 'b'], { date_part: 'day' }, /no parameter "date_part"; did you mean datepart\?/],
  ['dbt.datediff', ['a', 'b', 'day'], { datepart: 'day' }, /got "datepart" twice/],
  ['greatest', [], {}, /needs "values"/],
  ['cdc_columns', ['x'], {}, /takes at most 0/],
  ['convert_timezone', ['UTC', 'Europe/Berlni', 'd'], {}, /an IANA time zone/],
  ['business_date', ['d', "UTC') --"], {}, /an IANA time zone/],
  ['date_format', ['d', 'YYYY-QQ'], {}, /a format of/],
  ['date_format', ['d', `YYYY"'"`], {}, /a format of/],
  ['json_text', ['data', 'a..b'], {}, /a JSON path/],
  ['json_text', ['data', '.a'], {}, /a JSON path/],
  ['json_text', ['data', 'a[x]'], {}, /a JSON path/],
  ['json_text', ['data', `a."b'c"`], {}, /a JSON path/],
  ['flatten', ['data', 'a', 'f; drop'], {}, /a name/],
  ['flatten', ['data', 'a', 'f', 'maybe'], {}, /true or false/],
  ['percentile', ['x', '90'], {}, /a number from 0 to 1/],
  ['divide', ['a', 'b', '13'], {}, /one of 0, 1, 2/],
  ['days_series', ['2024-02-30', '2024-03-01'], {}, /a date as YYYY-MM-DD/],
  ['field', ['id', 'bigit'], {}, /one of text, bigint, .* as "type", got "bigit"; did you mean bigint\?/],
  ['dbt.cast', ['x', 'varchr'], {}, /an SQL type/],
  ...['variant', 'json', 'object', 'array', 'binary'].map(
    (type) => ['dbt.safe_cast', ['x', type], {}, /that text can be tried as/] as const,
  ),
  ...[
    '(?:ab)+',
    'a.*?b',
    'a+?',
    'a??',
    '?',
    'a{2}?',
    '(?i)a',
    String.raw`\pL`,
    String.raw`(a)\1`,
    String.raw`\Aa`,
  ].map((pattern) => ['regexp_like', ['x', pattern], {}, /a POSIX pattern/] as const),
  ['regexp_substr', ['x', 'a.*?b'], {}, /a POSIX pattern/],
  ['regexp_replace', ['x', '(?:a)', 'b'], {}, /a POSIX pattern/],
  ['regexp_count', ['x', 'a+?'], {}, /a POSIX pattern/],
  ['dbt.date', ['2023', '2', '29'], {}, /a day that exists, got 2023-02-29/],
];

test.each(refusals)('%s(%j) is refused', (name, positional, named, message) => {
  expect(refusal(name, positional, named)).toMatchObject({
    code: 'DIALECT_ARGUMENT',
    message: expect.stringMatching(message) as string,
    where: undefined,
  });
});

test('what a contract declares is the type that Snowflake gives, too', () => {
  expect(render('field', ['quantity', 'integer'])).toBe(
    "cast(cast(data['quantity'] as varchar) as number(38,0)) as quantity",
  );
  expect(render('hours_between', ['a', 'b'])).toBe(
    "cast(round(datediff('minute', a, b) / 60.0, 2) as float)",
  );
});

test('a timestamp in a key is written with six digits, whatever the session is set to', () => {
  const text = render('key_text', ['valid_from', 'timestamp']);
  expect(text).toBe("to_char(cast(valid_from as timestamp_ntz), 'YYYY-MM-DD HH24:MI:SS.FF6')");
  expect(render('hash_key', [text])).toContain(text);
});

test('a macro that does not exist is named with the nearest that does', () => {
  const message = 'there is no dialect macro "dbt.datedif"; did you mean dbt.datediff?';
  expect(refusal('dbt.datedif', [])).toMatchObject({ code: 'DIALECT_UNKNOWN_MACRO', message });
  expect(refusal('constructor', [])).toMatchObject({ code: 'DIALECT_UNKNOWN_MACRO' });
});

test("a name that stands with and without dbt's namespace takes dbt's arguments", () => {
  const both = Object.keys(dialectMacros).filter((name) => Object.hasOwn(dialectMacros, `dbt.${name}`));
  const names = (macro: string): unknown => dialectMacros[macro]?.parameters.map((each) => each.name);
  expect(both.length).toBeGreaterThan(0);
  for (const name of both) expect(names(name), name).toEqual(names(`dbt.${name}`));
});

test('every example renders for both engines, and no rendering says undefined', () => {
  for (const macro of Object.values(dialectMacros)) {
    for (const dialect of ['duckdb', 'snowflake'] as const) {
      const sql = macro.render[dialect](macro.example);
      expect(sql, macro.name).not.toContain('undefined');
      expect(sql, macro.name).not.toBe('');
    }
  }
});
