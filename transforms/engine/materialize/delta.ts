import { mustModel } from '../project/laws.ts';
import { renderMapping, renderModel } from '../compile/compile.ts';
import type { CompileScope } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { keyingOf } from '../project/model.ts';
import type { Model } from '../project/model.ts';
import { createFromModel } from './model-statement.ts';
import { deltaRelation, feedTable, publishedRelation, rawTable } from '../warehouse/relations.ts';

/** What a build did to one mart, beside production and not yet published. */
export interface ModelDelta {
  readonly model: Model;
  readonly kind: 'full' | 'incremental';
  readonly fingerprint: string;
  readonly removed: number;
  readonly added: number;
}

/** The facts of one run that decide what names stand for. */
export interface BuildRun {
  readonly id: string;
  /** The version that this run will publish. */
  readonly version: bigint;
  /** Staging step that this run reads. */
  readonly stageStep: bigint;
  readonly deltas: Map<string, ModelDelta>;
  readonly consumed: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
}

/** Names as later models of the run, and all checks, see them: current with the run's deltas applied. */
export function runScope(context: EngineContext, run: BuildRun): CompileScope {
  return {
    dialect: context.warehouse.capabilities.dialect,
    relation: (name) => {
      const model = mustModel(context.project, name);
      return run.deltas.has(name) ? deltaRelation(model, 'current', run.id) : publishedRelation(model);
    },
    source: rawTable,
  };
}

/** Computes a mart whole, beside production. */
export async function computeFull(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  fingerprint: string,
): Promise<ModelDelta> {
  const { warehouse, project } = context;
  const fresh = deltaRelation(model, 'new', run.id);
  const sql = await renderModel(project, model.name, runScope(context, run));
  await createFromModel(context, model, fresh, sql);
  await warehouse.execute(
    `create or replace view ${deltaRelation(model, 'current', run.id)} as select * from ${fresh}`,
  );
  return { model, kind: 'full', fingerprint, removed: 0, added: await countRows(context, fresh) };
}

/**
 * Computes a mart for the keys its changed inputs touch, then keeps only the rows that really differ from
 * production: `removed` and `added`. A key touched without effect costs nothing downstream.
 */
export async function computeIncremental(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  fingerprint: string,
  changedInputs: readonly string[],
): Promise<ModelDelta> {
  const { warehouse, project } = context;
  const keying = keyingOf(model);
  if (keying === undefined) throw new Error(`${model.name} is not keyed`);
  const part = (name: 'touched' | 'new' | 'removed' | 'added' | 'current'): string =>
    deltaRelation(model, name, run.id);
  const scope = runScope(context, run);
  const mappings: string[] = [];
  for (const input of changedInputs) {
    const changed = changedRows(context, run, model, input);
    const mapping = await renderMapping(project, model, input, { ...scope, changed });
    if (mapping !== undefined) mappings.push(mapping);
  }
  await createFromModel(
    context,
    model,
    part('touched'),
    `select distinct touch_key from (${mappings.join('\nunion all\n')}) as mapped where touch_key is not null`,
  );
  const sql = await renderModel(project, model.name, { ...scope, touched: part('touched') });
  const production = publishedRelation(model);
  const touchedProduction = `select * from ${production}
    where ${keying.touchKey} in (select touch_key from ${part('touched')})`;
  await createFromModel(context, model, part('new'), sql);
  await warehouse.execute(
    `create or replace table ${part('removed')} as ${touchedProduction} except all select * from ${part('new')}`,
  );
  await warehouse.execute(
    `create or replace table ${part('added')} as select * from ${part('new')} except all ${touchedProduction}`,
  );
  const key = keying.uniqueKey;
  await warehouse.execute(
    `create or replace view ${part('current')} as
     select * from ${production} as p where not exists (select 1 from ${part('removed')} as r where r.${key} = p.${key})
     union all select * from ${part('added')}`,
  );
  const [removed, added] = [
    await countRows(context, part('removed')),
    await countRows(context, part('added')),
  ];
  return { model, kind: 'incremental', fingerprint, removed, added };
}

/** An input's rows removed and added since the model consumed it: its published feed, and this run's delta of it. */
function changedRows(context: EngineContext, run: BuildRun, model: Model, input: string): string {
  const inputModel = mustModel(context.project, input);
  const since = run.consumed.get(model.name)?.get(input) ?? 0n;
  const upTo = inputModel.layer === 'staging' ? run.stageStep : run.version;
  const published = `select * from ${feedTable(inputModel)} where _step > ${since} and _step <= ${upTo}`;
  if (!run.deltas.has(input)) return `(${published}) as changed`;
  const pending = (['removed', 'added'] as const).map(
    (part) =>
      `select *, ${run.version}, '${part === 'removed' ? 'before' : 'after'}' from ${deltaRelation(inputModel, part, run.id)}`,
  );
  return `(${[published, ...pending].join(' union all ')}) as changed`;
}

async function countRows(context: EngineContext, relation: string): Promise<number> {
  const [row] = await context.warehouse.query(`select count(*) as n from ${relation}`);
  return Number(row?.['n'] ?? 0);
}

/** Drops what dead runs left beside production, and this run's own when it is done with them. */
export async function dropDeltas(context: EngineContext): Promise<void> {
  const { warehouse } = context;
  const rows = await warehouse.query(
    `select table_name, table_type from information_schema.tables where table_schema = 'delta' order by table_type desc`,
  );
  for (const row of rows) {
    const kind = row['table_type'] === 'VIEW' ? 'view' : 'table';
    await warehouse.execute(`drop ${kind} if exists delta.${String(row['table_name'])}`);
  }
}
