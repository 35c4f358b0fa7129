import { renderMapping } from '../compile/compile.ts';
import { transformErrors } from '../errors.ts';
import { mustModel } from '../project/laws.ts';
import type { Keying } from '../project/model.ts';
import { deltaRelation, feedTable, publishedRelation } from '../warehouse/relations.ts';
import { mustMeetConstraints } from './constraints.ts';
import { runScope } from './delta.ts';
import type { ModelDelta } from './delta.ts';
import { exceptAll } from './difference.ts';
import { createFromModel } from './model-statement.ts';
import { renderStatement } from './statement.ts';
import { partOf, rowsDelta } from './work.ts';
import type { Work } from './work.ts';

/**
 * Computes a model for the keys its changed inputs touch, then keeps only the rows that really differ from
 * production: `removed` and `added`. A key touched without effect costs nothing downstream.
 */
export async function computeTouched(
  work: Work,
  keying: Keying & { readonly uniqueKey: string },
): Promise<ModelDelta> {
  const { context, run, model } = work;
  const { warehouse } = context;
  const { dialect } = warehouse.capabilities;
  await createFromModel(context, model, partOf(work, 'touched'), await touchedKeys(work));
  const touched = partOf(work, 'touched');
  const keys = await boundsOf(work, touched);
  if (keys === 'none')
    return { model, kind: 'incremental', fingerprint: work.fingerprint, removed: 0, added: 0 };
  const sql = await renderStatement(context.project, model.name, {
    ...runScope(context, run),
    touched,
    touchedBounds: keys,
  });
  await createFromModel(context, model, partOf(work, 'new'), sql);
  await mustBeTouched(work, keying.touchKey);
  const production = publishedRelation(model);
  // Read once: production may be large, and both differences need these rows.
  await warehouse.execute(
    `create or replace table ${partOf(work, 'old')} as
     select * from ${production} where ${keying.touchKey} in (select touch_key from ${touched})${
       keys === undefined ? '' : ` and ${keying.touchKey} between ${keys.low} and ${keys.high}`
     }`,
  );
  const [old, fresh] = [`select * from ${partOf(work, 'old')}`, `select * from ${partOf(work, 'new')}`];
  await warehouse.execute(
    `create or replace table ${partOf(work, 'removed')} as ${exceptAll(dialect, old, fresh)}`,
  );
  await warehouse.execute(
    `create or replace table ${partOf(work, 'added')} as ${exceptAll(dialect, fresh, old)}`,
  );
  const key = keying.uniqueKey;
  await warehouse.execute(
    `create or replace view ${partOf(work, 'current')} as
     select * from ${production} as p where not exists (select 1 from ${partOf(work, 'removed')} as r where r.${key} = p.${key})
     union all select * from ${partOf(work, 'added')}`,
  );
  await mustMeetConstraints(work, partOf(work, 'added'));
  return await rowsDelta(work, undefined);
}

/**
 * A row of a key that was not touched would be added beside its own: a join of the model brings rows in that touched()
 * does not restrict.
 */
async function mustBeTouched(work: Work, touchKey: string): Promise<void> {
  const { context, model } = work;
  const [row] = await context.warehouse.query(
    `select count(*) as n, min(${touchKey}) as example from ${partOf(work, 'new')}
     where ${touchKey} is null or ${touchKey} not in (select touch_key from ${partOf(work, 'touched')})`,
  );
  if (Number(row?.['n']) === 0) return;
  throw transformErrors.error('TRANSFORM_NOT_KEYED', {
    message: `${model.name} computes ${String(row?.['n'])} row(s) of keys that were not touched, such as ${touchKey} = ${String(row?.['example'])}`,
    where: `${model.file}:1:1`,
  });
}

/** The least and the greatest key, where keys are numbers: ids grow with time, so that old rows need not be read. */
async function boundsOf(
  { context }: Work,
  touched: string,
): Promise<{ readonly low: string; readonly high: string } | 'none' | undefined> {
  const [row] = await context.warehouse.query(
    `select min(touch_key) as low, max(touch_key) as high from ${touched}`,
  );
  const { low, high } = row ?? {};
  if (low === null || low === undefined) return 'none';
  const isNumber = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';
  return isNumber(low) && isNumber(high) ? { low: String(low), high: String(high) } : undefined;
}

/** The keys to compute: those the changed inputs map to, and those given from outside. */
async function touchedKeys(work: Work): Promise<string> {
  const { context, run, model, plan } = work;
  const scope = runScope(context, run);
  const selects: string[] = [];
  const changedInputs = plan.kind === 'incremental' ? plan.changedInputs : [];
  for (const input of changedInputs) {
    const changed = changedRows(work, input);
    const mapping = await renderMapping(context.project, model, input, { ...scope, changed });
    if (mapping !== undefined) selects.push(mapping);
  }
  const extra = plan.kind === 'incremental' ? plan.extraKeys : undefined;
  if (extra !== undefined) selects.push(`select touch_key from ${extra}`);
  return `select distinct touch_key from (${selects.join('\nunion all\n')}) as mapped where touch_key is not null`;
}

/** An input's rows removed and added since the model consumed it: its published feed, and this run's delta of it. */
function changedRows(work: Work, input: string): string {
  const { context, run, model } = work;
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
