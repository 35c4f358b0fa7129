import { checkNode } from '../artifacts/check-node.ts';
import type { NodeResult, NodeStatus } from '../artifacts/run-results.ts';
import type { EngineContext } from '../context.ts';
import { mustModel } from '../project/laws.ts';
import { publishedRelation } from '../warehouse/relations.ts';
import { utcOrNull } from '../warehouse/utc.ts';
import { leftBehind } from './behind.ts';
import { computable } from './compute-deltas.ts';
import type { Computed } from './compute-deltas.ts';
import { standingsAfter, standingOf } from './reflects.ts';
import type { BuildResult, HeldModel, ModelResult, ModelStatus } from './request.ts';
import type { RunOutcome } from './run-outcome.ts';

/** What a run says of itself when it is over. */
export function summarise(context: EngineContext, outcome: RunOutcome): BuildResult {
  const { verdict, publication, state, preview, computed } = outcome;
  const models = modelResults(context, outcome);
  return {
    published: publication !== undefined,
    publication: publication ?? state.last,
    isUpToDate: isUpToDate(context, outcome),
    models,
    held: heldModels(outcome, models),
    behind: leftBehind(context, outcome),
    checks: verdict.checks,
    nodes: [
      ...models.map((model) => modelNode(context, model, computed.get(model.model))),
      ...verdict.checks.map((check) => checkNode(check, context.clock.now())),
    ],
    preview,
  };
}

/** As isBehind would find it. */
function isUpToDate(
  { project }: EngineContext,
  { run, state, computed, held, publication }: RunOutcome,
): boolean {
  const stands = publication ?? state.last;
  return (
    state.unstaged === 0 &&
    held.size === 0 &&
    stands?.stageStep === run.stageStep &&
    computable(project, undefined).every((name) => computed.has(name))
  );
}

function modelResults(context: EngineContext, outcome: RunOutcome): ModelResult[] {
  const { run, state, computed, held, verdict, publication } = outcome;
  const moved = new Set(
    publication === undefined ? [] : [...computed.keys()].filter((name) => !held.has(name)),
  );
  const after = standingsAfter(context.project, state, moved, run.version);
  return [...computed].map(([model, { plan, seconds }]) => {
    const delta = run.deltas.get(model);
    const standing = after.get(model) ?? standingOf(state, model);
    return {
      model,
      kind: plan.kind,
      status: statusOf(outcome, model),
      removed: delta?.removed ?? 0,
      added: delta?.added ?? 0,
      version: standing === undefined ? null : Number(standing.version),
      sourceWatermark: standing?.watermark ?? null,
      sourceCommittedAt: utcOrNull(standing?.committedAt),
      reasons: verdict.held.get(model) ?? [],
      seconds,
    };
  });
}

function statusOf({ run, computed, held }: RunOutcome, model: string): ModelStatus {
  if (held.has(model)) return 'held';
  if (run.deltas.has(model)) return 'published';
  return computed.get(model)?.plan.kind === 'skip' ? 'skipped' : 'unchanged';
}

function heldModels({ held }: RunOutcome, models: readonly ModelResult[]): HeldModel[] {
  return models.flatMap(({ model, version, sourceWatermark, sourceCommittedAt, reasons }) => {
    const since = held.get(model)?.since;
    return since === undefined
      ? []
      : [{ model, version, since, sourceWatermark, sourceCommittedAt, reasons }];
  });
}

function modelNode(context: EngineContext, result: ModelResult, computed: Computed | undefined): NodeResult {
  const model = mustModel(context.project, result.model);
  const startedAt = computed?.startedAt ?? context.clock.now();
  return {
    uniqueId: model.uniqueId,
    status: nodeStatus(result, computed),
    executionTime: result.seconds,
    message: result.reasons.length === 0 ? undefined : result.reasons.join('; '),
    relationName: publishedRelation(model),
    startedAt,
    completedAt: new Date(startedAt.getTime() + result.seconds * 1000),
    threadId: `Thread-${computed?.thread ?? 1}`,
  };
}

/** dbt says skipped of what was not tried because of an input; a mart whose checks failed was built, but stays. */
function nodeStatus(result: ModelResult, computed: Computed | undefined): NodeStatus {
  if (computed?.error !== undefined) return 'error';
  if (result.status === 'held') return 'skipped';
  return result.status === 'skipped' ? 'no-op' : 'success';
}
