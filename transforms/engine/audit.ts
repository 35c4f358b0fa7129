import { mustModel } from './checks.ts';
import { renderParts } from './compile.ts';
import type { EngineContext } from './context.ts';
import { runScope } from './delta.ts';
import type { BuildRun, ModelDelta } from './delta.ts';
import type { DataTest, Model } from './model.ts';
import { deltaRelation, publishedRelation } from './relations.ts';

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
export async function audit(context: EngineContext, run: BuildRun): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const checks = checksOf(context, run);
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
  const results: CheckResult[] = [];
  for (const check of [...checks, ...singularChecks(context, run, () => true)]) {
    results.push(await runCheck(context, check));
  }
  return results;
}

function checksOf(context: EngineContext, run: BuildRun): Check[] {
  const { project } = context;
  const changed = [...run.deltas.values()];
  const own = changed.flatMap((delta) =>
    delta.model.tests.map((test) => columnCheck(delta.model, test, deltaScope(context, run, delta, test))),
  );
  // A key that left a dimension orphans facts that this run never touched.
  const orphans = [...project.models.values()].flatMap((model) =>
    model.tests.flatMap((test) => orphanCheck(context, run, model, test) ?? []),
  );
  const refersToChanged = (refs: readonly string[]): boolean =>
    refs.some((ref) => run.deltas.has(ref) || mustModel(project, ref).layer === 'staging');
  return [...own, ...orphans, ...singularChecks(context, run, refersToChanged)];
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
    parent: test.kind === 'relationships' ? scope.relation(test.to) : '',
  };
}

function publishedScope(context: EngineContext, model: Model, test: DataTest): CheckScope {
  const rows = publishedRelation(model);
  const parent = test.kind === 'relationships' ? publishedRelation(mustModel(context.project, test.to)) : '';
  return { rows, current: rows, parent };
}

function columnCheck(model: Model, test: DataTest, scope: CheckScope): Check {
  const { column } = test;
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
      const values = test.values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
      const sql = `select * from ${scope.rows} where ${column} is not null and ${column} not in (${values})`;
      return { model: model.name, name, sql };
    }
    case 'relationships': {
      const sql = `select * from ${scope.rows} as child where child.${column} is not null
        and not exists (select 1 from ${scope.parent} as parent where parent.${test.field} = child.${column})`;
      return { model: model.name, name: `${name}_${test.to}`, sql };
    }
  }
}

function orphanCheck(context: EngineContext, run: BuildRun, model: Model, test: DataTest): Check | undefined {
  if (test.kind !== 'relationships') return undefined;
  const parent = run.deltas.get(test.to);
  if (parent === undefined || parent.kind !== 'incremental' || parent.removed === 0) return undefined;
  const scope = runScope(context, run);
  const { column, field } = test;
  const sql = `select * from ${scope.relation(model.name)} as child
    where child.${column} in (select ${field} from ${deltaRelation(parent.model, 'removed', run.id)})
      and not exists (select 1 from ${scope.relation(test.to)} as parent where parent.${field} = child.${column})`;
  return { model: model.name, name: `orphans_${column}_${test.to}`, sql };
}

function singularChecks(
  context: EngineContext,
  run: BuildRun,
  isSelected: (refs: readonly string[]) => boolean,
): Check[] {
  const scope = runScope(context, run);
  return context.project.tests
    .filter((test) => isSelected(test.refs))
    .map((test) => ({
      model: test.refs[0] ?? '',
      name: test.name,
      sql: renderParts(context.project, test.template, scope),
    }));
}

async function runCheck(context: EngineContext, check: Check): Promise<CheckResult> {
  const [row] = await context.warehouse.query(`select count(*) as n from (${check.sql}) as failures`);
  const failures = Number(row?.['n'] ?? 0);
  return { ...check, status: failures === 0 ? 'pass' : 'fail', failures };
}
