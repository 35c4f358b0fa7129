import type { ColumnRef, Node } from '@pgsql/types';
import { functionName, typeName } from './ast.ts';

/** Grains that Cube knows a date by. */
export type Granularity = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** What an expression of a date says of it: the date at a grain, or a part of it. */
type Told =
  | Granularity
  | 'year part'
  | 'quarter part'
  | 'month part'
  | 'day part'
  | 'day of year'
  | 'iso year'
  | 'week part';

/** An expression of one date column. */
export interface TimeUse {
  readonly column: ColumnRef;
  /** The coarsest grain that it can be computed of. */
  readonly needs: Granularity;
  readonly tells: Told | undefined;
}

type Use = Pick<TimeUse, 'needs' | 'tells'>;

const whole: Use = { needs: 'day', tells: 'day' };
const nothing: Use = { needs: 'day', tells: undefined };

const truncations: Readonly<Record<string, Use>> = {
  day: whole,
  week: { needs: 'week', tells: 'week' },
  month: { needs: 'month', tells: 'month' },
  quarter: { needs: 'quarter', tells: 'quarter' },
  year: { needs: 'year', tells: 'year' },
  // Business dates are at midnight.
  hour: whole,
  minute: whole,
  second: whole,
  milliseconds: whole,
  microseconds: whole,
  decade: { needs: 'year', tells: undefined },
  century: { needs: 'year', tells: undefined },
  millennium: { needs: 'year', tells: undefined },
};

const parts: Readonly<Record<string, Use>> = {
  year: { needs: 'year', tells: 'year part' },
  quarter: { needs: 'quarter', tells: 'quarter part' },
  month: { needs: 'month', tells: 'month part' },
  week: { needs: 'week', tells: 'week part' },
  isoyear: { needs: 'week', tells: 'iso year' },
  day: { needs: 'day', tells: 'day part' },
  doy: { needs: 'day', tells: 'day of year' },
  epoch: whole,
  julian: whole,
  decade: { needs: 'year', tells: undefined },
  century: { needs: 'year', tells: undefined },
  millennium: { needs: 'year', tells: undefined },
};

const patterns: Readonly<Record<string, Use>> = {
  yyyy: { needs: 'year', tells: 'year' },
  'yyyy-mm': { needs: 'month', tells: 'month' },
  yyyymm: { needs: 'month', tells: 'month' },
  'yyyy/mm': { needs: 'month', tells: 'month' },
  'mm/yyyy': { needs: 'month', tells: 'month' },
  'mon yyyy': { needs: 'month', tells: 'month' },
  'yyyy-mm-dd': whole,
  yyyymmdd: whole,
  'dd.mm.yyyy': whole,
  'iyyy-iw': { needs: 'week', tells: 'week' },
  'yyyy-"q"q': { needs: 'quarter', tells: 'quarter' },
  mm: { needs: 'month', tells: 'month part' },
  q: { needs: 'quarter', tells: 'quarter part' },
};

const fieldsBy: Readonly<Record<string, Readonly<Record<string, Use>>>> = {
  date_trunc: truncations,
  extract: parts,
  date_part: parts,
};

/** Casts of a date that lose nothing of it. */
const sameInstant = new Set(['date', 'timestamp', 'timestamptz', 'text', 'varchar']);

/** Reads an expression of a date column; undefined for one of another shape. */
export function timeUse(node: Node): TimeUse | undefined {
  if ('ColumnRef' in node) return { column: node.ColumnRef, ...whole };
  if ('TypeCast' in node) {
    const { arg, typeName: type } = node.TypeCast;
    const isSame = sameInstant.has(typeName(type?.names) ?? '') && (type?.typmods ?? []).length === 0;
    return isSame && arg !== undefined ? timeUse(arg) : undefined;
  }
  if (!('FuncCall' in node)) return undefined;
  const name = functionName(node.FuncCall) ?? '';
  const { args = [] } = node.FuncCall;
  // Another way to write a cast.
  if (name === 'date') return args[0] === undefined ? undefined : timeUse(args[0]);
  if (name === 'to_char') return usedBy(args[1], args[0], patterns, (format) => format.toLowerCase());
  const fields = fieldsBy[name];
  if (fields === undefined || args.length !== 2) return undefined;
  return usedBy(args[0], args[1], fields, (field) => field.toLowerCase());
}

function usedBy(
  how: Node | undefined,
  of: Node | undefined,
  uses: Readonly<Record<string, Use>>,
  normal: (text: string) => string,
): TimeUse | undefined {
  const inner = of === undefined ? undefined : timeUse(of);
  if (inner === undefined || how === undefined || !('A_Const' in how)) return undefined;
  const use = uses[normal(how.A_Const.sval?.sval ?? '')] ?? nothing;
  // Of a month, say, a day of the month tells nothing.
  const isWhole = inner.needs === 'day' && inner.tells === 'day';
  if (isWhole) return { column: inner.column, ...use };
  return { column: inner.column, needs: meet(inner.needs, use.needs), tells: undefined };
}

const byMonth: readonly Granularity[] = ['day', 'month', 'quarter', 'year'];

/** The coarsest grain of which both can be computed. */
export function meet(first: Granularity, second: Granularity): Granularity {
  if (first === second) return first;
  const [one, other] = [byMonth.indexOf(first), byMonth.indexOf(second)];
  return one < 0 || other < 0 ? 'day' : (byMonth[Math.min(one, other)] ?? 'day');
}

/** Which parts together say a date at a grain; the finest first. */
const together: readonly (readonly [Granularity, readonly Told[]])[] = [
  ['day', ['year part', 'month part', 'day part']],
  ['day', ['year part', 'day of year']],
  ['day', ['month', 'day part']],
  ['week', ['iso year', 'week part']],
  ['month', ['year part', 'month part']],
  ['month', ['year', 'month part']],
  ['quarter', ['year part', 'quarter part']],
  ['quarter', ['year', 'quarter part']],
  ['year', ['year part']],
];

/** Whether what is told of a date says it at a grain: then there is one row for each, and no finer one. */
export function saysAll(told: readonly (Told | undefined)[], grain: Granularity): boolean {
  const says = new Set(told);
  const grains = [
    ...(['day', 'week', 'month', 'quarter', 'year'] as const).filter((each) => says.has(each)),
    ...together.filter(([, all]) => all.every((each) => says.has(each))).map(([each]) => each),
  ];
  return grains.some((each) => meet(each, grain) === each);
}
