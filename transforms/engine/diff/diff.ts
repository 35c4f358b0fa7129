import type { EngineContext } from '../context.ts';
import { fingerprint } from '../compile/compile.ts';
import type { CompileScope } from '../compile/compile.ts';
import { blameModel } from '../materialize/model-statement.ts';
import { describeRelation, shapeDifference } from '../materialize/shape.ts';
import type { ShapeDifference } from '../materialize/shape.ts';
import { renderStatement } from '../materialize/statement.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import type { Model, Project } from '../project/model.ts';
import { uniqueKeyOf } from '../checks/keys.ts';
import { computable } from '../run/compute-deltas.ts';
import { dropDeltas } from '../run/drop-deltas.ts';
import { newRunId, throwIfCancelled, whileMarked } from '../run/lease.ts';
import { deltaRelation, publishedRelation, rawTable } from '../warehouse/relations.ts';
import { readModelStates } from '../warehouse/state.ts';
import { classifySql, duplicatesSql, readCounts, readSamples, sampleSql } from './classify.ts';
import type { Comparison, RowCounts, RowSample } from './classify.ts';
import { createSeed } from './create-seed.ts';

export interface DiffOptions {
  /** Keys of Project.models; undefined: those whose definition differs, and what is made from them. */
  readonly models?: ReadonlySet<string> | undefined;
  /** Compares with what this project says instead of with what is published. */
  readonly against?: Project | undefined;
  /** Differing rows shown per model; default 5. */
  readonly samples?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How the rows of one model would change. */
export interface ModelDiff extends RowCounts {
  readonly model: string;
  /** Columns that rows are matched by; empty: whole rows are compared, so that none counts as changed. */
  readonly key: readonly string[];
  readonly shape: ShapeDifference;
  readonly samples: readonly RowSample[];
  /** Rows of either side that share their key with another. */
  readonly duplicates: number;
}

/**
 * Compares what the project's files say with what is published, or with what another project says, by key. Each model
 * is computed whole beside production from the published inputs, and from the inputs compared before it. Nothing is
 * published, and nothing is left behind.
 */
export async function diffModels(context: EngineContext, options: DiffOptions = {}): Promise<ModelDiff[]> {
  const names = computable(context.project, options.models ?? (await differing(context, options.against)));
  const run = newRunId(context.clock.now());
  return await whileMarked(context, run, options.signal, async (signal) => {
    const diffs: ModelDiff[] = [];
    const sides = { now: new Map<string, string>(), then: new Map<string, string>() };
    try {
      for (const [done, name] of names.entries()) {
        throwIfCancelled(signal);
        const progress = {
          step: 'diff',
          state: 'running',
          done,
          total: names.length,
          unit: 'models',
        } as const;
        context.onProgress({ ...progress, note: name });
        const model = mustModel(context.project, name);
        const after = await compute(context, context.project, { model, made: sides.now, part: 'new', run });
        const then = options.against?.models.get(name);
        const before =
          options.against === undefined
            ? publishedRelation(model)
            : then === undefined || !isStored(then)
              ? undefined
              : await compute(context, options.against, { model: then, made: sides.then, part: 'old', run });
        diffs.push(await compare(context, model, before, after, options.samples ?? 5));
      }
    } finally {
      await dropDeltas(context, run).catch(() => {});
    }
    context.onProgress({ step: 'diff', state: 'finished', done: names.length, unit: 'models' });
    return diffs;
  });
}

/** Models that the files define otherwise than the other side does, and every stored model made from them. */
async function differing(context: EngineContext, against: Project | undefined): Promise<Set<string>> {
  const { project, warehouse } = context;
  const { dialect } = warehouse.capabilities;
  const published = against === undefined ? await readModelStates(warehouse) : undefined;
  const then = (name: string): string | undefined => {
    if (published !== undefined) return published.get(name)?.fingerprint;
    return against?.models.has(name) === true ? fingerprint(against, name, dialect) : undefined;
  };
  const found = new Set<string>();
  for (const name of computable(project, undefined)) {
    const isBelow = storedInputs(project, name).some((input) => found.has(input));
    if (isBelow || then(name) !== fingerprint(project, name, dialect)) found.add(name);
  }
  return found;
}

function isStored({ layer, materialization }: Model): boolean {
  return layer !== 'staging' && materialization.kind !== 'ephemeral';
}

interface Side {
  readonly model: Model;
  /** Relations computed so far on this side, by model. */
  readonly made: Map<string, string>;
  readonly part: 'new' | 'old';
  readonly run: string;
}

async function compute(
  context: EngineContext,
  project: Project,
  { model, made, part, run }: Side,
): Promise<string> {
  const relation = deltaRelation(model, part, run);
  if (model.materialization.kind === 'seed') await createSeed(context.warehouse, model, relation);
  else {
    const scope: CompileScope = {
      dialect: context.warehouse.capabilities.dialect,
      relation: (name) => made.get(name) ?? publishedRelation(mustModel(project, name)),
      source: rawTable,
      runQuery: (sql) => context.warehouse.query(sql),
      runId: run,
    };
    const sql = await renderStatement(project, model.name, scope);
    await blameModel(model, () => context.warehouse.execute(`create table ${relation} as\n${sql}`));
  }
  made.set(model.name, relation);
  return relation;
}

async function compare(
  { warehouse }: EngineContext,
  model: Model,
  before: string | undefined,
  after: string,
  samples: number,
): Promise<ModelDiff> {
  const now = (await describeRelation(warehouse, after)) ?? [];
  const then = before === undefined ? undefined : await describeRelation(warehouse, before);
  // What was never there is an empty relation of the same columns.
  const other = then === undefined || before === undefined ? `(select * from ${after} where 1 = 0)` : before;
  const shape = shapeDifference(then ?? now, now);
  const shared = now
    .map(({ name }) => name)
    .filter((name) => !shape.added.some((each) => each.name === name));
  const key = uniqueKeyOf(model).every((each) => shared.includes(each)) ? uniqueKeyOf(model) : [];
  const keys = key.length > 0 ? key : shared;
  let duplicates = 0;
  for (const side of key.length > 0 ? [other, after] : []) {
    const [row] = await warehouse.query(duplicatesSql(side.startsWith('(') ? `${side} as side` : side, key));
    duplicates += Number(row?.['n'] ?? 0);
  }
  const comparison: Comparison = {
    before: other.startsWith('(') ? `${other} as none` : other,
    after,
    keys,
    columns: shared
      .filter((name) => !keys.includes(name))
      .map((name) => ({ name, asText: shape.retyped.some((each) => each.name === name) })),
    isNumbered: key.length === 0 || duplicates > 0,
  };
  const [row] = await warehouse.query(classifySql(comparison));
  const counts = readCounts(comparison, row);
  const isSame = counts.added + counts.removed + counts.changed === 0;
  const rows = isSame || samples === 0 ? [] : await warehouse.query(sampleSql(comparison, samples));
  return { model: model.name, key, shape, duplicates, ...counts, samples: readSamples(comparison, rows) };
}
