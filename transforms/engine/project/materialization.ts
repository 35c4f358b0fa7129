import { z } from 'zod';
import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import { isTimeType } from '../materialize/prune-by.ts';
import { scd2Schema } from '../materialize/scd2-config.ts';
import type { Defects } from './defects.ts';
import { projectErrors } from './errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { PlacedColumn } from './model-entries.ts';
import type { Layer, Materialization } from './model.ts';
import type { Authored } from './settings.ts';
import { unsupported } from './settings.ts';
import { placesAt, validate } from './validate.ts';
import { isRecord, own } from './yaml.ts';

/** A model's settings on the way to its materialization. */
interface Subject {
  readonly name: string;
  readonly layer: Layer;
  readonly settings: Authored;
  readonly uniqueKey: readonly string[];
  readonly meta: Keyed;
  readonly at: Location;
  readonly columns: readonly PlacedColumn[];
}

/** What the engine reads of meta; all other keys of meta are the author's own. */
const keyed = z.object({
  touch_key: z.string().optional(),
  touched_by: z.record(z.string(), z.string()).default({}),
  prune_by: z.string().optional(),
  scd2: scd2Schema.optional(),
});
type Keyed = z.output<typeof keyed>;

type Kind = Exclude<Materialization['kind'], 'seed'>;

/** Where each kind may stand. Staging applies the log; only it reads sources. */
const kindsOfLayer: Readonly<Record<Exclude<Layer, 'seeds'>, readonly Kind[]>> = {
  staging: ['latest', 'history'],
  intermediate: ['ephemeral', 'view', 'table', 'incremental', 'scd2'],
  marts: ['table', 'view', 'incremental', 'scd2', 'ephemeral'],
};

const defaultKind: Readonly<Partial<Record<Layer, Kind>>> = { intermediate: 'ephemeral', marts: 'table' };

/** What dbt or this engine once called something, and what to write. */
const otherNames: Readonly<Record<string, string>> = {
  keyed: 'write materialized: incremental with incremental_strategy: keys_touched',
  snapshot: 'write materialized: scd2',
  materialized_view: 'write materialized: incremental with incremental_strategy: keys_touched',
  dynamic_table: 'write materialized: incremental with incremental_strategy: keys_touched',
  seed: 'put the rows into a CSV file under seeds/',
  test: 'put the query under tests/',
};

const strategies = ['keys_touched', 'append', 'merge', 'delete+insert'] as const;

const otherStrategies: Readonly<Record<string, string>> = {
  insert_overwrite:
    'write incremental_strategy: keys_touched; a full rebuild replaces the table in one transaction',
  microbatch: 'write incremental_strategy: keys_touched; `shopwave transform backfill` takes date ranges',
};

/** The materialization that a model's settings ask for; throws what cannot be. `columns` are those it declares. */
export function toMaterialization(
  name: string,
  layer: Layer,
  settings: Authored,
  at: Location,
  defects: Defects,
  columns: readonly PlacedColumn[],
): Materialization | undefined {
  const meta = isRecord(settings['meta']) ? settings['meta'] : {};
  const engineMeta = validate(keyed, meta, placesAt(at, `${name}.meta`), defects);
  const uniqueKey = Array.isArray(settings['unique_key']) ? settings['unique_key'].map(String) : [];
  if (engineMeta === undefined || layer === 'seeds') return undefined;
  const subject = { name, layer, settings, uniqueKey, meta: engineMeta, at, columns };
  return defects.try(() => byKind[kindOf(subject)](subject));
}

function kindOf({ name, layer, settings, at }: Subject): Kind {
  const allowed = kindsOfLayer[layer === 'seeds' ? 'marts' : layer];
  const said = textOr(settings['materialized'], defaultKind[layer]);
  if (said === undefined) throw invalid(at, `${name} needs materialized: one of ${allowed.join(', ')}`);
  const known = allowed.find((kind) => kind === said);
  if (known !== undefined) return known;
  const instead = own(otherNames, said);
  if (instead !== undefined)
    throw unsupported(`${name}: materialized: ${said} is not supported: ${instead}`, instead, at);
  const near = nearest(said, allowed);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  throw invalid(
    at,
    `${name}: materialized: ${said} is none of ${allowed.join(', ')} that ${layer} may have${hint}`,
  );
}

const byKind: Readonly<Record<Kind, (subject: Subject) => Materialization>> = {
  view: () => ({ kind: 'view' }),
  ephemeral: () => ({ kind: 'ephemeral' }),
  table: (subject) => ({
    kind: 'table',
    uniqueKey: subject.uniqueKey.length === 0 ? undefined : oneKey(subject),
  }),
  latest: (subject) => ({ kind: 'latest', uniqueKey: oneKey(subject) }),
  history: (subject) => ({ kind: 'history', uniqueKey: oneKey(subject) }),
  incremental,
  scd2: (subject) => {
    const { meta, name, at } = subject;
    if (meta.scd2 === undefined)
      throw invalid(at, `${name} needs meta.scd2: natural_key, attributes, updated_at, durable_key`);
    const { scd2 } = meta;
    return {
      kind: 'scd2',
      uniqueKey: oneKey(subject),
      touchKey: meta.touch_key ?? scd2.naturalKey,
      touchedBy: meta.touched_by,
      pruneBy: pruneBy(subject),
      scd2,
    };
  },
};

function incremental(subject: Subject): Materialization {
  const { name, settings, meta, uniqueKey, at } = subject;
  const implied = meta.touch_key !== undefined ? 'keys_touched' : uniqueKey.length > 0 ? 'merge' : 'append';
  const said = textOr(settings['incremental_strategy'], undefined) ?? implied;
  const strategy = strategies.find((each) => each === said);
  if (strategy === undefined) {
    const instead = own(otherStrategies, said);
    if (instead !== undefined)
      throw unsupported(`${name}: incremental_strategy: ${said} is not supported: ${instead}`, instead, at);
    const near = nearest(said, strategies);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw invalid(at, `${name}: incremental_strategy: ${said} is none of ${strategies.join(', ')}${hint}`);
  }
  if (strategy === 'keys_touched') {
    if (meta.touch_key === undefined) throw invalid(at, `${name} needs meta.touch_key`);
    const { touch_key: touchKey, touched_by: touchedBy } = meta;
    return {
      kind: 'incremental',
      strategy,
      uniqueKey: oneKey(subject),
      touchKey,
      touchedBy,
      pruneBy: pruneBy(subject),
    };
  }
  if (strategy !== 'append' && uniqueKey.length === 0)
    throw invalid(at, `${name} needs unique_key for ${strategy}`);
  return { kind: 'incremental', strategy, uniqueKey };
}

/** Days bound a publish, so that only a date or a timestamp can; a type that is not declared is seen when it is built. */
function pruneBy({ name, meta, columns, at }: Subject): string | undefined {
  const type = columns.find(({ column }) => column.name === meta.prune_by)?.column.data_type;
  if (type === undefined || isTimeType(type)) return meta.prune_by;
  throw invalid(at, `${name}: prune_by ${meta.prune_by} is declared ${type}; name a date or a timestamp`);
}

/** Settings were checked: what is no text is not set. */
function textOr(value: unknown, fallback: string | undefined): string | undefined {
  return typeof value === 'string' ? value : fallback;
}

function oneKey({ name, uniqueKey, at }: Subject): string {
  const [key, ...others] = uniqueKey;
  if (key === undefined) throw invalid(at, `${name} needs unique_key`);
  if (others.length === 0) return key;
  throw invalid(
    at,
    `${name}: unique_key must be one column; make one of ${uniqueKey.join(', ')} with hash_key()`,
  );
}

function invalid(at: Location, message: string): Error {
  return projectErrors.error('PROJECT_SETTING_INVALID', { message, where: formatLocation(at) });
}
