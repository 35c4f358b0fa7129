import { describeHeld, heldBackError } from '../../transforms/engine/run/held-back-error.ts';
import type { BuildResult, HeldModel, ModelStatus } from '../../transforms/engine/run/request.ts';
import { TaskSkip } from '../../scheduler/index.ts';
import type { FunctionTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What became of one model. */
export interface ModelOutput {
  readonly status: ModelStatus;
  readonly removed: number;
  readonly added: number;
  /** Where it stands and why; null unless held back. */
  readonly held: HeldModel | null;
}

/** What was published. */
export interface BuildOutput {
  readonly version: number;
  /** Everything up to here in the shop's log is in this version. */
  readonly sourceWatermark: string;
  readonly removed: number;
  readonly added: number;
  readonly checks: number;
  /** Which try of the task it was: what is below and has had more tries was cleared by itself. */
  readonly tryNumber: number;
  /** By name, those that the build looked at. */
  readonly models: Readonly<Record<string, ModelOutput>>;
}

/**
 * Computes the deltas of every mart, audits them and publishes all marts as one version, to the semantic layer too.
 * Skipped when nothing they read has changed. A mart whose check fails is held back at its last good version with all
 * that is made from it, and the rest is published. Of those in `told` a task of their own fails then; for any other this
 * one does, after it has published, so that on-call hears of it.
 * Cleared after it has published, it computes again what it consumed then, from the inputs as they are now, and
 * publishes the difference or nothing: an older run never overwrites newer rows.
 */
export function buildMarts(
  told: ReadonlySet<string> = new Set(),
): FunctionTask<PipelineServices, BuildOutput> {
  return {
    description: 'Delta, audit, publish',
    run: async ({ services, logger, signal, dagId, runId, taskId, tryNumber }) => {
      const transforms = await services.transforms();
      const requestedBy = `${dagId}/${runId}/${taskId}`;
      const earlier = await transforms.publishedFor(requestedBy);
      const result =
        earlier === undefined
          ? await transforms.build({ signal, requestedBy })
          : await transforms.rerun(earlier, { signal, requestedBy });
      const { published, publication, models, held, checks } = result;
      if (publication === undefined || (!published && earlier === undefined))
        throw new TaskSkip('nothing the marts read has changed');
      const { version, sourceWatermark } = publication;
      const removed = models.reduce((sum, each) => sum + each.removed, 0);
      const added = models.reduce((sum, each) => sum + each.added, 0);
      const what = published
        ? `published version ${version}: ${added} rows added, ${removed} removed`
        : `nothing differs from what version ${earlier} consumed; version ${version} stays`;
      logger.info(what, { sourceWatermark });
      for (const model of held) logger.error(describeHeld(model), { sourceWatermark });
      // The same data would fail again, so this is not retried; the next new data are.
      const untold = held.filter(({ model }) => !told.has(model));
      const failure = heldBackError(version, untold);
      if (failure !== undefined) throw failure;
      return {
        version,
        sourceWatermark,
        removed,
        added,
        checks: checks.length,
        tryNumber,
        models: outputsOf(result),
      };
    },
  };
}

/** What became of each model that a build looked at, or holds back. */
export function outputsOf({
  models,
  held,
}: Pick<BuildResult, 'models' | 'held'>): Readonly<Record<string, ModelOutput>> {
  const outputs = new Map<string, ModelOutput>();
  for (const { model, status, removed, added } of models)
    outputs.set(model, { status, removed, added, held: null });
  for (const each of held)
    outputs.set(each.model, {
      status: 'held',
      removed: 0,
      added: 0,
      held: { ...each, reasons: shown(each.reasons) },
    });
  return Object.fromEntries(outputs);
}

/** So many reasons are told of a model: what a task returns has a limit, and the quality report has all of them. */
const mostReasons = 3;
const longestReason = 200;

function shown(reasons: readonly string[]): readonly string[] {
  const told = reasons.slice(0, mostReasons).map((each) => each.slice(0, longestReason));
  return reasons.length > mostReasons ? [...told, `and ${reasons.length - mostReasons} more`] : told;
}
