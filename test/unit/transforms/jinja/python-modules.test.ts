import { describe, expect, test } from 'vitest';
import { ShopwaveError } from '../../../../lib/errors.ts';
import { modules } from '../../../../transforms/engine/compile/modules.ts';
import { parseTemplate } from '../../../../lib/jinja/parse.ts';
import { renderSync } from '../../../../lib/jinja/render.ts';

const names = `{%- set datetime = modules.datetime.datetime %}{% set date = modules.datetime.date %}
{%- set delta = modules.datetime.timedelta %}{% set utc = modules.pytz.utc %}
{%- set berlin = modules.pytz.timezone('Europe/Berlin') %}{% set re = modules.re -%}`;

function evaluated(expression: string): string {
  try {
    return renderSync(parseTemplate(`${names}{{ ${expression} }}`, 'a.sql'), {
      globals: (name) => (name === 'modules' ? modules : undefined),
    });
  } catch (error) {
    if (error instanceof ShopwaveError) return error.code;
    throw error;
  }
}

/** The answers are those of CPython 3.12, and of pytz for zones. */
describe('times', () => {
  test.each([
    ['datetime(2024, 1, 31, 12) + delta(days=1)', '2024-02-01 12:00:00'],
    ['delta(hours=1) + datetime(2024, 1, 1)', '2024-01-01 01:00:00'],
    ['date(2024, 3, 1) - delta(days=1)', '2024-02-29'],
    ['date(2024, 1, 1) + delta(hours=25)', '2024-01-02'],
    ['(date(2024, 3, 1) - date(2024, 2, 1)).days', '29'],
    ['datetime(2024, 3, 1) - datetime(2024, 2, 1)', '29 days, 0:00:00'],
    ['datetime(2024, 1, 1) < datetime(2024, 1, 2)', 'True'],
    ['date(2024, 1, 1) >= date(2024, 1, 1)', 'True'],
    ['[date(2024, 2, 1), date(2024, 1, 1)] | max', '2024-02-01'],
    ['delta(days=1) * 2', '2 days, 0:00:00'],
    ['2 * delta(hours=5)', '10:00:00'],
    ['delta(days=1) / delta(hours=6)', '4.0'],
    ['delta(days=1) // delta(hours=7)', '3'],
    ['-delta(hours=1)', '-1 day, 23:00:00'],
    ['(-delta(hours=1)).seconds', '82800'],
    ['delta(seconds=1.5)', '0:00:01.500000'],
    ['delta(hours=1) < delta(hours=2)', 'True'],
    ['datetime(2024, 1, 1) - date(2024, 1, 1)', 'JINJA_TYPE'],
    ['datetime(2024, 1, 1) < utc.localize(datetime(2024, 1, 1))', 'JINJA_TYPE'],
    ['datetime(2024, 1, 1) == utc.localize(datetime(2024, 1, 1))', 'False'],
    ['datetime(2024, 2, 30)', 'JINJA_ARGUMENTS'],
    ['1 + datetime(2024, 1, 1)', 'JINJA_TYPE'],
  ])('%s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });

  test.each([
    ['berlin.localize(datetime(2024, 7, 1, 12))', '2024-07-01 12:00:00+02:00'],
    ['berlin.localize(datetime(2024, 1, 1, 12)).astimezone(utc)', '2024-01-01 11:00:00+00:00'],
    ['utc.localize(datetime(2024, 7, 1)).astimezone(berlin).isoformat()', '2024-07-01T02:00:00+02:00'],
    // Once the hour occurs twice, once never: pytz takes winter time for both.
    ['berlin.localize(datetime(2024, 10, 27, 2, 30))', '2024-10-27 02:30:00+01:00'],
    ['berlin.localize(datetime(2024, 3, 31, 2, 30))', '2024-03-31 02:30:00+01:00'],
    [
      'berlin.normalize(berlin.localize(datetime(2024, 3, 30, 12)) + delta(days=1))',
      '2024-03-31 13:00:00+02:00',
    ],
    ['berlin.localize(datetime(2024, 1, 1, 1)) == utc.localize(datetime(2024, 1, 1))', 'True'],
    ["berlin.localize(datetime(2024, 1, 1)).strftime('%z')", '+0100'],
    [
      "modules.pytz.timezone('America/St_Johns').localize(datetime(2024, 1, 1)).isoformat()",
      '2024-01-01T00:00:00-03:30',
    ],
    ['berlin.zone', 'Europe/Berlin'],
    ['datetime(2024, 1, 1).replace(tzinfo=utc)', '2024-01-01 00:00:00+00:00'],
    // Local mean time in pytz, which nobody means.
    ['datetime(2024, 1, 1).replace(tzinfo=berlin)', 'JINJA_ARGUMENTS'],
    ["berlin.localize(datetime(2024, 1, 1)).strftime('%Z')", 'JINJA_ARGUMENTS'],
    ["modules.pytz.timezone('Europe/Berln')", 'JINJA_ARGUMENTS'],
  ])('in zones: %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('regular expressions', () => {
  test.each([
    ["re.match('(?i)ABC', 'abc').group(0)", 'abc'],
    ["re.sub('(?ms)^b.', 'x', 'a\\nb\\n')", 'a\nx'],
    ["re.match('(?x) a b # both', 'ab').group(0)", 'ab'],
    ["re.match('(?P<q>[ab])(?P=q)', 'bb').group('q')", 'b'],
    ["re.sub(re.escape('a.b-c'), 'x', 'a.b-c')", 'x'],
    ["re.sub('(?<=a)b', 'x', 'ab bb')", 'ax bb'],
    ["re.sub('(?P<y>b)', '[\\\\g<y>\\\\1]', 'ab')", 'a[bb]'],
    ["re.sub('a', 'x', 'aaa', 2)", 'xxa'],
    ["re.split(',', 'a,b,c', 1)", "['a', 'b,c']"],
    ["re.split('(,)', 'a,b')", "['a', ',', 'b']"],
    ["re.findall('[\\\\w-]+', 'a-b c')", "['a-b', 'c']"],
    ["re.match('a{', 'a{') is none", 'False'],
    ["re.findall('^a\\\\Z', 'a\\na', re.M)", "['a']"],
    ["re.match('(', 'a')", 'JINJA_ARGUMENTS'],
  ])('%s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});
