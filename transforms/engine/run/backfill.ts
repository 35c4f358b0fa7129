import { failpoint } from '../../../lib/failpoint.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { mustModel } from '../project/laws.ts';
import { restateByBackfill } from '../quality/closed-days.ts';
import { planBackfill } from './backfill-plan.ts';
import type { BackfillOptions, BackfillPlan, Chunk } from './backfill-plan.ts';
import {
  beginBackfill,
  findUnfinished,
  moveOn,
  mustNotBeCancelled,
  whileAtWork,
} from './backfill-progress.ts';
import type { BackfillProgress } from './backfill-progress.ts';
import { mustAllowRefresh } from './build.ts';
import { runErrors } from './errors.ts';
import { untilInterrupted } from './interrupted.ts';
import { throwIfCancelled } from '../warehouse/lease.ts';
import { retentionOf } from './prune.ts';
import { defaultThreads } from './request.ts';
import type { Asked, BuildResult, HeldModel, ModelPreview, RunRequest } from './request.ts';
import { touchedByEvents, touchedByName } from './touch-keys.ts';

export interface BackfillResult {
  readonly id: string;
  readonly chunks: number;
  /** Chunks that an earlier call had finished. */
  readonly resumedAt: number;
  /** Versions published. */
  readonly versions: readonly number[];
  readonly models: ReadonlyArray<{
    readonly model: string;
    readonly removed: number;
    readonly added: number;
  }>;
  /** Models held back by its last chunk, or that would be; never one that was asked for, unless it is a dry run. */
  readonly held: readonly HeldModel[];
  /** What each chunk is about, in their order. */
  readonly plan: readonly Chunk[];
  /** Of a dry run. */
  readonly preview: readonly ModelPreview[];
}

/** Carries out one run under the build lease, and again when it lost a race. */
export type Runner = (request: RunRequest, signal: AbortSignal | undefined) => Promise<BuildResult>;

/**
 * Computes rows again, chunk by chunk, each through delta, audit and publish like every build. A chunk is recorded as
 * done in the transaction of its rows, so that the same arguments go on after it. Between chunks live builds run.
 */
export async function backfill(
  context: EngineContext,
  options: BackfillOptions,
  run: Runner,
): Promise<BackfillResult> {
  const { project, warehouse, clock } = context;
  // Before a backfill is noted: no chunk of it could be published.
  retentionOf(project);
  const asked = planBackfill(project, options, clock.now());
  if (options.fullRebuild === true) mustAllowRefresh(context, new Set(asked.targets));
  const unfinished = await findUnfinished(warehouse, asked.argumentsHash);
  // An open range ends where it ended when it was first asked for: its chunks must be the same ones.
  const plan = unfinished === undefined ? asked : planBackfill(project, options, unfinished.startedAt);
  if (options.dryRun === true) return await preview(context, options, plan, run);
  const progress = unfinished ?? (await beginBackfill(context, plan));
  return await whileAtWork(context, progress.id, () => carryOut(context, options, plan, progress, run));
}

async function carryOut(
  context: EngineContext,
  options: BackfillOptions,
  plan: BackfillPlan,
  progress: BackfillProgress,
  run: Runner,
): Promise<BackfillResult> {
  const { clock } = context;
  const total = plan.chunks.length;
  const rows = new Map<string, { removed: number; added: number }>();
  const versions: number[] = [];
  let held: readonly HeldModel[] = [];
  for (let next = progress.nextChunk; next < total;) {
    const done = next;
    const end = Math.min(total, next + Math.max(1, options.maxActive ?? 1));
    const result = await untilInterrupted(options.signal, { id: progress.id, done, total }, async () => {
      throwIfCancelled(options.signal);
      await mustNotBeCancelled(context.warehouse, progress.id);
      const request: RunRequest = {
        ...toRequest(context, options, plan, plan.chunks.slice(done, end)),
        alongside: async (session, heldNow, version) => {
          // Also of a chunk that is not done: what it has published is restated.
          if (version !== undefined) await restateByBackfill(context, session, { id: progress.id, version });
          if (plan.targets.some((target) => heldNow.has(target))) return;
          await moveOn(session, { id: progress.id, from: done, to: end, of: total, at: clock.now() });
        },
      };
      return await run(request, options.signal);
    });
    mustNotBeHeld(plan, result.held, next);
    held = result.held;
    if (result.published && result.publication !== undefined) versions.push(result.publication.version);
    for (const { model, removed, added } of result.models) {
      // What only came along is told where it changed.
      if (!plan.select.has(model) && removed + added === 0) continue;
      const sum = rows.get(model) ?? { removed: 0, added: 0 };
      rows.set(model, { removed: sum.removed + removed, added: sum.added + added });
    }
    next = end;
    const changed = [...rows.values()].reduce((sum, each) => sum + each.removed + each.added, 0);
    context.onProgress({
      step: 'backfill',
      state: next === total ? 'finished' : 'running',
      done: next,
      total,
      unit: 'chunks',
      note: `${changed} rows changed`,
    });
    failpoint('backfill.between_chunks');
  }
  const models = [...rows].map(([model, sum]) => ({ model, ...sum }));
  return {
    id: progress.id,
    chunks: total,
    resumedAt: progress.nextChunk,
    versions,
    models,
    held,
    plan: plan.chunks,
    preview: [],
  };
}

/** All chunks as one, so that rows which several of them touch are shown once. */
async function preview(
  context: EngineContext,
  options: BackfillOptions,
  plan: BackfillPlan,
  run: Runner,
): Promise<BackfillResult> {
  const result = await run(toRequest(context, options, plan, plan.chunks), options.signal);
  const models = result.preview.map(({ model, removed, added }) => ({ model, removed, added }));
  const { chunks } = plan;
  const { held } = result;
  return {
    id: '',
    chunks: chunks.length,
    resumedAt: 0,
    versions: [],
    models,
    held,
    plan: chunks,
    preview: result.preview,
  };
}

function toRequest(
  context: EngineContext,
  options: BackfillOptions,
  plan: BackfillPlan,
  chunks: readonly Chunk[],
): RunRequest {
  const isFull = options.fullRebuild === true;
  return {
    select: plan.select,
    takeAlong: { except: plan.left },
    refresh: (name) => (isFull && plan.targets.includes(name) ? 'must' : undefined),
    ...(isFull ? {} : { ask: (run: BuildRun) => touch(context, run, plan, chunks) }),
    threads: options.threads ?? defaultThreads,
    dryRun: options.dryRun ?? false,
  };
}

async function touch(
  context: EngineContext,
  run: BuildRun,
  plan: BackfillPlan,
  chunks: readonly Chunk[],
): Promise<Asked> {
  const ranges = chunks.flatMap((chunk) => (chunk.kind === 'range' ? [chunk.range] : []));
  const keys = chunks.flatMap((chunk) => (chunk.kind === 'keys' ? chunk.keys : []));
  const touched = new Map<string, string>();
  for (const name of plan.targets) {
    const model = mustModel(context.project, name);
    const relation =
      keys.length > 0
        ? await touchedByName(context, run, model, keys)
        : await touchedByEvents(context, run, model, ranges);
    touched.set(name, relation);
  }
  return { keys: touched, whole: new Set() };
}

function mustNotBeHeld(plan: BackfillPlan, held: readonly HeldModel[], chunk: number): void {
  const target = held.find(({ model }) => plan.targets.includes(model));
  if (target === undefined) return;
  throw runErrors.error('TRANSFORM_HELD_BACK', {
    message: `chunk ${chunk + 1} of ${plan.chunks.length}: ${target.model} is held back: ${target.reasons.join('; ')}`,
    remedy: 'Correct the data or the model; the same arguments go on at this chunk.',
  });
}
