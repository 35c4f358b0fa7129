import { messageOf } from '../../../lib/errors.ts';
import { failpoint } from '../../../lib/failpoint.ts';
import { withWorkTag } from '../../../lib/work-tag.ts';
import type { EngineContext } from '../context.ts';
import type { CheckResult } from '../checks/check.ts';
import { recordChecks } from '../checks/record.ts';
import { transformErrors } from '../errors.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { ModelPlan } from '../materialize/model-plan.ts';
import { withShapes } from '../materialize/standing-shapes.ts';
import { readRunState } from '../warehouse/read-state.ts';
import type { HeldMark, Publication, RunState } from '../warehouse/state.ts';
import { writeHeld } from '../warehouse/state-writes.ts';
import { computable, computeDeltas, isQuiet } from './compute-deltas.ts';
import type { Computed } from './compute-deltas.ts';
import { changedContracts, mustKeepContracts } from './contracts.ts';
import { thenDropDeltas } from '../warehouse/drop-deltas.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import { judge } from './gate.ts';
import type { Verdict } from './gate.ts';
import { moveHead, mustStandStill } from './head.ts';
import { hasNewHold, heldNoMore } from './held-back.ts';
import { leaveKeptRows, nothingKept } from './keep-rows.ts';
import { newRunId, throwIfCancelled, whileMarked, withBuildLease } from '../warehouse/lease.ts';
import { nothingPublishable } from './nothing-publishable.ts';
import { previewDeltas } from './preview.ts';
import { pruneFeeds, retentionOf } from './prune.ts';
import { publish } from './publish.ts';
import type { BuildResult, RunRequest } from './request.ts';
import type { RunOutcome } from './run-outcome.ts';
import { standingOf } from './reflects.ts';
import { summarise } from './summarise.ts';
import { withTakenAlong } from './take-along.ts';

/** One run: computes deltas beside production, has them checked, and publishes what passes as one version. */
export async function runOnce(
  context: EngineContext,
  request: RunRequest,
  signal: AbortSignal | undefined,
): Promise<BuildResult> {
  throwIfCancelled(signal);
  const id = newRunId(context.clock.now());
  return await withWorkTag({ run: id }, () => runNamed(context, id, request, signal));
}

async function runNamed(
  outside: EngineContext,
  id: string,
  request: RunRequest,
  signal: AbortSignal | undefined,
): Promise<BuildResult> {
  const context = withShapes(outside);
  // What pruning needs is said before anything is computed: after the commit nothing may fail any more.
  retentionOf(context.project);
  const before = await readRunState(context.warehouse);
  const quiet = await quietResult(context, request, before);
  if (quiet !== undefined) return quiet;
  const whole = (epoch: bigint | undefined, alive: AbortSignal): Promise<BuildResult> =>
    thenDropDeltas(context, id, async () => {
      const state = isStill(before, epoch) ? before : await readRunState(context.warehouse);
      return await runAs(context, id, epoch, { asked: request, state }, alive);
    });
  return request.dryRun
    ? await whileMarked(context, id, signal, (alive) => whole(undefined, alive))
    : await withBuildLease(context, id, signal, (lease, alive) => whole(lease.epoch, alive));
}

/**
 * Whether what was read before the lease was taken holds under it: nobody had it then, and nobody has had it since. Only
 * its holder writes what a run goes by, but for staging, whose step a publication compares.
 */
function isStill({ freeSince }: RunState, epoch: bigint | undefined): boolean {
  return freeSince !== undefined && epoch === freeSince + 1n;
}

/** The result of a run that has nothing to do; found with one read and nothing else. */
async function quietResult(
  context: EngineContext,
  request: RunRequest,
  state: RunState,
): Promise<BuildResult | undefined> {
  const { project } = context;
  if (request.ask !== undefined || request.dryRun) return undefined;
  const names = computable(project, request.select);
  if (state.last === undefined || names.some((name) => request.refresh(name) !== undefined)) return undefined;
  const isDone = (name: string): boolean =>
    !state.held.has(name) &&
    isQuiet(context, state, name) &&
    standingOf(state, name)?.stageStep === state.stage.step;
  if (!names.every(isDone) || hasNewHold(project, state, request.select)) return undefined;
  // A contract that was edited alone gives no model anything to compute, and must be kept all the same.
  if ((await changedContracts(context, state, names)).length > 0) return undefined;
  const run = newRun('none', state);
  const skipped: Computed = { plan: { kind: 'skip' }, startedAt: context.clock.now(), seconds: 0, thread: 1 };
  return summarise(context, {
    run,
    state,
    computed: new Map(names.map((name) => [name, skipped])),
    verdict: { held: new Map(), kept: nothingKept, checks: [] },
    held: new Map(),
    publication: undefined,
    preview: [],
  });
}

function newRun(id: string, state: RunState): BuildRun {
  return {
    id,
    version: state.head + 1n,
    stageStep: state.stage.step,
    deltas: new Map(),
    consumed: state.consumed,
    together: new Set(),
    answers: new Map(),
  };
}

async function runAs(
  context: EngineContext,
  id: string,
  epoch: bigint | undefined,
  { asked, state }: { readonly asked: RunRequest; readonly state: RunState },
  signal: AbortSignal,
): Promise<BuildResult> {
  mustCoverFirst(context, asked, state);
  const request = withTakenAlong(context, withKeeping(asked, state), state);
  const run = newRun(id, state);
  return await withWorkTag({ publication: String(run.version) }, () =>
    runOn(context, run, { state, request, epoch, signal }),
  );
}

/** What a run goes by once it holds its lease. */
interface Started {
  readonly state: RunState;
  readonly request: RunRequest;
  readonly epoch: bigint | undefined;
  readonly signal: AbortSignal;
}

async function runOn(
  context: EngineContext,
  run: BuildRun,
  { state, request, epoch, signal }: Started,
): Promise<BuildResult> {
  await mustKeepContracts(context, run, state, computable(context.project, request.select));
  const computed = await computeDeltas(context, { run, state, request, signal });
  context.onProgress({ step: 'build', state: 'finished', done: run.deltas.size, unit: 'models' });
  failpoint('build.before_audit');
  const verdict = await judge(context, run, state, computed, { threads: request.threads, signal });
  context.onProgress({ step: 'audit', state: 'finished', done: verdict.checks.length, unit: 'checks' });
  const held = heldMarks(context, run, state, verdict, computed);
  const outcome = { run, state, computed, verdict, held };
  await leaveKeptRows(context, run, verdict.kept);
  if (request.dryRun || epoch === undefined) {
    await mustStandStill(context.warehouse, state);
    return summarise(context, {
      ...outcome,
      publication: undefined,
      preview: await previewDeltas(context, run),
    });
  }
  request.onNodes?.(summarise(context, { ...outcome, publication: undefined, preview: [] }).nodes);
  await recordChecks(context.warehouse, run, recordable(verdict), context.clock.now().toISOString());
  throwIfCancelled(signal);
  const publication = isWorthPublishing(context, outcome)
    ? await publishOutcome(context, epoch, request, outcome)
    : await withoutPublication(context, epoch, request, outcome);
  if (publication !== undefined) await pruneAfterwards(context);
  return summarise(context, { ...outcome, publication, preview: [] });
}

/** It is published: what cannot be pruned now is pruned after another publication. */
async function pruneAfterwards(context: EngineContext): Promise<void> {
  await pruneFeeds(context).catch((error: unknown) => {
    context.logger.error(`what was consumed long ago could not be pruned: ${messageOf(error)}`);
  });
}

/** A check that passed with rows which are held back after all has not passed on what is published. */
function recordable({ checks, held }: Verdict): CheckResult[] {
  return checks.map((check) =>
    check.refs.some((ref) => held.has(ref)) ? { ...check, definition: undefined } : check,
  );
}

type Judged = Omit<RunOutcome, 'publication' | 'preview'>;

/**
 * Rows that a model only keeps for a held-back mart must not be read by others, and in a run that computes the model
 * they are not: it comes along.
 */
function withKeeping(request: RunRequest, { keeping }: RunState): RunRequest {
  const { select } = request;
  return select === undefined || keeping.size === 0
    ? request
    : { ...request, select: new Set([...select, ...keeping]) };
}

/** The first version holds every mart: what was never built has no last good version to stand at. */
function mustCoverFirst(context: EngineContext, { select }: RunRequest, state: RunState): void {
  if (state.last !== undefined || select === undefined) return;
  const left = computable(context.project, undefined).find((name) => !select.has(name));
  if (left === undefined) return;
  throw transformErrors.error('TRANSFORM_NOTHING_PUBLISHED', {
    message: `no version of the marts exists yet, and ${left} is left out`,
  });
}

function heldMarks(
  context: EngineContext,
  run: BuildRun,
  state: RunState,
  { held }: Verdict,
  computed: ReadonlyMap<string, Computed>,
): Map<string, HeldMark> {
  const now = context.clock.now().toISOString();
  const marks = new Map<string, HeldMark>();
  for (const [model, reasons] of held) {
    if (!computed.has(model)) continue;
    marks.set(model, {
      since: state.held.get(model)?.since ?? now,
      runId: run.id,
      stageStep: run.stageStep,
      fingerprint: fingerprintOf(context, model),
      reasons,
    });
  }
  return marks;
}

/** Rows changed, or staging moved on, or a new definition made the same rows: readers or later runs must know. */
function isWorthPublishing(context: EngineContext, { run, state, computed, held }: Judged): boolean {
  if (state.last === undefined && held.size > 0) return false;
  if (run.deltas.size > 0) return true;
  if (held.size > 0) return false;
  return [...computed].some(
    ([name, { plan }]) =>
      standingOf(state, name)?.stageStep !== run.stageStep ||
      (plan.kind !== 'skip' && state.models.get(name)?.fingerprint !== fingerprintOf(context, name)),
  );
}

async function publishOutcome(
  context: EngineContext,
  epoch: bigint,
  request: RunRequest,
  { run, state, computed, verdict, held }: Judged,
): Promise<Publication> {
  if (held.size > 0) failpoint('hold_back.before_publish');
  const considered = [...computed.keys()].filter((name) => !held.has(name));
  const kindOf = (name: string): ModelPlan['kind'] => computed.get(name)?.plan.kind ?? 'skip';
  const publication = await publish(context, {
    run,
    state,
    epoch,
    considered,
    computed: considered.filter((name) => kindOf(name) !== 'skip'),
    rebuilt: new Set(considered.filter((name) => kindOf(name) === 'full')),
    kept: verdict.kept,
    held,
    requestedBy: request.requestedBy,
    alongside: request.alongside,
  });
  context.logger.info('published', {
    publication: publication.version,
    watermark: publication.sourceWatermark,
    heldBack: [...held.keys()].join(','),
  });
  return publication;
}

/** Nothing differs, or nothing may be published; what is held back is noted, and that it is, is an error. */
async function withoutPublication(
  context: EngineContext,
  epoch: bigint,
  request: RunRequest,
  judged: Judged,
): Promise<undefined> {
  const { state, held, computed } = judged;
  const { alongside } = request;
  // What was held back and passes now, its rows being those that are published, is held back no more.
  const released = [...computed.keys()].filter((name) => state.held.has(name) && !held.has(name));
  if (held.size === 0 && alongside === undefined && released.length === 0) return undefined;
  await context.warehouse.transaction(async (session) => {
    await moveHead(session, state, { version: state.head, epoch });
    if (held.size === 0) await alongside?.(session, new Set(), undefined);
    await writeHeld(session, held, [...released, ...heldNoMore(context.project, state)]);
  });
  if (held.size === 0) return undefined;
  throw nothingPublishable(context, judged);
}
