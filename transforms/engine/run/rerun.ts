import type { EngineContext } from '../context.ts';
import { mustModel } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import { readRunState, toBigint } from '../warehouse/state.ts';
import type { RunState } from '../warehouse/state.ts';
import { withoutConflict } from './build.ts';
import { runErrors } from './errors.ts';
import type { BuildOptions, BuildResult } from './request.ts';
import { runOnce } from './run.ts';
import { touchedInWindows } from './touch-keys.ts';
import type { FeedWindow } from './touch-keys.ts';

export type RerunOptions = Pick<BuildOptions, 'threads' | 'dryRun' | 'signal'> & {
  /** Only these of the models that the run considered; else all of them, and what has something new to read. */
  readonly models?: readonly string[];
};

/**
 * Computes again what a run computed: the keys that its inputs touched, from the inputs as they are now, so that an
 * older run never overwrites newer rows. Publishes a new version, or nothing where nothing differs.
 */
export async function rerun(
  context: EngineContext,
  runOrVersion: string | number,
  options: RerunOptions = {},
): Promise<BuildResult> {
  const { project } = context;
  const windows = await readWindows(context, runOrVersion, options.models);
  const models = options.models ?? [...windows.keys()];
  for (const name of models) mustModel(project, name);
  const isKeyed = (name: string): boolean => keyingOf(mustModel(project, name)) !== undefined;
  const request = {
    select: options.models === undefined ? undefined : new Set(options.models),
    isRefreshed: (name: string) => !isKeyed(name) && windows.has(name),
    threads: options.threads ?? 2,
    dryRun: options.dryRun ?? false,
  };
  return await withoutConflict(context, options.signal, () =>
    runOnce(
      context,
      {
        ...request,
        touch: async (run) => {
          const touched = new Map<string, string>();
          for (const name of models.filter(isKeyed)) {
            const found = windows.get(name) ?? [];
            if (found.length === 0) continue;
            touched.set(name, await touchedInWindows(context, run, mustModel(project, name), found));
          }
          return touched;
        },
      },
      options.signal,
    ),
  );
}

async function readWindows(
  context: EngineContext,
  runOrVersion: string | number,
  only: readonly string[] | undefined,
): Promise<Map<string, FeedWindow[]>> {
  const { warehouse, project } = context;
  const by = typeof runOrVersion === 'number' ? 'version' : 'run_id';
  const [published] = await warehouse.query(`select version from _meta.publication where ${by} = ?`, [
    runOrVersion,
  ]);
  if (published === undefined) {
    throw runErrors.error('TRANSFORM_RUN_UNKNOWN', {
      message: `nothing was published by ${by} ${runOrVersion}`,
    });
  }
  const rows = await warehouse.query(
    `select model, input, from_step, to_step from _meta.run_input where ${by} = ? order by model, input`,
    [runOrVersion],
  );
  if (rows.length === 0)
    throw pruned(`what version ${String(published['version'])} consumed is no longer recorded`);
  const state = await readRunState(warehouse);
  const [row] = await warehouse.query('select version, stage_step from _meta.pruned');
  const horizon = { version: toBigint(row?.['version']), stageStep: toBigint(row?.['stage_step']) };
  const windows = new Map<string, FeedWindow[]>();
  for (const each of rows) {
    const model = String(each['model']);
    // What is left out need not be kept any more.
    if (only?.includes(model) === false) continue;
    if (!project.models.has(model) || !project.models.has(String(each['input']))) continue;
    const touchedBy = keyingOf(mustModel(project, model))?.touchedBy[String(each['input'])];
    if (touchedBy === undefined || touchedBy.trim() === 'never') {
      windows.set(model, windows.get(model) ?? []);
      continue;
    }
    const window = {
      input: String(each['input']),
      from: toBigint(each['from_step']),
      to: toBigint(each['to_step']),
    };
    mustBeKept(context, state, horizon, window);
    windows.set(model, [...(windows.get(model) ?? []), window]);
  }
  return windows;
}

/** A feed begins anew when its model is rebuilt, and loses its oldest rows after the time it is kept. */
function mustBeKept(
  { project }: EngineContext,
  state: RunState,
  horizon: { readonly version: bigint; readonly stageStep: bigint },
  { input, from }: FeedWindow,
): void {
  const model = mustModel(project, input);
  const rebuiltAt = state.models.get(input)?.rebuiltAtStep ?? 0n;
  if (rebuiltAt > from) throw pruned(`${input} was rebuilt since, and its changes from before are gone`);
  if ((model.layer === 'staging' ? horizon.stageStep : horizon.version) > from) {
    throw pruned(`the changes of ${input} that it consumed were kept for their time and are gone`);
  }
}

function pruned(message: string): Error {
  return runErrors.error('TRANSFORM_INPUTS_PRUNED', { message });
}
