import type { EngineContext } from '../context.ts';
import { fingerprint } from '../compile/compile.ts';
import type { CompileScope } from '../compile/compile.ts';
import { publishedScope } from '../compile/published-scope.ts';
import { templateLog } from '../compile/template-log.ts';
import { blameModel } from '../materialize/model-statement.ts';
import { describeRelation, shapeDifference } from '../materialize/shape.ts';
import type { ShapeDifference } from '../materialize/shape.ts';
import { renderStatement } from '../materialize/statement.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import type { Model, Project } from '../project/model.ts';
import { uniqueKeyOf } from '../checks/keys.ts';
import { computable, isComputed } from '../run/compute-deltas.ts';
import { thenDropDeltas } from '../warehouse/drop-deltas.ts';
import { newRunId, throwIfCancelled, whileMarked } from '../warehouse/lease.ts';
import { deltaRelation, publishedRelation } from '../warehouse/relations.ts';
import { readModelStates } from '../warehouse/state.ts';
import { classifySql, duplicatesSql, readCounts, readSamples, sampleSql } from './classify.ts';
import type { Comparison, RowCounts, RowSample } from './classify.ts';
import { createSeed } from './create-seed.ts';

/** What to compare, and with what. */
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

/** The models compared, in the order in which they are built. */
export interface DiffResult {
  readonly models: readonly ModelDiff[];
  /** Staging models that the files define otherwise than what is staged: their effect shows once they are staged. */
  readonly unstaged: readonly string[];
}

/**
 * Compares what the project's files say with what is published, or with what another project says, by key. Each model
 * is computed whole beside production from the published inputs, and from the inputs compared before it. Nothing is
 * published, and nothing is left behind.
 */
export async function diffModels(context: EngineContext, options: DiffOptions = {}): Promise<DiffResult> {
  const { project, onProgress } = context;
  const names = computable(project, options.models ?? (await differing(context, options.against)));
  const run = newRunId(context.clock.now());
  const models = await whileMarked(context, run, options.signal, (signal) =>
    thenDropDeltas(context, run, async () => {
      const diffs: ModelDiff[] = [];
      const sides: Sides = { run, now: new Map(), before: new Map() };
      for (const [done, name] of names.entries()) {
        throwIfCancelled(signal);
        onProgress({ step: 'diff', state: 'running', done, total: names.length, unit: 'models', note: name });
        diffs.push(await diffOne(context, options, mustModel(project, name), sides));
      }
      return diffs;
    }),
  );
  onProgress({ step: 'diff', state: 'finished', done: names.length, unit: 'models' });
  return { models, unstaged: await unstaged(context) };
}

/** Relations computed so far, by model: as the files say now, and as the project compared with says. */
interface Sides {
  readonly run: string;
  readonly now: Map<string, string>;
  readonly before: Map<string, string>;
}

async function diffOne(
  context: EngineContext,
  { against, samples = 5 }: DiffOptions,
  model: Model,
  { run, now, before }: Sides,
): Promise<ModelDiff> {
  const after = await compute(context, context.project, { model, made: now, part: 'new', run });
  if (against === undefined) return await compare(context, model, publishedRelation(model), after, samples);
  const other = against.models.get(model.name);
  const isThere = other !== undefined && isComputed(other);
  const relation = isThere
    ? await compute(context, against, { model: other, made: before, part: 'old', run })
    : undefined;
  return await compare(context, model, relation, after, samples);
}

async function unstaged({ project, warehouse }: EngineContext): Promise<string[]> {
  const states = await readModelStates(warehouse);
  return project.order.filter((name) => {
    const known = states.get(name)?.fingerprint;
    if (known === undefined || mustModel(project, name).layer !== 'staging') return false;
    return known !== fingerprint(project, name, warehouse.capabilities.dialect);
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
  if (model.materialization.kind === 'seed') await createSeed(context, run, model, relation);
  else {
    const published = publishedScope(project, context.warehouse.capabilities.dialect);
    const scope: CompileScope = {
      ...published,
      relation: (name) => made.get(name) ?? published.relation(name),
      runQuery: (sql) => context.warehouse.query(sql),
      runId: run,
      onLog: templateLog(context),
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
