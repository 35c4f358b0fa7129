import { arg, texts } from '../call.ts';
import type { Call, FunctionTable, KnownFunction } from '../call.ts';
import { textOf } from '../casts.ts';
import { unknownHere } from '../read.ts';
import { value, whole } from '../value.ts';
import type { KnownType, Value } from '../value.ts';
import { asVariant } from './variants.ts';

function distinct({ isDistinct }: Call): string {
  return isDistinct ? 'distinct ' : '';
}

/** Neither DISTINCT nor WITHIN GROUP nor IGNORE NULLS has a meaning for it here. */
function bare(call: Call): void {
  if (call.isDistinct || call.withinGroup !== '' || call.nulls !== '')
    unknownHere(`${call.name} with DISTINCT, WITHIN GROUP or IGNORE NULLS`);
}

/** An aggregate that DuckDB has, too; it may stand over a window. */
function aggregate(name: string, type?: KnownType, takes: KnownFunction['takes'] = [1, 1]): KnownFunction {
  return {
    takes,
    isOverRows: true,
    write: (args, call) => {
      bare({ ...call, isDistinct: false });
      return value(`${name}(${distinct(call)}${texts(args)})${call.over}`, type ?? arg(args, 0).type);
    },
  };
}

const count: KnownFunction = {
  takes: [1, 100],
  isOverRows: true,
  write: (args, call) => {
    if (arg(args, 0).text === '*') return value(`count(*)${call.over}`, 'number');
    if (args.length === 1) return value(`count(${distinct(call)}${texts(args)})${call.over}`, 'number');
    // Rows that have a NULL in any of them do not count.
    const isWhole = args.map(({ text }) => `${text} is not null`).join(' and ');
    return value(
      `count(${distinct(call)}case when ${isWhole} then row(${texts(args)}) end)${call.over}`,
      'number',
    );
  },
};

/** The type is that of a quotient: six digits more. */
const average: KnownFunction = {
  takes: [1, 1],
  isOverRows: true,
  write: (args, call) => {
    bare(call);
    const of = arg(args, 0).text;
    return value(`sf_divide(sum(${of})${call.over}, nullif(count(${of})${call.over}, 0))`);
  },
};

const joined: KnownFunction = {
  takes: [1, 2],
  isOverRows: true,
  write: (args, call) => {
    const separator = args.length === 2 ? textOf(arg(args, 1)) : "''";
    if (call.isDistinct) return distinctly(arg(args, 0), separator, call);
    const of = textOf(arg(args, 0));
    return value(`coalesce(string_agg(${of}, ${separator}${call.withinGroup})${call.over}, '')`, 'text');
  },
};

/** Ordered as what they are, not as their texts. */
function distinctly({ text }: Value, separator: string, call: Call): Value {
  if (call.over !== '' || !['', ` order by ${text} asc nulls last`].includes(call.withinGroup))
    return unknownHere('listagg of distinct values in another order');
  const values = `list(distinct ${text}${call.withinGroup}) filter (where ${text} is not null)`;
  const joint = `array_to_string(list_transform(${values}, lambda e: sf_text(e)), ${separator})`;
  return value(`coalesce(${joint}, '')`, 'text');
}

const collected: KnownFunction = {
  takes: [1, 1],
  isOverRows: true,
  write: (args, call) => {
    if (call.over !== '') return unknownHere('array_agg over a window');
    const of = arg(args, 0);
    const list = `list(${distinct(call)}${asVariant(of)}${call.withinGroup}) filter (where ${of.text} is not null)`;
    return value(`coalesce(to_json(${list}), json('[]'))`, 'variant');
  },
};

/** The value of a list that is sorted: `within group (order by x)`, of which the text is known. */
function percentile(of: string, at: string): Value {
  const sorted = `list_sort(list(${of}) filter (where ${of} is not null))`;
  return value(`sf_percentile(${sorted}, ${at})`);
}

const continuous: KnownFunction = {
  takes: [1, 1],
  isOverRows: true,
  write: (args, call) => {
    const of = /^ order by (.*) asc nulls last$/s.exec(call.withinGroup)?.[1];
    if (of === undefined || call.over !== '' || call.isDistinct)
      return unknownHere('percentile_cont of this order');
    return percentile(of, arg(args, 0).text);
  },
};

/** A function of windows alone. */
function ofWindow(name: string, takes: KnownFunction['takes'], type?: KnownType): KnownFunction {
  return {
    takes,
    isOverRows: true,
    write: (args, call) => {
      if (call.over === '') return unknownHere(`${call.name} without OVER`);
      bare(call);
      return value(`${name}(${texts(args)})${call.over}`, type);
    },
  };
}

/** A neighbour's value; the frame is the whole partition where none is said. */
function neighbour(name: string, takes: KnownFunction['takes'], isOfFrame: boolean): KnownFunction {
  return {
    takes,
    isOverRows: true,
    write: ([of = value(''), ...others], call) => {
      if (call.over === '') return unknownHere(`${call.name} without OVER`);
      bare({ ...call, nulls: '' });
      const [offset, ...rest] = others;
      const more = [...(offset === undefined ? [] : [whole(offset)]), ...rest.map(({ text }) => text)];
      const args = [`${of.text}${call.nulls}`, ...more].join(', ');
      const all = ' rows between unbounded preceding and unbounded following)';
      const over = isOfFrame && call.isUnframed ? call.over.replace(/\)$/, all) : call.over;
      return value(`${name}(${args})${over}`, of.type);
    },
  };
}

/** Stands in for a hash that only Snowflake computes: of all rows, whatever their order. */
const allRows: KnownFunction = {
  takes: [1, 1],
  isOverRows: true,
  write: (args, call) => {
    bare(call);
    if (arg(args, 0).text !== '*' || call.over !== '') return unknownHere('hash_agg of less than whole rows');
    const sum = 'coalesce(sum(cast(hash(*columns(*)) as hugeint)), 0)';
    return value(`cast(${sum} % 18446744073709551616 - 9223372036854775808 as decimal(19,0))`, 'number');
  },
};

export const aggregateFunctions: FunctionTable = {
  COUNT: count,
  SUM: aggregate('sum'),
  MIN: aggregate('min'),
  MAX: aggregate('max'),
  ANY_VALUE: aggregate('any_value'),
  AVG: average,
  // Exact, which an estimate may be.
  APPROX_COUNT_DISTINCT: {
    takes: [1, 1],
    isOverRows: true,
    write: (args, call) => value(`count(distinct ${texts(args)})${call.over}`, 'number'),
  },
  BOOLOR_AGG: aggregate('bool_or', 'boolean'),
  BOOLAND_AGG: aggregate('bool_and', 'boolean'),
  COUNT_IF: {
    takes: [1, 1],
    isOverRows: true,
    write: (args, call) => value(`coalesce(count_if(${texts(args)})${call.over}, 0)`, 'number'),
  },
  // Of rows whose second value is NULL none counts.
  MAX_BY: aggregate('arg_max_null', undefined, [2, 2]),
  MIN_BY: aggregate('arg_min_null', undefined, [2, 2]),
  LISTAGG: joined,
  ARRAY_AGG: collected,
  PERCENTILE_CONT: continuous,
  MEDIAN: { takes: [1, 1], isOverRows: true, write: (args) => percentile(arg(args, 0).text, '0.5') },
  HASH_AGG: allRows,
  HASH: {
    takes: [1, 100],
    write: (args) =>
      arg(args, 0).text === '*'
        ? value('hash(*columns(*))', 'number')
        : value(`hash(${texts(args)})`, 'number'),
  },
  ROW_NUMBER: ofWindow('row_number', [0, 0], 'number'),
  RANK: ofWindow('rank', [0, 0], 'number'),
  DENSE_RANK: ofWindow('dense_rank', [0, 0], 'number'),
  NTILE: ofWindow('ntile', [1, 1], 'number'),
  LAG: neighbour('lag', [1, 3], false),
  LEAD: neighbour('lead', [1, 3], false),
  FIRST_VALUE: neighbour('first_value', [1, 1], true),
  LAST_VALUE: neighbour('last_value', [1, 1], true),
};
