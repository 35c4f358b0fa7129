import type { EngineContext } from '../context.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { mustModel, rowInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import { toBigint } from '../warehouse/state.ts';
import type { RunState } from '../warehouse/state.ts';
import { isComputed } from './compute-deltas.ts';
import { runErrors } from './errors.ts';
import type { FeedWindow } from './touch-keys.ts';

/** The stretches of feeds that a run consumed, by the model that it consumed them for; empty where none maps to keys. */
export type Windows = ReadonlyMap<string, readonly FeedWindow[]>;

/** A run by its id, or a version by its number, that was published; else TRANSFORM_RUN_UNKNOWN. */
export async function mustKnowRun(
  { warehouse }: EngineContext,
  runOrVersion: string | number,
): Promise<void> {
  const by = columnOf(runOrVersion);
  const [published] = await warehouse.query(`select version from _meta.publication where ${by} = ?`, [
    runOrVersion,
  ]);
  if (published !== undefined) return;
  throw runErrors.error('TRANSFORM_RUN_UNKNOWN', {
    message: `nothing was published by ${by} ${runOrVersion}`,
  });
}

/** What a run consumed, of the models that are wanted and that the project still has. */
export async function readWindows(
  { warehouse, project }: EngineContext,
  runOrVersion: string | number,
  only: readonly string[] | undefined,
): Promise<Windows> {
  const by = columnOf(runOrVersion);
  const rows = await warehouse.query(
    `select model, input, from_step, to_step from _meta.run_input where ${by} = ? order by model, input`,
    [runOrVersion],
  );
  if (rows.length === 0) throw pruned(`what ${by} ${runOrVersion} consumed is no longer recorded`);
  const windows = new Map<string, FeedWindow[]>();
  for (const row of rows) {
    const [model, input] = [String(row['model']), String(row['input'])];
    if (!project.models.has(model) || !project.models.has(input)) continue;
    const found = windows.get(model) ?? [];
    windows.set(model, found);
    const mapping = keyingOf(mustModel(project, model))?.touchedBy[input]?.trim() ?? 'never';
    if (mapping === 'never') continue;
    found.push({ input, from: toBigint(row['from_step']), to: toBigint(row['to_step']) });
  }
  if (only === undefined) return windows;
  mustHaveConsumed({ project }, only, windows, `${by} ${runOrVersion}`);
  // What is left out need not be kept any more.
  return new Map([...windows].filter(([model]) => only.includes(model)));
}

function columnOf(runOrVersion: string | number): 'version' | 'run_id' {
  return typeof runOrVersion === 'number' ? 'version' : 'run_id';
}

/**
 * A model for which the run consumed nothing cannot be computed again for it. What is not computed by a run comes with
 * a selection of the graph, and what reads nothing consumes nothing.
 */
function mustHaveConsumed(
  { project }: Pick<EngineContext, 'project'>,
  only: readonly string[],
  windows: Windows,
  run: string,
): void {
  const unknown = only.find(
    (name) =>
      !windows.has(name) && isComputed(mustModel(project, name)) && rowInputs(project, name).length > 0,
  );
  if (unknown === undefined) return;
  const near = nearest(unknown, windows.keys());
  throw runErrors.error('TRANSFORM_MODEL_NOT_IN_RUN', {
    message: `${run} consumed nothing for ${unknown}${near === undefined ? '' : `; did you mean ${near}?`}, it did for ${[...windows.keys()].join(', ')}`,
  });
}

/** A feed begins anew when its model is rebuilt, and loses its oldest rows after the time it is kept. */
export async function mustBeKept(
  { warehouse, project }: EngineContext,
  state: RunState,
  windows: Windows,
): Promise<void> {
  const [row] = await warehouse.query('select version, stage_step from _meta.pruned');
  for (const { input, from, to } of [...windows.values()].flat()) {
    const rebuiltAt = state.models.get(input)?.rebuiltAtStep ?? 0n;
    if (rebuiltAt > from)
      throw pruned(
        rebuiltAt <= to
          ? `it read ${input} whole, as a first build does, and not changes that could be read again`
          : `${input} was rebuilt since, and its changes from before are gone`,
      );
    const isStaged = mustModel(project, input).layer === 'staging';
    if (toBigint(row?.[isStaged ? 'stage_step' : 'version']) > from)
      throw pruned(`the changes of ${input} that it consumed were kept for their time and are gone`);
  }
}

function pruned(message: string): Error {
  return runErrors.error('TRANSFORM_INPUTS_PRUNED', { message });
}
