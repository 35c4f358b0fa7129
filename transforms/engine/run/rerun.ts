import type { EngineContext } from '../context.ts';
import { mustModel } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { RunState } from '../warehouse/state.ts';
import { withoutConflict } from './build.ts';
import { mustBeKept, mustKnowRun, readWindows } from './feed-windows.ts';
import type { Windows } from './feed-windows.ts';
import { defaultThreads } from './request.ts';
import type { Asked, BuildOptions, BuildResult, RunRequest } from './request.ts';
import { runOnce } from './run.ts';
import { touchedInWindows } from './touch-keys.ts';

export type RerunOptions = Pick<BuildOptions, 'threads' | 'dryRun' | 'signal' | 'requestedBy'> & {
  /** Only these of the models that the run considered; else all. What has something new to read comes along. */
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
  const { models, signal } = options;
  for (const name of models ?? []) mustModel(context.project, name);
  await mustKnowRun(context, runOrVersion);
  const request: RunRequest = {
    select: models === undefined ? undefined : new Set(models),
    takeAlong: { except: new Set() },
    refresh: () => undefined,
    ask: (run, state) => askAgain(context, run, state, { runOrVersion, only: models }),
    threads: options.threads ?? defaultThreads,
    dryRun: options.dryRun ?? false,
    ...(options.requestedBy === undefined ? {} : { requestedBy: options.requestedBy }),
  };
  return await withoutConflict(context, signal, () => runOnce(context, request, signal));
}

/** What a run consumed, as it is to be computed again. */
async function askAgain(
  context: EngineContext,
  run: BuildRun,
  state: RunState,
  wanted: { readonly runOrVersion: string | number; readonly only: readonly string[] | undefined },
): Promise<Asked> {
  const windows = await readWindows(context, wanted.runOrVersion, wanted.only);
  await mustBeKept(context, state, windows);
  const keys = await touchKeys(context, run, windows);
  // Looked at again: a dry run has no lease, and a feed that was pruned while it was read gave too few keys.
  await mustBeKept(context, state, windows);
  const whole = [...windows.keys()].filter((name) => !isKeyed(context, name));
  return { keys, whole: new Set(whole) };
}

async function touchKeys(
  context: EngineContext,
  run: BuildRun,
  windows: Windows,
): Promise<Map<string, string>> {
  const touched = new Map<string, string>();
  for (const [name, found] of windows) {
    if (found.length === 0 || !isKeyed(context, name)) continue;
    touched.set(name, await touchedInWindows(context, run, mustModel(context.project, name), found));
  }
  return touched;
}

function isKeyed({ project }: EngineContext, name: string): boolean {
  return keyingOf(mustModel(project, name)) !== undefined;
}
