import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import type { Dialect } from '../dialect/macros.ts';
import { isRetryable, messageOf, ShopwaveError } from '../../../lib/errors.ts';
import type { ColumnDoc } from '../project/model.ts';
import { describeQuery } from './shape.ts';

/** A declared type in the warehouse's own spelling, or why it is none. */
export interface DeclaredType {
  readonly type: string | undefined;
  readonly problem: string | undefined;
}

/** Names that only the other engine knows; all others are for the warehouse itself to judge. */
const translations: Readonly<Record<Dialect, readonly (readonly [RegExp, string])[]>> = {
  duckdb: [
    [/^string\b/i, 'varchar'],
    [/^number\b/i, 'decimal'],
    [/^timestamp_ntz\b/i, 'timestamp'],
    [/^timestamp_l?tz\b/i, 'timestamptz'],
    // Snowflake's FLOAT has eight bytes, and one contract serves both.
    [/^float$/i, 'double'],
    [/^variant\b/i, 'json'],
  ],
  snowflake: [
    [/^json\b/i, 'variant'],
    [/^hugeint\b/i, 'number(38,0)'],
    [/^timestamptz\b/i, 'timestamp_tz'],
    [/^timestamp\b(?!_)/i, 'timestamp_ntz'],
  ],
};

const barePattern = /^(decimal|numeric|number)$/i;

/** Answers in which every type is one, by warehouse and columns: neither changes while a project stays as it was read. */
const known = new WeakMap<object, WeakMap<object, Map<string, DeclaredType>>>();

/** What a column's declared type is called by this warehouse: it is asked, so that no list of aliases can be wrong. */
export async function declaredTypes(
  warehouse: Warehouse,
  columns: readonly ColumnDoc[],
  scratch: string,
): Promise<ReadonlyMap<string, DeclaredType>> {
  const here = known.get(warehouse) ?? new WeakMap<object, Map<string, DeclaredType>>();
  known.set(warehouse, here);
  const before = here.get(columns);
  if (before !== undefined) return before;
  const types = await askTypes(warehouse, columns, scratch);
  if ([...types.values()].every(({ problem }) => problem === undefined)) here.set(columns, types);
  return types;
}

async function askTypes(
  warehouse: Warehouse,
  columns: readonly ColumnDoc[],
  scratch: string,
): Promise<Map<string, DeclaredType>> {
  const { dialect } = warehouse.capabilities;
  const types = new Map<string, DeclaredType>();
  const asked: { readonly name: string; readonly type: string }[] = [];
  for (const { name, dataType } of columns) {
    const type = dataType?.trim() ?? '';
    // Engines fill in a default scale, (18,3) or (38,0), and round to it without a word.
    const problem =
      type === ''
        ? 'has no data_type'
        : barePattern.test(type)
          ? `is declared ${type} without precision and scale`
          : undefined;
    types.set(name, { type: undefined, problem });
    if (problem === undefined) asked.push({ name, type: translate(type, dialect) });
  }
  for (const [name, type] of await ask(warehouse, asked, scratch)) types.set(name, type);
  return types;
}

/** One question for all; one by one where a type is refused, to find which. */
async function ask(
  warehouse: Warehouse,
  columns: readonly { readonly name: string; readonly type: string }[],
  scratch: string,
): Promise<Map<string, DeclaredType>> {
  if (columns.length === 0) return new Map();
  const nulls = columns.map(({ name, type }) => `cast(null as ${type}) as ${quoteIdentifier(name)}`);
  try {
    const described = await describeQuery(warehouse, `select ${nulls.join(', ')}`, scratch);
    return new Map(described.map(({ name, type }) => [name, { type, problem: undefined }]));
  } catch (error) {
    if (error instanceof ShopwaveError && isRetryable(error)) throw error;
    const [only] = columns;
    if (columns.length === 1 && only !== undefined) {
      const problem = `is declared ${only.type}, which the warehouse does not take: ${messageOf(error).split('\n')[0] ?? ''}`;
      return new Map([[only.name, { type: undefined, problem }]]);
    }
    const answers = new Map<string, DeclaredType>();
    for (const column of columns) {
      for (const [name, type] of await ask(warehouse, [column], scratch)) answers.set(name, type);
    }
    return answers;
  }
}

function translate(type: string, dialect: Dialect): string {
  const found = translations[dialect].find(([pattern]) => pattern.test(type));
  return found === undefined ? type : type.replace(found[0], found[1]);
}
