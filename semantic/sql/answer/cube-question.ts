import { mostRows } from '../../server/access/caller.ts';
import { daysFilter, dayText } from '../planner/cube-filter.ts';
import type { CubeFilter, Days } from '../planner/cube-filter.ts';
import type { Key, Leaf } from '../planner/leaf.ts';
import type { Relation } from '../relations/relation.ts';

/** A question as Cube's REST API takes it, and what of its rows is which column. */
export interface CubeQuestion {
  readonly text: string;
  /** Name of Cube's field to name of column. */
  readonly columns: readonly (readonly [field: string, column: string])[];
}

/** The question that a leaf is; `more` are conditions that were judged meanwhile. */
export function cubeQuestion(leaf: Leaf, more: readonly CubeFilter[] = []): CubeQuestion {
  const { relation, keys, measures, isUngrouped } = leaf;
  const member = (name: string): string => memberOf(relation, name);
  const ranges = new Map([...leaf.days].filter(([, days]) => isClosed(days)));
  const dates = keys.filter((key) => key.kind === 'time');
  const grains = dates.map(({ name, granularity }) => ({
    dimension: member(name),
    granularity,
    ...rangeOf(ranges.get(name)),
  }));
  const filtered = [...ranges].filter(([name]) => !dates.some((date) => date.name === name));
  const open = [...leaf.days].filter(([name]) => !ranges.has(name));
  const filters = [...leaf.filters, ...more, ...open.flatMap(([name, days]) => daysFilter(name, days) ?? [])];
  const query = {
    measures: measures.map(member),
    dimensions: keys.filter((key) => key.kind !== 'time').map(({ name }) => member(name)),
    timeDimensions: [
      ...grains,
      ...filtered.map(([name, days]) => ({ dimension: member(name), ...rangeOf(days) })),
    ],
    filters: filters.map((filter) => inCube(filter, member)),
    segments: leaf.segments.map(member),
    ...(isUngrouped ? { ungrouped: true } : {}),
    ...(leaf.order.length > 0
      ? { order: leaf.order.map(({ name, direction }) => [member(name), direction]) }
      : {}),
    limit: Math.min(leaf.limit ?? mostRows, mostRows),
  };
  const fields = [
    ...keys.map((key) => [fieldOf(key, member(key.name)), key.name] as const),
    ...measures.map((name) => [member(name), name] as const),
  ];
  return { text: JSON.stringify(query), columns: fields };
}

function fieldOf(key: Key, member: string): string {
  return key.kind === 'time' ? `${member}.${key.granularity}` : member;
}

function memberOf({ columns }: Relation, name: string): string {
  const column = columns.get(name);
  if (column === undefined) throw new Error(`${name} is no column`);
  return column.member;
}

function isClosed({ from, to }: Days): boolean {
  return from !== undefined && to !== undefined;
}

/** As a range that Cube prunes months by. */
function rangeOf(days: Days | undefined): { dateRange?: readonly [string, string] } {
  if (days?.from === undefined || days.to === undefined) return {};
  return { dateRange: [dayText(days.from), dayText(days.to)] };
}

function inCube(filter: CubeFilter, member: (name: string) => string): object {
  if ('and' in filter) return { and: filter.and.map((each) => inCube(each, member)) };
  if ('or' in filter) return { or: filter.or.map((each) => inCube(each, member)) };
  const { name, operator, values } = filter;
  return { member: member(name), operator, ...(values === undefined ? {} : { values }) };
}
