import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderDialectMacro } from '../../../../transforms/engine/dialect/macros.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../../../warehouse/warehouse.ts';

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openDuckdbWarehouse({ path: ':memory:' });
});
afterAll(() => warehouse.close());

const runs = { numRuns: 8, endOnFailure: true };

function duckdb(name: string, ...positional: readonly string[]): string {
  return renderDialectMacro(name, 'duckdb', { positional, named: {} });
}

/** Many expressions in one statement, as text. */
async function values(expressions: readonly string[]): Promise<readonly unknown[]> {
  const columns = expressions.map((each, index) => `cast((select ${each}) as varchar) as c${index}`);
  const [row = {}] = await warehouse.query(`select ${columns.join(', ')}`);
  return expressions.map((_, index) => row[`c${index}`]);
}

/** Half away from zero, the only rounding there is here. */
function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const [a, b] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator];
  const rounded = (a * 2n + b) / (b * 2n);
  return numerator < 0n === denominator < 0n ? rounded : -rounded;
}

function decimalText(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Amounts with two decimals, as their hundredths. */
const cents = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const decimal = (hundredths: bigint): string => `cast('${decimalText(hundredths, 2)}' as decimal(32,2))`;

test('division is that of whole numbers, rounded half away from zero at 12 and then at 2 decimals', async () => {
  const pair = fc.tuple(
    cents,
    cents.filter((each) => each !== 0n),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 12 }), async (pairs) => {
      const found = await values(pairs.map(([a, b]) => duckdb('divide', decimal(a), decimal(b), '2')));
      const expected = pairs.map(([a, b]) =>
        decimalText(divideRounded(divideRounded(a * 10n ** 12n, b), 10n ** 10n), 2),
      );
      expect(found).toEqual(expected);
    }),
    runs,
  );
}, 30_000);

test('a median is the exact mean of the middle two, whatever the order and size', async () => {
  const lists = fc.array(fc.array(cents, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(lists, async (groups) => {
      const found = await values(
        groups.map((group) => {
          const rows = group.map((each) => `(${decimal(each)})`).join(', ');
          return `${duckdb('median', 'x', '3')} from (values ${rows}) as t(x)`;
        }),
      );
      const expected = groups.map((group) => {
        const sorted = group.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        const middle = (sorted.length - 1) / 2;
        const sum = (sorted[Math.floor(middle)] ?? 0n) + (sorted[Math.ceil(middle)] ?? 0n);
        return decimalText(sum * 5n, 3);
      });
      expect(found).toEqual(expected);
    }),
    runs,
  );
}, 30_000);

const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2100-12-31'), noInvalidDate: true })
  .map((each) => each.toISOString().slice(0, 10));
const sqlDay = (text: string): string => `cast('${text}' as date)`;

/** Whole units since some origin; a difference is the number of boundaries between. */
const ordinals: Readonly<Record<string, (text: string) => number>> = {
  year: (text) => Number(text.slice(0, 4)),
  quarter: (text) => Number(text.slice(0, 4)) * 4 + Math.floor((Number(text.slice(5, 7)) - 1) / 3),
  month: (text) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)),
  // 1970-01-01 was a Thursday: Mondays begin weeks.
  week: (text) => Math.floor((Date.parse(text) / 86_400_000 + 3) / 7),
  day: (text) => Date.parse(text) / 86_400_000,
};

test('date_diff counts boundaries, for every unit, either way round and before 1970', async () => {
  const unit = fc.constantFrom(...Object.keys(ordinals));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(unit, day, day), { minLength: 1, maxLength: 12 }), async (cases) => {
      const found = await values(cases.map(([of, a, b]) => duckdb('date_diff', of, sqlDay(a), sqlDay(b))));
      expect(found).toEqual(
        cases.map(([of, a, b]) => String((ordinals[of]?.(b) ?? 0) - (ordinals[of]?.(a) ?? 0))),
      );
    }),
    runs,
  );
}, 30_000);

test('months added end at the end of a month, never in the next', async () => {
  const amount = fc.integer({ min: -40, max: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(day, amount), { minLength: 1, maxLength: 12 }), async (cases) => {
      const found = await values(
        cases.map(([from, n]) => duckdb('date_add', 'month', String(n), sqlDay(from))),
      );
      const expected = cases.map(([from, n]) => {
        const month = Number(from.slice(0, 4)) * 12 + Number(from.slice(5, 7)) - 1 + n;
        const [year, index] = [Math.floor(month / 12), month % 12];
        const last = new Date(Date.UTC(year, index + 1, 0)).getUTCDate();
        const date = new Date(Date.UTC(year, index, Math.min(Number(from.slice(8)), last)));
        return date.toISOString().slice(0, 10);
      });
      expect(found).toEqual(expected);
    }),
    runs,
  );
}, 30_000);

test('no two lists of parts have one key', async () => {
  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '|', '~', 'null', '~null~'), maxLength: 4 }),
    fc.constant(null),
  );
  const parts = fc.array(part, { minLength: 1, maxLength: 3 });
  const sqlOf = (value: string | null): string => (value === null ? 'null' : `cast('${value}' as varchar)`);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(parts, { minLength: 20, maxLength: 40, selector: JSON.stringify }),
      async (lists) => {
        const found = await values(lists.map((each) => duckdb('hash_key', ...each.map(sqlOf))));
        expect(new Set(found).size).toBe(lists.length);
      },
    ),
    runs,
  );
}, 30_000);

test('any plain text survives as a literal: quotes and backslashes in patterns are quoted, not run', async () => {
  const text = fc.string({ unit: fc.constantFrom("'", '\\', 'a', '"', '$', '-', ';', 'ä'), maxLength: 12 });
  const escaped = (plain: string): string => plain.replaceAll(/[\\$"-]/g, String.raw`\$&`);
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 12 }), async (texts) => {
      const found = await values(
        texts.map((each) => duckdb('regexp_like', `'${each.replaceAll("'", "''")}'`, escaped(each))),
      );
      expect(found).toEqual(texts.map(() => 'true'));
    }),
    runs,
  );
}, 30_000);
