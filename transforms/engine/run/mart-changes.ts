import type { Row } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { isDay } from '../materialize/prune-by.ts';
import type { Model } from '../project/model.ts';
import { feedTable, publishedRelation } from '../warehouse/relations.ts';

/** A mart whose rows are summed up elsewhere by the month of a day of theirs, with what is joined to each row. */
export interface WatchedMart {
  readonly mart: string;
  /** The column of a row's day; rows without one belong to no month. */
  readonly day: string;
  /** Of a joined mart only a change of these columns counts, and only for the months of rows that it is joined to. */
  readonly joined: readonly {
    readonly mart: string;
    readonly on: string;
    readonly key: string;
    readonly columns: readonly string[];
  }[];
}

/** First days of the months whose rows changed, or that any of them may have. */
export type ChangedMonths = 'all' | ReadonlySet<string>;

export interface MartChanges {
  /** Changes up to this publication are told of; 0 before the first. */
  readonly version: number;
  /** In the order of what was asked for. */
  readonly months: readonly ChangedMonths[];
}

/** What is known of the published models at one moment. */
interface Known {
  readonly version: number;
  readonly pruned: number;
  readonly models: ReadonlyMap<string, { readonly rebuilt: number; readonly changed: number }>;
}

/**
 * Which months of marts have changed since a publication, by the feeds of the marts: two statements, or one where nothing
 * has. What was rebuilt whole, or whose feed is gone up to then, has changed in all of them.
 */
export async function martChanges(
  context: EngineContext,
  watched: readonly WatchedMart[],
  since: number,
): Promise<MartChanges> {
  const known = await readKnown(context);
  const models = modelsByTable(context);
  const parts = watched.map((each, n) => partOf(each, n, { known, models, since }));
  const selects = parts.flatMap((part) => (part === 'all' ? [] : part));
  const rows = selects.length === 0 ? [] : await context.warehouse.query(selects.join('\nunion\n'));
  return {
    version: known.version,
    months: parts.map((part, n) => (part === 'all' ? 'all' : monthsIn(rows, n))),
  };
}

async function readKnown({ warehouse }: EngineContext): Promise<Known> {
  const rows = await warehouse.query(
    `select 'head' as what, '' as name, coalesce(max(version), 0) as n1, 0 as n2 from _meta.publication
     union all select 'pruned', '', version, 0 from _meta.pruned
     union all select 'model', model, rebuilt_at_step, changed_at_step from _meta.model_state`,
  );
  const number = (what: string): number => Number(rows.find((row) => row['what'] === what)?.['n1'] ?? 0);
  const models = rows
    .filter((row) => row['what'] === 'model')
    .map((row) => [String(row['name']), { rebuilt: Number(row['n1']), changed: Number(row['n2']) }] as const);
  return { version: number('head'), pruned: number('pruned'), models: new Map(models) };
}

function modelsByTable({ project }: EngineContext): ReadonlyMap<string, Model> {
  const marts = [...project.models.values()].filter(({ layer }) => layer === 'marts');
  return new Map(marts.map((model) => [model.config.alias, model]));
}

interface Facts {
  readonly known: Known;
  readonly models: ReadonlyMap<string, Model>;
  readonly since: number;
}

/** The selects that find the months of one watched mart, `n`th of those asked for. */
function partOf({ mart, day, joined }: WatchedMart, n: number, facts: Facts): 'all' | string[] {
  const { known, models, since } = facts;
  const own = models.get(mart);
  const names = [mart, ...joined.map((each) => each.mart)];
  const states = names.map((name) => known.models.get(models.get(name)?.name ?? ''));
  if (own === undefined || since < known.pruned || since <= 0) return 'all';
  if (states.some((state) => state === undefined || state.rebuilt > since)) return 'all';
  const changed = (index: number): boolean => (states[index]?.changed ?? 0) > since;
  const steps = `_step > ${since} and _step <= ${known.version}`;
  const month = (column: string): string =>
    `cast(cast(date_trunc('month', ${column}) as date) as varchar) as month`;
  const selects = changed(0)
    ? [`select ${n} as n, ${month(day)} from ${feedTable(own)} where ${steps} and ${day} is not null`]
    : [];
  for (const [index, { mart: name, on, key, columns }] of joined.entries()) {
    const model = models.get(name);
    if (model === undefined || !changed(index + 1)) continue;
    const list = [...new Set([key, ...columns])].join(', ');
    const image = (which: string): string =>
      `select ${list} from ${feedTable(model)} where ${steps} and _image = '${which}'`;
    // What a row was and is no more. A new row is joined to new rows of the mart, which its own feed tells.
    const gone = `select ${key} from (${image('before')} except ${image('after')}) as gone`;
    selects.push(
      `select ${n} as n, ${month(day)} from ${publishedRelation(own)} where ${on} in (${gone}) and ${day} is not null`,
    );
  }
  return selects;
}

function monthsIn(rows: readonly Row[], n: number): ReadonlySet<string> {
  const months = rows.filter((row) => Number(row['n']) === n).map((row) => row['month']);
  return new Set(months.filter(isDay));
}
