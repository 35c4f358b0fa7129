import { mustModel } from '../project/laws.ts';
import { renderModel, renderParts } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { runScope } from '../materialize/delta.ts';
import type { BuildRun, ModelDelta } from '../materialize/delta.ts';
import type { DataTest, Model } from '../project/model.ts';
import { deltaRelation, publishedRelation, rawTable, stateTable } from '../warehouse/relations.ts';
import { readPublication } from '../warehouse/state.ts';

/** The outcome of one check: failures is the number of offending rows. */
export interface CheckResult {
  readonly model: string;
  readonly name: string;
  readonly status: 'pass' | 'fail';
  readonly failures: number;
  /** The query whose rows are the failures. */
  readonly sql: string;
}

interface Check {
  readonly model: string;
  readonly name: string;
  readonly sql: string;
}

/** Checks what a run is about to publish, before it is published. */
export async function audit(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const checks = await checksOf(context, run, considered);
  for (const [done, check] of checks.entries()) {
    context.onProgress({ step: 'audit', state: 'running', done, total: checks.length, unit: 'checks' });
    results.push(await runCheck(context, check));
  }
  return results;
}

/** Checks the published marts as they are; for `transform test`. */
export async function auditPublished(context: EngineContext, run: BuildRun): Promise<CheckResult[]> {
  const { project } = context;
  const whole = [...project.models.values()].filter((model) => model.layer === 'marts');
  const checks = whole.flatMap((model) =>
    model.tests.map((test) => columnCheck(model, test, publishedScope(context, model, test))),
  );
  const published = await readPublication(context.warehouse);
  // Between stage and build, staging is ahead of what is published: comparing the two would cry wolf.
  const isAhead = published?.stageStep !== run.stageStep;
  const isComparable = (refs: readonly string[]): boolean =>
    !isAhead || refs.every((ref) => mustModel(project, ref).layer !== 'staging');
  const results: CheckResult[] = [];
  for (const check of [...checks, ...(await singularChecks(context, run, isComparable))]) {
    results.push(await runCheck(context, check));
  }
  return results;
}

async function checksOf(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
): Promise<Check[]> {
  const { project } = context;
  const changed = [...run.deltas.values()];
  const own = changed.flatMap((delta) =>
    delta.model.tests.map((test) => columnCheck(delta.model, test, deltaScope(context, run, delta, test))),
  );
  // A key that left a dimension orphans facts that this run never touched.
  const orphans = [...project.models.values()].flatMap((model) =>
    model.tests.flatMap((test) => orphanCheck(context, run, model, test) ?? []),
  );
  // A mart that a partial build leaves out lags behind staging, and that is no defect of what is built.
  const isSelected = (refs: readonly string[]): boolean =>
    refs.some((ref) => run.deltas.has(ref) || mustModel(project, ref).layer === 'staging') &&
    refs.every((ref) => mustModel(project, ref).layer !== 'marts' || considered.has(ref));
  return [
    ...own,
    ...orphans,
    ...(await singularChecks(context, run, isSelected)),
    ...(await stagingChecks(context)),
  ];
}

/** Rows under test, and the whole that they must fit into. */
interface CheckScope {
  readonly rows: string;
  readonly current: string;
  readonly parent: string;
}

function deltaScope(context: EngineContext, run: BuildRun, delta: ModelDelta, test: DataTest): CheckScope {
  const scope = runScope(context, run);
  return {
    rows: deltaRelation(delta.model, delta.kind === 'full' ? 'new' : 'added', run.id),
    current: scope.relation(delta.model.name),
    parent: test.kind === 'relationships' ? scope.relation(parentOf(test)) : '',
  };
}

function publishedScope(context: EngineContext, model: Model, test: DataTest): CheckScope {
  const rows = publishedRelation(model);
  const parent =
    test.kind === 'relationships' ? publishedRelation(mustModel(context.project, parentOf(test))) : '';
  return { rows, current: rows, parent };
}

/** The model that a relationships test looks its values up in. */
function parentOf(test: DataTest): string {
  return test.refs[1] ?? '';
}

function columnCheck(model: Model, test: DataTest, scope: CheckScope): Check {
  const column = test.column ?? '';
  const name = `${test.kind}_${column}`;
  switch (test.kind) {
    case 'not_null':
      return { model: model.name, name, sql: `select * from ${scope.rows} where ${column} is null` };
    case 'unique': {
      const sql = `select ${column}, count(*) as n from ${scope.current}
        where ${column} in (select ${column} from ${scope.rows}) group by ${column} having count(*) > 1`;
      return { model: model.name, name, sql };
    }
    case 'accepted_values': {
      const accepted = test.arguments['values'];
      const values = (Array.isArray(accepted) ? accepted : [])
        .map((value) => `'${String(value).replaceAll("'", "''")}'`)
        .join(', ');
      const sql = `select * from ${scope.rows} where ${column} is not null and ${column} not in (${values})`;
      return { model: model.name, name, sql };
    }
    case 'relationships': {
      const sql = `select * from ${scope.rows} as child where child.${column} is not null
        and not exists (select 1 from ${scope.parent} as parent where parent.${String(test.arguments['field'])} = child.${column})`;
      return { model: model.name, name: `${name}_${parentOf(test)}`, sql };
    }
    default:
      throw new Error(`no such test: ${test.kind}`);
  }
}

function orphanCheck(context: EngineContext, run: BuildRun, model: Model, test: DataTest): Check | undefined {
  if (test.kind !== 'relationships') return undefined;
  const parent = run.deltas.get(parentOf(test));
  if (parent === undefined || parent.kind !== 'incremental' || parent.removed === 0) return undefined;
  const scope = runScope(context, run);
  const column = test.column ?? '';
  const field = String(test.arguments['field']);
  const sql = `select * from ${scope.relation(model.name)} as child
    where child.${column} in (select ${field} from ${deltaRelation(parent.model, 'removed', run.id)})
      and not exists (select 1 from ${scope.relation(parentOf(test))} as parent where parent.${field} = child.${column})`;
  return { model: model.name, name: `orphans_${column}_${parentOf(test)}`, sql };
}

async function singularChecks(
  context: EngineContext,
  run: BuildRun,
  isSelected: (refs: readonly string[]) => boolean,
): Promise<Check[]> {
  const scope = runScope(context, run);
  return await Promise.all(
    context.project.tests
      .filter((test) => isSelected(test.refs))
      .map(async (test) => ({
        model: test.refs[0] ?? '',
        name: test.name,
        sql: await renderParts(context.project, test.template, scope),
      })),
  );
}

/**
 * R8, raw to staging: every key of the batches staged since the last publication stands in staging at its newest
 * position or a later one. One check a table; written against what staging should have done, not by what it did.
 */
async function stagingChecks(context: EngineContext): Promise<Check[]> {
  const { project, warehouse } = context;
  const recent = `select batch_id from _meta.staged_batch
    where step > (select coalesce(max(stage_step), 0) from _meta.publication)`;
  const checks: Check[] = [];
  for (const model of project.models.values()) {
    const { materialization } = model;
    if (materialization.kind !== 'latest' && materialization.kind !== 'history') continue;
    const raw = await renderModel(project, model.name, {
      dialect: warehouse.capabilities.dialect,
      relation: (name) => name,
      source: (source) => `(select * from ${rawTable(source)} where _batch_id in (${recent}))`,
    });
    const key = materialization.uniqueKey;
    const place = (alias: string): string =>
      `${alias}._position || lpad(cast(${alias}._ordinal as varchar), 12, '0')`;
    const newest = `select ${key}, max(${place('raw_rows')}) as place from (${raw}) as raw_rows group by ${key}`;
    const sql = `select * from (${newest}) as r where not exists (
      select 1 from ${stateTable(model)} as s where s.${key} = r.${key} and ${place('s')} >= r.place)`;
    checks.push({ model: model.name, name: 'r8_raw_in_staging', sql });
  }
  return checks;
}

async function runCheck(context: EngineContext, check: Check): Promise<CheckResult> {
  const [row] = await context.warehouse.query(`select count(*) as n from (${check.sql}) as failures`);
  const failures = Number(row?.['n'] ?? 0);
  return { ...check, status: failures === 0 ? 'pass' : 'fail', failures };
}
