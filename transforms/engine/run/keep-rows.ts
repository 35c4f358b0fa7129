import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { uniqueKeyOf } from '../checks/keys.ts';
import type { EngineContext } from '../context.ts';
import { changedRelation, changedRows, imageOf } from '../materialize/delta.ts';
import type { BuildRun, ModelDelta } from '../materialize/delta.ts';
import { describeRelation } from '../materialize/shape.ts';
import type { DataTest, Model } from '../project/model.ts';
import { deltaRelation, publishedRelation } from '../warehouse/relations.ts';
import type { ModelState } from '../warehouse/state.ts';

/** What keeping rows for held-back marts came to. */
export interface Kept {
  /** Rows that stay, by model; they are in its `kept` relation. */
  readonly rows: ReadonlyMap<string, number>;
  /** Models that would drop rows which a held-back mart needs and which cannot be kept beside the new ones. */
  readonly impossible: ReadonlyMap<string, readonly string[]>;
}

/** One reference of a held-back mart's column to a model that is to be published. */
interface Reference {
  readonly parent: ModelDelta;
  readonly field: string;
  readonly child: Model;
  readonly column: string;
}

/**
 * Finds the rows that a publication would remove and a mart that is held back at its old rows still refers to. They
 * stay: a fact must never lose its dimension row.
 */
export async function findKeptRows(
  context: EngineContext,
  run: BuildRun,
  held: ReadonlySet<string>,
  states: ReadonlyMap<string, ModelState>,
): Promise<Kept> {
  const rows = new Map<string, number>();
  const impossible = new Map<string, string[]>();
  const found: Reference[] = [];
  for (const reference of references(context, run, held, states)) {
    if (await isPublished(context, run, reference)) found.push(reference);
  }
  for (const parent of new Set(found.map((reference) => reference.parent))) {
    const all = found.filter((reference) => reference.parent === parent);
    const { name } = parent.model;
    const outcome = await keep(context, run, parent, all);
    if (typeof outcome === 'string') impossible.set(name, [outcome]);
    else if (outcome > 0) rows.set(name, outcome);
  }
  return { rows, impossible };
}

/** What tells a kept row among its model's rows, as text: its unique key. */
export function rowKeyOf(model: Model): string {
  return uniqueKeyOf(model)
    .map((key) => `coalesce(cast(${key} as varchar), '')`)
    .join(' || chr(31) || ');
}

/** Nothing is kept. */
export const nothingKept: Kept = { rows: new Map(), impossible: new Map() };

function references(
  { project }: EngineContext,
  run: BuildRun,
  held: ReadonlySet<string>,
  states: ReadonlyMap<string, ModelState>,
): Reference[] {
  return [...project.models.values()]
    .filter((child) => held.has(child.name) && states.has(child.name))
    .flatMap((child) => child.tests.flatMap((test) => referenceOf(run, child, test) ?? []));
}

function referenceOf(run: BuildRun, child: Model, test: DataTest): Reference | undefined {
  const parent = run.deltas.get(test.refs[1] ?? '');
  const field = test.arguments['field'];
  if (test.kind !== 'relationships' || parent === undefined || typeof field !== 'string') return undefined;
  if (test.column === undefined || parent.model.name === child.name) return undefined;
  if (parent.kind === 'incremental' && parent.removed === 0) return undefined;
  return { parent, field, child, column: test.column };
}

/**
 * Whether the rows as they stand can hold the reference. A held mart may have a new column that is not in production, and
 * the column that a new test names may be new in the parent: no old row refers to any by it.
 */
async function isPublished(
  { warehouse }: EngineContext,
  run: BuildRun,
  { parent, field, child, column }: Reference,
): Promise<boolean> {
  return (
    (await hasColumn(warehouse, publishedRelation(child), column)) &&
    (await hasColumn(warehouse, oldRelation(run, parent), field))
  );
}

async function hasColumn(warehouse: Warehouse, relation: string, name: string): Promise<boolean> {
  const columns = (await describeRelation(warehouse, relation)) ?? [];
  const plain = name.replaceAll('"', '').toLowerCase();
  return columns.some((column) => column.name.toLowerCase() === plain);
}

/**
 * Keys that the parent's old rows have, its new state has not, and a held mart names. Every name is qualified: one that
 * the inner relation lacks would mean the outer row's, and be true of all.
 */
async function neededKeys(
  { warehouse }: EngineContext,
  run: BuildRun,
  { parent, field, child, column }: Reference,
): Promise<string> {
  const current = deltaRelation(parent.model, 'current', run.id);
  const old = `select distinct p.${field} as needed from ${oldRows(run, parent)} as p
    where p.${field} in (select c.${column} from ${publishedRelation(child)} as c)`;
  return (await hasColumn(warehouse, current, field))
    ? `${old} and p.${field} not in (select n.${field} from ${current} as n where n.${field} is not null)`
    : old;
}

function oldRows(run: BuildRun, { kind, model }: ModelDelta): string {
  return kind === 'full' ? publishedRelation(model) : changedRows(run, model, 'removed');
}

/** The relation that they stand in. */
function oldRelation(run: BuildRun, { kind, model }: ModelDelta): string {
  return kind === 'full' ? publishedRelation(model) : changedRelation(run, model, 'removed');
}

/** To be followed by a condition on the rows that a delta removes. */
function removedRows(run: BuildRun, model: Model): string {
  const relation = changedRelation(run, model, 'removed');
  return run.together.has(model.name)
    ? `${relation} where _image = '${imageOf.removed}' and`
    : `${relation} where`;
}

/** Fills the parent's `kept` relation; resolves to its rows, or to why they cannot stay beside the new ones. */
async function keep(
  context: EngineContext,
  run: BuildRun,
  parent: ModelDelta,
  all: readonly Reference[],
): Promise<number | string> {
  const { warehouse } = context;
  const { model } = parent;
  const kept = deltaRelation(model, 'kept', run.id);
  const needed: string[] = [];
  for (const reference of all) {
    needed.push(`r.${reference.field} in (${await neededKeys(context, run, reference)})`);
  }
  await warehouse.execute(
    `create or replace table ${kept} as select r.* from ${oldRows(run, parent)} as r where ${needed.join(' or ')}`,
  );
  const keys = uniqueKeyOf(model).join(', ');
  const fresh = changedRows(run, model, 'added');
  // A table that is replaced whole, or has no key, cannot hold old rows beside new ones; nor is a row without its key
  // found again.
  const isKeyless = parent.kind === 'full' || keys === '';
  const taken = isKeyless
    ? 'count(*)'
    : `sum(case when ${uniqueKeyOf(model)
        .map((column) => `${column} is null`)
        .join(' or ')} or (${keys}) in (select ${keys} from ${fresh}) then 1 else 0 end)`;
  const [row] = await warehouse.query(`select count(*) as n, ${taken} as taken from ${kept}`);
  const inTheWay = Number(row?.['taken'] ?? 0);
  return inTheWay === 0
    ? Number(row?.['n'] ?? 0)
    : `${all[0]?.child.name}, which is held back, refers to ${inTheWay} row(s) that cannot stay beside the new ones`;
}

/** Leaves kept rows where they are; a delta whose removals are all kept changes nothing and is not published. */
export async function leaveKeptRows(context: EngineContext, run: BuildRun, kept: Kept): Promise<void> {
  for (const name of kept.rows.keys()) {
    const delta = run.deltas.get(name);
    if (delta === undefined) continue;
    const keys = uniqueKeyOf(delta.model).join(', ');
    // All rows of a kept key stay, also those that nobody refers to: a key is removed whole or not at all.
    const staying = await context.warehouse.execute(
      `delete from ${removedRows(run, delta.model)} (${keys}) in (select ${keys} from ${deltaRelation(delta.model, 'kept', run.id)})`,
    );
    const left = { ...delta, removed: delta.removed - staying };
    if (left.removed + left.added === 0) run.deltas.delete(name);
    else run.deltas.set(name, left);
  }
}
