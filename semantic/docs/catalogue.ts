import type { MetricMeta } from '../server/metric-meta.ts';
import type { MetricStatement } from '../server/workbench.ts';
import { partsOf } from '../validate/model.ts';
import type { Cube, Exposed, Model, View } from '../validate/model.ts';
import { namesIn } from '../validate/sql-names.ts';

/** A column of a mart, and what it is made from one step up. */
export interface MartColumnDoc {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** `stg_orders.amount`. */
  readonly from: readonly string[];
}

/** A mart as the catalogue tells of it. */
export interface MartDoc {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly MartColumnDoc[];
  /** All that it is made from, nearest first; raw tables as `shop.orders`. */
  readonly upstream: readonly string[];
}

export interface CatalogueInput {
  readonly model: Model;
  /** By name without schema. */
  readonly marts: ReadonlyMap<string, MartDoc>;
  /** What is sent for a metric by month, by member. */
  readonly statements: ReadonlyMap<string, readonly MetricStatement[]>;
  /** Names of the golden queries that ask for a metric, by its short name. */
  readonly golden: ReadonlyMap<string, readonly string[]>;
}

interface MemberDoc {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly type: string;
}

/** All that is known of one metric. */
export interface MetricDoc {
  readonly name: string;
  readonly member: string;
  readonly view: string;
  readonly title: string;
  readonly description: string;
  readonly format: string;
  readonly meta: MetricMeta;
  /** How it is computed: itself first, then what it is made of. */
  readonly parts: readonly { readonly name: string; readonly text: string }[];
  readonly statements: readonly MetricStatement[];
  readonly mart: string | undefined;
  /** Columns of the mart that the number depends on. */
  readonly columns: readonly string[];
  /** Checks and golden queries that pin it. */
  readonly tests: readonly string[];
  /** Where it is written. */
  readonly where: string;
}

export interface ViewDoc {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly area: string;
  readonly metrics: readonly MetricDoc[];
  readonly dimensions: readonly MemberDoc[];
  readonly segments: readonly MemberDoc[];
}

/** What the page shows; plain JSON. */
export interface Catalogue {
  readonly views: readonly ViewDoc[];
  readonly marts: readonly MartDoc[];
}

/** Columns of marts that the numbers of metrics depend on, by mart. */
export function usedColumns({ cubes, views }: Model): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  for (const { exposed } of views) {
    for (const { cube, member } of exposed) {
      const owner = cubes.get(cube);
      if (owner?.mart === undefined || !owner.measures.has(member)) continue;
      const known = used.get(owner.mart) ?? new Set();
      const parts = partsOf(owner, member).map(({ value }) => value);
      used.set(owner.mart, new Set([...known, ...columnsOf(owner, parts)]));
    }
  }
  return used;
}

/** Every metric of the model with what it can be split by, how it is computed and where its numbers come from. */
export function catalogueOf(input: CatalogueInput): Catalogue {
  const views = input.model.views.map((view) => viewDoc(view, input));
  const used = new Set(views.flatMap(({ metrics }) => metrics.map(({ mart }) => mart)));
  return { views, marts: [...input.marts.values()].filter(({ name }) => used.has(name)) };
}

function viewDoc(view: View, input: CatalogueInput): ViewDoc {
  const { title, description, meta } = view.said.value;
  const members = view.exposed.flatMap((exposed) => {
    const cube = input.model.cubes.get(exposed.cube);
    return cube === undefined ? [] : [{ exposed, cube }];
  });
  return {
    name: view.name,
    title,
    description,
    area: meta.area,
    metrics: members.flatMap(({ exposed, cube }) => metricDoc(view.name, exposed, cube, input)),
    dimensions: members.flatMap(({ exposed, cube }) =>
      memberDoc(exposed, cube.dimensions.get(exposed.member)?.value),
    ),
    segments: members.flatMap(({ exposed, cube }) => {
      const segment = cube.segments.get(exposed.member)?.value;
      return memberDoc(exposed, segment === undefined ? undefined : { ...segment, type: 'segment' });
    }),
  };
}

function memberDoc(
  { name }: Exposed,
  said:
    | {
        readonly title?: string | undefined;
        readonly description?: string | undefined;
        readonly type: string;
      }
    | undefined,
): MemberDoc[] {
  if (said === undefined) return [];
  const { title = name, description = '', type } = said;
  return [{ name, title, description, type }];
}

function metricDoc(view: string, { name, member }: Exposed, cube: Cube, input: CatalogueInput): MetricDoc[] {
  const measure = cube.measures.get(member);
  const meta = measure?.value.meta;
  if (measure === undefined || meta === undefined) return [];
  const { title = name, description = '', format = 'number' } = measure.value;
  const parts = partsOf(cube, member).map(({ value }) => value);
  const full = `${view}.${name}`;
  return [
    {
      name,
      member: full,
      view,
      title,
      description,
      format,
      meta,
      parts: parts.map((part) => ({ name: part.name, text: textOf(part) })),
      statements: input.statements.get(full) ?? [],
      mart: cube.mart,
      columns: columnsOf(cube, parts),
      tests: [
        ...(meta.tests.includes('r9') ? [`r9_${name}: what is served is what the mart says`] : []),
        ...(input.golden.get(name) ?? []).map((what) => `golden: ${what}`),
      ],
      where: measure.at('name'),
    },
  ];
}

type Part = ReturnType<typeof partsOf>[number]['value'];

function textOf({ type, sql, filters = [], time_shift: shifts = [], rolling_window: window }: Part): string {
  return [
    sql === undefined ? type : `${type === 'number' ? '' : `${type} of `}${plain(sql)}`,
    ...filters.map((filter) => `where ${plain(filter.sql)}`),
    ...shifts.map((shift) => `${shift.interval} ${shift.type} by ${shift.time_dimension}`),
    ...(window === undefined ? [] : [`over ${window.trailing}`]),
  ].join('\n');
}

/** Columns that the parts name, and those of the dimensions that they name. */
function columnsOf(cube: Cube, parts: readonly Part[]): string[] {
  const texts = parts.flatMap(({ sql = '', filters = [] }) => [sql, ...filters.map((filter) => filter.sql)]);
  const dimensions = texts
    .flatMap((text) => namesIn(text).members)
    .flatMap((member) => cube.dimensions.get(member)?.value.sql ?? []);
  return [...new Set([...texts, ...dimensions].flatMap((text) => namesIn(text).columns))].toSorted();
}

function plain(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim();
}
