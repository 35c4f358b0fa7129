import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import type { CheckResult } from '../../transforms/engine/checks/check.ts';
import { planChecks, planPublishedChecks } from '../../transforms/engine/checks/plan.ts';
import type { BehindStaging } from '../../transforms/engine/checks/plan.ts';
import { runChecks } from '../../transforms/engine/checks/run-checks.ts';
import { touchedKeys } from '../../transforms/engine/checks/touched-keys.ts';
import type { EngineContext } from '../../transforms/engine/context.ts';
import type { BuildRun } from '../../transforms/engine/materialize/delta.ts';
import type { DataTest, Model, Project, TestConfig } from '../../transforms/engine/project/model.ts';
import { defaultTestConfig } from '../../transforms/engine/project/properties.ts';
import { ensureMeta } from '../../transforms/engine/warehouse/meta-tables.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { makeProject } from './project-parts.ts';
import { runSchema } from '../../transforms/engine/warehouse/relations.ts';

/** One model's table and what a run does to it. Rows are SQL tuples: `(1, 'a')`. */
export interface TestTable {
  /** `id bigint, name varchar` */
  readonly columns: string;
  readonly published: readonly string[];
  readonly removed?: readonly string[];
  readonly added?: readonly string[];
  /** Rows of a full rebuild; instead of removed and added. */
  readonly replaced?: readonly string[];
  /** The key that `current` leaves removed rows out by. */
  readonly key: string;
}

export interface CheckWorld {
  readonly context: EngineContext;
  readonly run: BuildRun;
  readonly warehouse: DuckdbWarehouse;
  /** Results of every check of the run, by name. */
  readonly check: (considered?: ReadonlySet<string>) => Promise<Map<string, CheckResult>>;
  /** Results of every check of what is published, by name. */
  readonly checkPublished: (behind?: BehindStaging) => Promise<Map<string, CheckResult>>;
}

/** A warehouse with these tables published and this run's deltas beside them, as a build makes them. */
export async function openCheckWorld(
  project: Project,
  tables: Readonly<Record<string, TestTable>>,
): Promise<CheckWorld> {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  await ensureMeta(warehouse);
  const context: EngineContext = {
    project,
    warehouse,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  };
  const run: BuildRun = {
    id: 'r1',
    version: 2n,
    stageStep: 2n,
    deltas: new Map(),
    consumed: new Map(),
    together: new Set(),
  };
  await warehouse.execute(`create schema ${runSchema(run.id)}`);
  for (const [name, table] of Object.entries(tables)) {
    const model = project.models.get(name);
    if (model === undefined) throw new Error(`no model ${name}`);
    await createTables(warehouse, model, table, run);
  }
  const considered = new Set(project.models.keys());
  const byName = (results: readonly CheckResult[]): Map<string, CheckResult> =>
    new Map(results.map((result) => [`${result.model}.${result.name}`, result]));
  return {
    context,
    run,
    warehouse,
    check: async (among = considered) => byName(await checkRun(context, run, among)),
    checkPublished: async (behind = new Map()) => {
      const { checks } = await planPublishedChecks(context, run, behind);
      return byName(await runChecks(context, checks));
    },
  };
}

async function checkRun(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
): Promise<CheckResult[]> {
  const keys = touchedKeys(context, run);
  const checks = await planChecks(context, run, considered, keys);
  return await runChecks(context, await keys.place(checks));
}

async function createTables(
  warehouse: DuckdbWarehouse,
  model: Model,
  table: TestTable,
  run: BuildRun,
): Promise<void> {
  const create = async (relation: string, rows: readonly string[]): Promise<void> => {
    await warehouse.execute(`create or replace table ${relation} (${table.columns})`);
    if (rows.length > 0) await warehouse.execute(`insert into ${relation} values ${rows.join(', ')}`);
  };
  const part = (name: string): string => `${runSchema(run.id)}.${model.name}__${name}`;
  const published = `${model.layer}.${model.name}`;
  await create(published, table.published);
  const { removed = [], added = [], replaced } = table;
  if (replaced !== undefined) {
    await create(part('new'), replaced);
    await warehouse.execute(`create or replace view ${part('current')} as select * from ${part('new')}`);
    run.deltas.set(model.name, { model, kind: 'full', fingerprint: '', removed: 0, added: replaced.length });
    return;
  }
  if (removed.length + added.length === 0) return;
  await create(part('removed'), removed);
  await create(part('added'), added);
  await warehouse.execute(
    `create or replace view ${part('current')} as select * from ${published} as p
     where not exists (select 1 from ${part('removed')} as r where r.${table.key} = p.${table.key})
     union all select * from ${part('added')}`,
  );
  const delta = { model, fingerprint: '', removed: removed.length, added: added.length };
  run.deltas.set(model.name, { ...delta, kind: 'incremental' });
}

/** Vars of a project, for makeProject. */
export function withVars(vars: Readonly<Record<string, unknown>>): Pick<Project, 'vars' | 'authoring'> {
  const { authoring } = makeProject([]);
  return { vars, authoring: { ...authoring, environment: { ...authoring.environment, vars } } };
}

/** A declared check with everything at its default but what a test is about. */
export function makeDataTest(
  model: string,
  kind: string,
  change: Partial<Omit<DataTest, 'config'>> & { readonly config?: Partial<TestConfig> } = {},
): DataTest {
  const name = `${kind}_${model}${change.column === undefined ? '' : `_${change.column}`}`;
  return {
    name,
    uniqueId: `test.shopwave.${name}`,
    kind,
    attachedTo: { kind: 'model', name: model },
    column: undefined,
    arguments: {},
    refs: [model],
    sources: [],
    file: 'transforms/models/marts/_marts.yml',
    line: 1,
    ...change,
    config: { ...defaultTestConfig, ...change.config },
  };
}
