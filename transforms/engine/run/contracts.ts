import { isRetryable, ShopwaveError } from '../../../lib/errors.ts';
import type { EngineContext } from '../context.ts';
import { createSeed } from '../diff/create-seed.ts';
import { contractDefects, mustKeepContract } from '../materialize/contract.ts';
import { declaredTypes } from '../materialize/declared-types.ts';
import { runScope } from '../materialize/delta.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { materializeErrors } from '../materialize/errors.ts';
import { describeStanding } from '../materialize/standing-shapes.ts';
import { renderStatement } from '../materialize/statement.ts';
import type { Work } from '../materialize/work.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import type { Model, Project } from '../project/model.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import { deltaRelation, publishedRelation, scratchRelation } from '../warehouse/relations.ts';
import type { RunState } from '../warehouse/state.ts';
import { isComputed } from './compute-deltas.ts';

/**
 * Contracts whose published table is known to fit, by project as it was read: neither changes while the fingerprint
 * stays, so that a platform at rest asks once.
 */
const known = new WeakMap<Project, Set<string>>();

/** Selected models with a contract that was edited, or whose SQL was, or that of something they read. */
export async function changedContracts(
  context: EngineContext,
  state: RunState,
  names: readonly string[],
): Promise<string[]> {
  const { project } = context;
  const edited = editedModels(context, state);
  const changed: string[] = [];
  for (const name of names) {
    const model = mustModel(project, name);
    if (!model.config.contractEnforced || model.materialization.kind === 'seed') continue;
    if (edited.has(name) || !(await fitsPublished(context, model))) changed.push(name);
  }
  return changed;
}

/** Models whose definition is not the published one, and all that read them. */
function editedModels(context: EngineContext, state: RunState): ReadonlySet<string> {
  const { project } = context;
  const edited = new Set<string>();
  for (const name of project.order) {
    if (!isComputed(mustModel(project, name))) continue;
    const isBelow = storedInputs(project, name).some((input) => edited.has(input));
    if (isBelow || state.models.get(name)?.fingerprint !== fingerprintOf(context, name)) edited.add(name);
  }
  return edited;
}

/** Whether the declared columns are those of the published table, which kept the contract when it was built. */
async function fitsPublished(context: EngineContext, model: Model): Promise<boolean> {
  const { project, warehouse } = context;
  const fitting = known.get(project) ?? new Set<string>();
  known.set(project, fitting);
  if (fitting.has(model.name)) return true;
  const published = await describeStanding(context, publishedRelation(model));
  const declared = await declaredTypes(warehouse, model.columns, scratchRelation(model));
  const fits = published !== undefined && contractDefects(declared, published).length === 0;
  if (fits) fitting.add(model.name);
  return fits;
}

/**
 * Refuses a run before its first delta when a contract does not fit the SELECT. Each is described over what its inputs
 * will be: empty tables in the shape of the edited ones that the run computes stand in for theirs. All breaches are told at once.
 */
export async function mustKeepContracts(
  context: EngineContext,
  run: BuildRun,
  state: RunState,
  names: readonly string[],
): Promise<void> {
  const changed = await changedContracts(context, state, names);
  if (changed.length === 0) return;
  const edited = editedModels(context, state);
  const stand = new StandIns(context, run, new Set(names.filter((name) => edited.has(name))));
  const broken: ShopwaveError[] = [];
  try {
    for (const name of changed) {
      const error = await stand.breachOf(name);
      if (error !== undefined) broken.push(error);
    }
  } finally {
    await stand.drop();
  }
  const [first] = broken;
  if (first === undefined) return;
  if (broken.length === 1) throw first;
  throw materializeErrors.error('TRANSFORM_CONTRACT_BROKEN', {
    message: `${broken.length} contracts are broken: ${broken.map(({ message }) => message).join('; ')}`,
    where: first.where,
  });
}

/** What edited models will give, as empty tables for as long as contracts are compared: the run makes the names anew. */
class StandIns {
  private readonly made = new Map<string, string>();
  private readonly context: EngineContext;
  private readonly run: BuildRun;
  private readonly edited: ReadonlySet<string>;

  constructor(context: EngineContext, run: BuildRun, edited: ReadonlySet<string>) {
    this.context = context;
    this.run = run;
    this.edited = edited;
  }

  /** The error of a broken contract. What else is wrong with a model is for its own delta to say. */
  async breachOf(name: string): Promise<ShopwaveError | undefined> {
    const model = mustModel(this.context.project, name);
    try {
      await mustKeepContract(this.workOf(model), await this.statementOf(model));
      return undefined;
    } catch (error) {
      if (isRetryable(error)) throw error;
      return error instanceof ShopwaveError && error.code === 'TRANSFORM_CONTRACT_BROKEN' ? error : undefined;
    }
  }

  async drop(): Promise<void> {
    for (const relation of this.made.values())
      await this.context.warehouse.execute(`drop table if exists ${relation}`);
    this.made.clear();
  }

  private async statementOf(model: Model): Promise<string> {
    const { project } = this.context;
    for (const input of storedInputs(project, model.name)) await this.make(input);
    const scope = runScope(this.context, this.run);
    return await renderStatement(project, model.name, {
      ...scope,
      relation: (name) => this.made.get(name) ?? scope.relation(name),
      isIncremental: false,
      self: publishedRelation(model),
    });
  }

  private async make(name: string): Promise<void> {
    if (!this.edited.has(name) || this.made.has(name)) return;
    const { project, warehouse } = this.context;
    const model = mustModel(project, name);
    const relation = deltaRelation(model, 'current', this.run.id);
    if (model.materialization.kind === 'seed') {
      await createSeed(this.context, this.run.id, model, relation);
      this.made.set(name, relation);
      return;
    }
    const sql = await this.statementOf(model);
    // Not a view: views of views are bound again by whatever reads them, and a star of 40 marts took 25 s to describe.
    await warehouse.execute(
      `create or replace table ${relation} as select * from (\n${sql}\n) as shape where 1 = 0`,
    );
    this.made.set(name, relation);
  }

  private workOf(model: Model): Work {
    const plan = { kind: 'full', reason: 'contract', cause: 'definition' } as const;
    return { context: this.context, run: this.run, model, plan, fingerprint: '' };
  }
}
