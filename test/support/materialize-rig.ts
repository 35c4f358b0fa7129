import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';
import { applyDelta, statementsAfter, statementsBefore } from '../../transforms/engine/materialize/apply.ts';
import { computeDelta } from '../../transforms/engine/materialize/compute.ts';
import type { BuildRun, ModelDelta } from '../../transforms/engine/materialize/delta.ts';
import type { ModelPlan } from '../../transforms/engine/materialize/model-plan.ts';
import { mustModel } from '../../transforms/engine/project/laws.ts';
import type { Model, ModelConfig } from '../../transforms/engine/project/model.ts';
import { parseTemplate } from '../../lib/jinja/parse.ts';
import { runSchema } from '../../transforms/engine/warehouse/relations.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Capabilities } from '../../warehouse/capabilities.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Row } from '../../warehouse/warehouse.ts';
import { makeModel, makeProject } from './project-parts.ts';

/** A model with this SQL. */
export function sqlModel(
  name: string,
  sql: string,
  change: Partial<Omit<Model, 'config' | 'template'>> & { readonly config?: Partial<ModelConfig> } = {},
): Model {
  const model = makeModel(name, change);
  return { ...model, template: parseTemplate(sql, model.file), rawCode: sql };
}

/** Materialisation alone, without planning and checks: one model at a time, published at once. */
export interface Rig {
  readonly warehouse: DuckdbWarehouse;
  /** Computes a model by a plan and publishes it; `models` are the project as it is now. */
  readonly build: (
    models: readonly Model[],
    name: string,
    plan: ModelPlan,
  ) => Promise<ModelDelta | undefined>;
  /** Computes only. */
  readonly compute: (
    models: readonly Model[],
    name: string,
    plan: ModelPlan,
  ) => Promise<ModelDelta | undefined>;
  readonly rows: (sql: string) => Promise<Row[]>;
  readonly close: () => Promise<void>;
}

export const first: ModelPlan = { kind: 'full', reason: 'first build', cause: 'first' };
export const edited: ModelPlan = { kind: 'full', reason: 'definition changed', cause: 'definition' };
export const refreshed: ModelPlan = { kind: 'full', reason: 'full refresh asked for', cause: 'refresh' };
export const changed = (...changedInputs: string[]): ModelPlan => ({ kind: 'incremental', changedInputs });

/** `change` lets DuckDB stand in for a warehouse with other abilities. */
export async function openRig(change: Partial<Capabilities> = {}): Promise<Rig> {
  const opened = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  const warehouse = { ...opened, capabilities: { ...opened.capabilities, ...change } };
  for (const schema of ['raw', 'seeds', 'staging', 'intermediate', 'marts', 'delta', 'feed']) {
    await warehouse.execute(`create schema ${schema}`);
  }
  let version = 0n;
  const computeIn = async (
    models: readonly Model[],
    name: string,
    plan: ModelPlan,
  ): Promise<{ readonly run: BuildRun; readonly delta: ModelDelta | undefined }> => {
    version += 1n;
    const run: BuildRun = {
      id: `r${version}`,
      version,
      stageStep: version,
      deltas: new Map(),
      together: new Set(),
      consumed: new Map([[name, new Map(models.map((model) => [model.name, version - 1n]))]]),
    };
    await warehouse.execute(`create schema ${runSchema(run.id)}`);
    const project = makeProject(models);
    const context = {
      project,
      warehouse,
      clock: systemClock,
      logger: silentLogger,
      onProgress: ignoreProgress,
    };
    return { run, delta: await computeDelta(context, run, mustModel(project, name), plan) };
  };
  return {
    warehouse,
    compute: async (models, name, plan) => (await computeIn(models, name, plan)).delta,
    build: async (models, name, plan) => {
      const { run, delta } = await computeIn(models, name, plan);
      if (delta === undefined) return undefined;
      for (const statement of statementsBefore(run, delta)) await warehouse.execute(statement);
      await warehouse.transaction((session) => applyDelta(session, run, delta));
      for (const statement of statementsAfter(run, delta)) await warehouse.execute(statement);
      return delta;
    },
    rows: (sql) => warehouse.query(sql),
    close: () => warehouse.close(),
  };
}
