import { ShopwaveError } from '../../../lib/errors.ts';
import type { EngineContext } from '../context.ts';
import { mustModel } from '../project/laws.ts';
import { computable } from './compute-deltas.ts';
import { runErrors } from './errors.ts';
import { defaultThreads } from './request.ts';
import type { BuildOptions, BuildResult, RunRequest } from './request.ts';
import { runOnce } from './run.ts';

/** Computes deltas beside production, audits them, and publishes what passes as one version. */
export async function build(context: EngineContext, options: BuildOptions = {}): Promise<BuildResult> {
  const request = toRequest(context, options);
  return await withoutConflict(context, options.signal, () =>
    runOnce(withVars(context, options.vars), request, options.signal),
  );
}

function toRequest(context: EngineContext, options: BuildOptions): RunRequest {
  const { project } = context;
  const { select, exclude, fullRefresh = false } = options;
  for (const name of [...(select ?? []), ...(exclude ?? [])]) mustModel(project, name);
  const chosen =
    exclude === undefined
      ? select
      : new Set((select === undefined ? project.order : [...select]).filter((name) => !exclude.has(name)));
  if (fullRefresh) mustAllowRefresh(context, chosen);
  return {
    select: chosen,
    refresh: () => (fullRefresh ? 'must' : undefined),
    threads: options.threads ?? defaultThreads,
    dryRun: options.dryRun ?? false,
    ...(options.requestedBy === undefined ? {} : { requestedBy: options.requestedBy }),
    ...(options.onNodes === undefined ? {} : { onNodes: options.onNodes }),
  };
}

/** Refuses to rebuild what cannot be made again. */
export function mustAllowRefresh({ project }: EngineContext, select: ReadonlySet<string> | undefined): void {
  const forbidden = computable(project, select)
    .map((name) => mustModel(project, name))
    .filter((model) => model.config.fullRefresh === false);
  if (forbidden.length === 0) return;
  throw runErrors.error('TRANSFORM_FULL_REFRESH_FORBIDDEN', {
    message: `a full refresh was asked for, and ${forbidden.map(({ name }) => name).join(', ')} may not be rebuilt`,
    where: forbidden[0]?.file,
  });
}

function withVars(context: EngineContext, vars: BuildOptions['vars']): EngineContext {
  if (vars === undefined || Object.keys(vars).length === 0) return context;
  const { project } = context;
  return { ...context, project: { ...project, vars: { ...project.vars, ...vars } } };
}

const conflicts: ReadonlySet<string> = new Set([
  'TRANSFORM_PUBLISH_CONFLICT',
  'TRANSFORM_STAGE_CONFLICT',
  'WAREHOUSE_CONFLICT',
]);
const mostTries = 4;

/** A run that lost a race is computed again on the new state, a few times. */
export async function withoutConflict<T>(
  context: EngineContext,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isLost = error instanceof ShopwaveError && conflicts.has(error.code);
      if (!isLost || tries >= mostTries || signal?.aborted === true) throw error;
      context.logger.warn(`computed again: ${error.message}`, { tries });
    }
  }
}
