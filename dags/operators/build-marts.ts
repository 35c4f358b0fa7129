import { runErrors } from '../../transforms/engine/run/errors.ts';
import type { HeldModel } from '../../transforms/engine/run/request.ts';
import { TaskSkip } from '../../scheduler/index.ts';
import type { FunctionTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What was published. */
export interface BuildOutput {
  readonly version: number;
  /** Everything up to here in the shop's log is in this version. */
  readonly sourceWatermark: string;
  readonly removed: number;
  readonly added: number;
  readonly checks: number;
}

/**
 * Computes the deltas of every mart, audits them and publishes all marts as one version, to the semantic layer too.
 * Skipped when nothing they read has changed. A mart whose check fails is held back at its last good version with all
 * that is made from it; the task publishes the rest and then fails, so that on-call is told.
 */
export function buildMarts(): FunctionTask<PipelineServices, BuildOutput> {
  return {
    description: 'Delta, audit, publish',
    run: async ({ services, logger, signal }) => {
      const transforms = await services.transforms();
      const { published, publication, models, held, checks } = await transforms.build({ signal });
      if (!published || publication === undefined) throw new TaskSkip('nothing the marts read has changed');
      const { version, sourceWatermark } = publication;
      const removed = models.reduce((sum, each) => sum + each.removed, 0);
      const added = models.reduce((sum, each) => sum + each.added, 0);
      logger.info(`published version ${version}: ${added} rows added, ${removed} removed`, {
        sourceWatermark,
      });
      mustNotHoldBack(version, held, (model) => logger.error(describeHeld(model), { sourceWatermark }));
      return { version, sourceWatermark, removed, added, checks: checks.length };
    },
  };
}

/** The same data would fail again, so this is not retried; the next new data are. */
function mustNotHoldBack(
  version: number,
  held: readonly HeldModel[],
  report: (model: HeldModel) => void,
): void {
  if (held.length === 0) return;
  for (const model of held) report(model);
  throw runErrors.error('TRANSFORM_HELD_BACK', {
    message: `version ${version} is published without ${held.map(({ model }) => model).join(', ')}: ${held.map(describeHeld).join('; ')}`,
  });
}

function describeHeld({ model, version, since, sourceCommittedAt, reasons }: HeldModel): string {
  const stands = version === null ? 'was never published' : `stands at version ${version}`;
  const reflects = sourceCommittedAt === null ? '' : `, which reflects the source up to ${sourceCommittedAt}`;
  return `${model} ${stands}${reflects}, held back since ${since}: ${reasons.join(', ')}`;
}
