import { minorUnits } from './currencies.ts';
import { macro, macroTable } from './macro.ts';
import { choice, integer, sql, variadic } from './parameters.ts';

const scales = Array.from({ length: 12 }, (_, scale) => String(scale));

/**
 * Snowflake's decimal division in DuckDB, whose own turns decimals into doubles: both sides with 6 decimals, the
 * quotient rounded half away from zero at 12 and then at `scale`, in integers of 128 bits.
 */
function exactQuotient(numerator: string, denominator: string, scale: string, onZero: string): string {
  const [a, b] = [numerator, denominator].map(
    (each) => `cast(cast(${each} as decimal(32,6)) * 1000000 as hugeint)`,
  );
  const at12 = '(abs(v.a) * 2000000000000 + abs(v.b)) // (abs(v.b) * 2)';
  const drop = 12 - Number(scale);
  const rounded = `(${at12} + ${5n * 10n ** BigInt(drop - 1)}) // ${10n ** BigInt(drop)}`;
  const signed = `sign(v.a) * sign(v.b) * (${rounded})`;
  const unit = scale === '0' ? '1' : `cast(1e-${scale} as decimal(${scale},${scale}))`;
  const quotient = `cast(cast(${signed} as decimal(${38 - Number(scale)},0)) * ${unit} as decimal(38,${scale}))`;
  return `list_transform([{'a': ${a}, 'b': ${b}}], lambda v: case when v.b = 0 then ${onZero} else ${quotient} end)[1]`;
}

function snowflakeQuotient(numerator: string, denominator: string, scale: string): string {
  return `cast(cast(${numerator} as number(32,6)) / ${denominator} as number(38,${scale}))`;
}

function extreme(name: 'greatest' | 'least', values: readonly string[]): string {
  const isNull = values.map((each) => `(${each}) is null`).join(' or ');
  return `case when ${isNull} then null else ${name}(${values.join(', ')}) end`;
}

/** Macros on numbers and amounts. */
export const numberMacros = macroTable({
  minor: macro({
    parameters: [sql('amount'), sql('currency')],
    description:
      'Money in minor units of its currency (JPY has none, KWD three digits): half a cent rounds away from zero, once, at the line. The amount is a decimal, never a float.',
    example: ['quantity * unit_price', 'currency'],
    both: ({ amount, currency }) => `cast(round((${amount}) * ${minorUnits(currency)}) as bigint)`,
  }),
  minor_units: macro({
    parameters: [sql('currency')],
    description:
      'How many minor units a unit of the currency has: 1, 100 or 1000 (as Stripe counts: ISO 4217 but for ISK, UGX and MGA).',
    example: ['currency'],
    both: ({ currency }) => minorUnits(currency),
  }),
  round_half_away: macro({
    parameters: [sql('number'), integer('scale', '0')],
    description: 'A decimal rounded to so many decimals, half away from zero.',
    example: ['rate', '2'],
    both: ({ number, scale }) => `round(${number}, ${scale})`,
  }),
  divide: macro({
    parameters: [sql('numerator'), sql('denominator'), choice('scale', scales, '6')],
    description:
      'Exact decimal division to so many decimals, half away from zero; division by zero is an error. Inputs have up to 6 decimals.',
    example: ['net_minor', '100', '2'],
    duckdb: ({ numerator, denominator, scale }) =>
      exactQuotient(numerator, denominator, scale, "error('Division by zero')"),
    snowflake: ({ numerator, denominator, scale }) =>
      snowflakeQuotient(numerator, `cast(${denominator} as number(32,6))`, scale),
  }),
  safe_divide: macro({
    parameters: [sql('numerator'), sql('denominator'), choice('scale', scales, '6')],
    description: 'As divide, but division by zero is NULL.',
    example: ['refund_minor', 'gross_minor', '4'],
    duckdb: ({ numerator, denominator, scale }) => exactQuotient(numerator, denominator, scale, 'null'),
    snowflake: ({ numerator, denominator, scale }) =>
      snowflakeQuotient(numerator, `nullif(cast(${denominator} as number(32,6)), 0)`, scale),
  }),
  greatest: macro({
    parameters: [variadic(sql('values'))],
    description: 'The greatest value; NULL where any of them is NULL.',
    example: ['a', 'b'],
    duckdb: ({ values }) => extreme('greatest', values),
    snowflake: ({ values }) => `greatest(${values.join(', ')})`,
  }),
  least: macro({
    parameters: [variadic(sql('values'))],
    description: 'The least value; NULL where any of them is NULL.',
    example: ['a', 'b'],
    duckdb: ({ values }) => extreme('least', values),
    snowflake: ({ values }) => `least(${values.join(', ')})`,
  }),
  greatest_ignore_nulls: macro({
    parameters: [variadic(sql('values'))],
    description: 'The greatest of the values that are not NULL.',
    example: ['a', 'b'],
    duckdb: ({ values }) => `greatest(${values.join(', ')})`,
    snowflake: ({ values }) => `greatest_ignore_nulls(${values.join(', ')})`,
  }),
  least_ignore_nulls: macro({
    parameters: [variadic(sql('values'))],
    description: 'The least of the values that are not NULL.',
    example: ['a', 'b'],
    duckdb: ({ values }) => `least(${values.join(', ')})`,
    snowflake: ({ values }) => `least_ignore_nulls(${values.join(', ')})`,
  }),
  equal_null: macro({
    parameters: [sql('a'), sql('b')],
    description: 'Equality that is never NULL: two NULLs are equal, NULL and a value are not.',
    example: ['a', 'b'],
    duckdb: ({ a, b }) => `((${a}) is not distinct from (${b}))`,
    snowflake: ({ a, b }) => `equal_null(${a}, ${b})`,
  }),
});
