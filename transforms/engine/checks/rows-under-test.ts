import type { EngineContext } from '../context.ts';
import { isNew } from '../new-raw-rows.ts';
import { changedRows, runScope } from '../materialize/delta.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { builtInName, nativeTests } from '../project/macros.ts';
import type { DataTest, Model } from '../project/model.ts';
import { rawTable } from '../warehouse/relations.ts';
import { presentIn, presentInRun } from './present.ts';
import type { Present } from './present.ts';
import { countsAnyFailure } from './threshold.ts';

/** Rows that a check looks at, and the whole that they must fit into. */
export interface RowsUnderTest {
  /** A relation, without alias. */
  readonly rows: string;
  readonly current: Present;
  /** The rows are all there are: nothing was checked before. */
  readonly isWhole: boolean;
}

export const recentBatches = `select batch_id from _meta.staged_batch
    where step > (select coalesce(max(stage_step), 0) from _meta.publication)`;

/** The condition on raw rows of the batches staged since the last publication, of which the oldest was loaded `since`. */
export function recentRawCondition(since: string | undefined): string {
  return isNew({ table: `(${recentBatches}) as recent`, since });
}

/**
 * What a run's check of a model looks at; undefined where the run leaves the model alone. The rows that a delta adds
 * stand for the table, because all others were checked when they were added. Not so where the number of failures
 * counts, or where a check of the project's own may compare rows with each other.
 */
export function rowsInRun(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  test: DataTest,
): RowsUnderTest | undefined {
  const delta = run.deltas.get(model.name);
  if (delta === undefined) return undefined;
  const isDeltaEnough =
    test.config.meta['scope'] === 'delta' || (isBuiltIn(test.kind) && countsAnyFailure(test.config));
  const isWhole = delta.kind === 'full' || !isDeltaEnough;
  return {
    rows: isWhole ? runScope(context, run).relation(model.name) : changedRows(run, model, 'added'),
    current: presentInRun(context, run, model.name),
    isWhole,
  };
}

/** A relation that is looked at whole. */
export function wholeRelation(rows: string): RowsUnderTest {
  return { rows, current: presentIn(rows), isWhole: true };
}

/** A source's rows, all of them or those for which a condition holds. */
export function rowsOfSource(source: string, condition: string | undefined): RowsUnderTest {
  const all = rawTable(source);
  return wholeRelation(condition === undefined ? all : `(select * from ${all} where ${condition})`);
}

/** Whether the engine answers this generic check itself. */
export function isBuiltIn(kind: string): boolean {
  return nativeTests.has(builtInName(kind));
}
