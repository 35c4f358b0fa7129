import { dayOf, dayText } from '../planner/cube-filter.ts';
import type { CubeFilter } from '../planner/cube-filter.ts';
import type { Key, Leaf } from '../planner/leaf.ts';
import type { Relation } from '../relations/relation.ts';
import { SqlError } from '../sql-error.ts';

/** More would make a statement that no warehouse reads with pleasure. */
const mostValues = 5_000;

/** The combinations of values that a condition has let pass, as filters. */
export function judgedFilters(
  { relation }: Pick<Leaf, 'relation'>,
  keys: readonly Key[],
  rows: readonly (readonly (string | null)[])[],
): CubeFilter[] {
  const [key, ...others] = keys;
  if (rows.length === 0) return [nothing(key?.name ?? anyName(relation))];
  if (key === undefined) return [];
  if (rows.length * keys.length > mostValues)
    throw new SqlError({
      code: '54000',
      message: `a condition lets ${rows.length} combinations of ${keys.map(({ name }) => name).join(', ')} pass, which are too many to ask for`,
      hint: 'Write it with =, IN, <, BETWEEN or IS NULL, or filter what has fewer values.',
    });
  if (others.length === 0)
    return [
      isOneOf(
        key,
        rows.map(([value = null]) => value),
      ),
    ];
  return [
    { or: rows.map((row) => ({ and: keys.map((each, index) => isOneOf(each, [row[index] ?? null])) })) },
  ];
}

/** What no row meets. */
function nothing(name: string): CubeFilter {
  return {
    and: [
      { name, operator: 'set' },
      { name, operator: 'notSet' },
    ],
  };
}

function anyName({ columns }: Relation): string {
  const any = [...columns.values()].find(({ kind }) => kind === 'dimension' || kind === 'time');
  if (any === undefined) throw new Error('a view has a dimension');
  return any.name;
}

function isOneOf(key: Key, values: readonly (string | null)[]): CubeFilter {
  const known = values.filter((value) => value !== null);
  const filters = key.kind === 'dimension' ? equals(key.name, known) : onDays(key.name, known);
  if (known.length < values.length) filters.push({ name: key.name, operator: 'notSet' });
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : { or: filters };
}

function equals(name: string, values: readonly string[]): CubeFilter[] {
  return values.length === 0 ? [] : [{ name, operator: 'equals', values }];
}

/** Days as ranges: one after another is one range. */
function onDays(name: string, values: readonly string[]): CubeFilter[] {
  const days = values.map((value) => dayOf(value)?.day ?? Number.NaN).toSorted((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const day of days) {
    if (Number.isNaN(day)) throw new Error('a business date is a day');
    const last = ranges.at(-1);
    if (last !== undefined && day <= last[1] + 1) last[1] = day;
    else ranges.push([day, day]);
  }
  return ranges.map(([from, to]) => ({
    name,
    operator: 'inDateRange',
    values: [dayText(from), dayText(to)],
  }));
}
