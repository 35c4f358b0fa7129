import { isRetryable } from '../../../lib/errors.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import { restrictionOf } from '../compile/restriction.ts';
import { amongValues } from '../compile/touched-in-run.ts';
import type { AskedKeys } from '../compile/touched-in-run.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { boundedKindOf, boundsIn, selectBounds } from '../materialize/key-bounds.ts';
import type { BoundedKind } from '../materialize/key-bounds.ts';
import { describeStanding } from '../materialize/standing-shapes.ts';
import { publishedRelation, runSchema } from '../warehouse/relations.ts';
import type { Check, Probe } from './check.ts';
import { groupBy } from './combine.ts';
import { selectOpenKeys } from './open-keys.ts';
import type { OpenIn } from './open-keys.ts';

/**
 * The keys that checks of one run ask for by touched_in_run(). Many ask for the same ones, and a condition that names
 * the query of their values leaves an engine nothing to prune by but the least and the greatest of them: of shop's and
 * Shopify's orders in one batch that is every order. So the values are gathered once, and their bounds are literals.
 */
export interface TouchedKeys {
  /** What stands in a check's SQL for the condition, until {@link TouchedKeys.place} puts it there. */
  readonly ask: (asked: AskedKeys, open?: OpenIn) => string;
  /** Gathers what these checks ask for, in two statements, and gives them with their conditions. */
  readonly place: (checks: readonly Check[]) => Promise<Check[]>;
}

/** A relation column for each kind of key: the others are null. */
const columns: Readonly<Record<BoundedKind, { readonly name: string; readonly type: string }>> = {
  number: { name: 'number_key', type: 'bigint' },
  day: { name: 'day_key', type: 'date' },
};
const kinds = Object.keys(columns) as BoundedKind[];

/** Of the keys that bigint does not hold there are no bounds: a comparison would make another type of the column. */
const isWhole = /^(big|small|tiny)?int(eger)?$|^number(\(\d+, ?0\))?$|^date$/i;

interface KeySet {
  readonly number: number;
  readonly kind: BoundedKind;
  /** Selects of the values, alike in all questions of one set. */
  readonly values: string;
  readonly hasOpen: boolean;
}

/** What a check asks for, and the keys that it looks at again besides. */
interface Asked extends AskedKeys {
  readonly open: OpenIn | undefined;
}

export function touchedKeys(context: EngineContext, run: BuildRun): TouchedKeys {
  const asked: Asked[] = [];
  return {
    ask: (keys, open) => {
      const each = { ...keys, open };
      const known = asked.findIndex((other) => isEqual(other, each));
      return tokenOf(known >= 0 ? known : asked.push(each) - 1);
    },
    place: async (checks) => {
      const used = new Set(checks.flatMap(({ probe }) => textsOf(probe).flatMap(numbersIn)));
      const sets = await setsOf(context, asked, used);
      const relation = `${runSchema(run.id)}.touched_keys`;
      const bounds = await gather(context, relation, [...new Set(sets.values())]);
      const conditions = asked.map((each, index) => conditionOf(each, sets.get(index), relation, bounds));
      return checks.map((check) => ({ ...check, probe: placed(check.probe, conditions) }));
    },
  };
}

const token = /<touched (\d+)>/g;
const tokenOf = (index: number): string => `<touched ${index}>`;

function numbersIn(text: string): number[] {
  return Array.from(text.matchAll(token), ([, digits]) => Number(digits));
}

function textsOf(probe: Probe): readonly string[] {
  if (probe.kind === 'query') return [probe.sql];
  return probe.kind === 'rows' ? [probe.relation, probe.condition] : [];
}

function placed(probe: Probe, conditions: readonly string[]): Probe {
  const put = (text: string): string =>
    text.replaceAll(token, (_, digits: string) => conditions[Number(digits)] ?? '1 = 1');
  if (probe.kind === 'query') return { ...probe, sql: put(probe.sql) };
  return probe.kind === 'rows'
    ? { ...probe, relation: put(probe.relation), condition: put(probe.condition) }
    : probe;
}

function isEqual(one: Asked, other: Asked): boolean {
  return (
    one.expression === other.expression &&
    one.at === other.at &&
    one.values === other.values &&
    one.open?.uniqueId === other.open?.uniqueId
  );
}

/** By the place of a question the set that answers it: one for all that ask for the same values. */
async function setsOf(
  context: EngineContext,
  asked: readonly Asked[],
  used: ReadonlySet<number>,
): Promise<ReadonlyMap<number, KeySet>> {
  const byValues = new Map<string, KeySet>();
  const sets = new Map<number, KeySet>();
  for (const [index, each] of asked.entries()) {
    const kind = used.has(index) ? await kindOf(context, each) : undefined;
    if (kind === undefined || (each.open !== undefined && each.open.kind !== kind)) continue;
    const values = valuesOf(each, kind);
    const set = byValues.get(values) ?? {
      number: byValues.size,
      kind,
      values,
      hasOpen: each.open !== undefined,
    };
    byValues.set(values, set);
    sets.set(index, set);
  }
  return sets;
}

function valuesOf({ values, open }: Asked, kind: BoundedKind): string {
  return open === undefined ? values : `${values}\nunion all\n${selectOpenKeys(open, columns[kind].type)}`;
}

/** Of the columns that values come from as they are; a query's values are compared with theirs, so that they are alike. */
async function kindOf(context: EngineContext, asked: AskedKeys): Promise<BoundedKind | undefined> {
  const found = new Set<BoundedKind | undefined>();
  for (const { model, column } of asked.columns) {
    const known = context.project.models.get(model);
    const shape = known === undefined ? [] : await describeStanding(context, publishedRelation(known));
    const type = shape?.find(({ name }) => name.toLowerCase() === column.toLowerCase())?.type;
    found.add(isWhole.test(type ?? '') ? boundedKindOf(type) : undefined);
  }
  const [kind, ...others] = found;
  return others.length === 0 ? kind : undefined;
}

type Bounds = ReadonlyMap<number, readonly Row[]>;

/** By the set's number; undefined where the values cannot be gathered: then each check has them, and its own error. */
async function gather(
  { warehouse }: EngineContext,
  relation: string,
  sets: readonly KeySet[],
): Promise<Bounds | undefined> {
  if (sets.length === 0) return undefined;
  try {
    await warehouse.execute(
      `create or replace table ${relation} as\n${sets.map(selectSet).join('\nunion all\n')}`,
    );
    const rows = await warehouse.query(
      kinds.map((kind) => selectSetBounds(relation, kind, sets)).join('\nunion all\n'),
    );
    return groupBy(rows, (row) => Number(row['set_no']));
  } catch (error) {
    if (isRetryable(error)) throw error;
    return undefined;
  }
}

function selectSet({ number, kind, values }: KeySet): string {
  const keys = kinds.map((each) => {
    const { name, type } = columns[each];
    return `cast(${each === kind ? 'touch_key' : 'null'} as ${type}) as ${name}`;
  });
  return `select distinct ${number} as set_no, ${keys.join(', ')}
    from (\n${values}\n) as asked(touch_key) where touch_key is not null`;
}

function selectSetBounds(relation: string, kind: BoundedKind, sets: readonly KeySet[]): string {
  const { name } = columns[kind];
  const many = sets.filter(({ hasOpen }) => hasOpen).map((set) => set.number);
  const ofKind = `(select * from ${relation} where ${name} is not null)`;
  const found = selectBounds(`${ofKind} as keys`, { key: name, kind, set: 'set_no', many });
  const texts = ['low', 'high', 'gap_from', 'gap_to'].map((each) => `cast(${each} as varchar) as ${each}`);
  return `select set_no, ${texts.join(', ')} from (${found}) as bounds_of_${kind}`;
}

function conditionOf(
  { expression, at, values, open }: Asked,
  set: KeySet | undefined,
  relation: string,
  bounds: Bounds | undefined,
): string {
  // Keys of a kind that has no bounds are not looked at again one by one.
  if (set === undefined && open !== undefined) return '1 = 1';
  if (set === undefined || bounds === undefined) return amongValues(expression, set?.values ?? values, at);
  const touchedBounds = boundsIn((bounds.get(set.number) ?? []).map((row) => typed(row, set.kind)));
  if (touchedBounds === undefined) return '1 = 0';
  const touched = `(select ${columns[set.kind].name} as touch_key from ${relation} where set_no = ${set.number}) as keys`;
  return restrictionOf(expression, { touched, touchedBounds }, at) ?? '1 = 1';
}

function typed(row: Row, kind: BoundedKind): Row {
  if (kind === 'day') return row;
  const numbers = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value,
  ]);
  return Object.fromEntries(numbers) as Row;
}
