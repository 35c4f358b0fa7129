import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { CheckResult } from './checks/check.ts';
import type { EngineContext } from './context.ts';
import { loadProject } from './project/load-project.ts';
import { backfill } from './run/backfill.ts';
import type { BackfillResult } from './run/backfill.ts';
import type { BackfillOptions } from './run/backfill-plan.ts';
import { build, withoutConflict } from './run/build.ts';
import { isBehind, readHeldBack, testPublished } from './run/published.ts';
import { rerun } from './run/rerun.ts';
import type { RerunOptions } from './run/rerun.ts';
import type { BuildOptions, BuildResult, HeldModel } from './run/request.ts';
import { runOnce } from './run/run.ts';
import { stage } from './stage/stage.ts';
import type { StageResult } from './stage/stage.ts';
import { ensureMeta } from './warehouse/meta-tables.ts';
import { readPublication } from './warehouse/state.ts';
import type { Publication } from './warehouse/state.ts';

export interface TransformsOptions {
  readonly warehouse: Warehouse;
  /** The folder with models/ and tests/. */
  readonly projectFolder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  /** Told of every publication, before whoever asked for it. */
  readonly onPublished?: (publication: Publication) => Promise<void>;
}

/** The door of the transform engine: raw batches in, published versions of the marts out. */
export interface Transforms {
  /** Creates schemas and the platform's own tables; does nothing where they exist. */
  readonly setup: () => Promise<void>;
  readonly stage: () => Promise<StageResult>;
  /** Publishes what passes its checks; throws where nothing may be published. */
  readonly build: (options?: BuildOptions) => Promise<BuildResult>;
  /** Computes again what a run (by id) or a version consumed, from the inputs as they are now. */
  readonly rerun: (runOrVersion: string | number, options?: RerunOptions) => Promise<BuildResult>;
  /** Computes rows again by date, by key or whole; unfinished, the same arguments go on where it stopped. */
  readonly backfill: (options: BackfillOptions) => Promise<BackfillResult>;
  /** Every check on the published marts. */
  readonly test: () => Promise<CheckResult[]>;
  readonly publication: () => Promise<Publication | undefined>;
  /** Marts that stand at an older version because a check failed. */
  readonly heldBack: () => Promise<readonly HeldModel[]>;
  /** Whether anything loaded is not staged, or anything staged was not yet tried to be published. */
  readonly isBehind: () => Promise<boolean>;
}

/** Compiles the project at once (a defect is thrown here) and serialises runs of this process. */
export async function createTransforms(options: TransformsOptions): Promise<Transforms> {
  const project = await loadProject(options.projectFolder);
  const context: EngineContext = { ...options, project };
  const exclusively = oneAtATime();
  const announced = async (work: () => Promise<BuildResult>): Promise<BuildResult> => {
    const result = await exclusively(work);
    if (result.published && result.publication !== undefined) await options.onPublished?.(result.publication);
    return result;
  };
  return {
    setup: () => ensureMeta(options.warehouse),
    stage: () => exclusively(() => stage(context)),
    build: (input) => announced(() => build(context, input)),
    rerun: (runOrVersion, input) => announced(() => rerun(context, runOrVersion, input)),
    // Chunk by chunk: a live build that waits comes in between.
    backfill: (input) =>
      backfill(context, input, (request, signal) =>
        announced(() => withoutConflict(context, signal, () => runOnce(context, request, signal))),
      ),
    test: () => exclusively(() => testPublished(context)),
    publication: () => readPublication(options.warehouse),
    heldBack: () => readHeldBack(context),
    isBehind: () => isBehind(context),
  };
}

function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let queue: Promise<unknown> = Promise.resolve();
  return (work) => {
    const running = queue.then(work, work);
    queue = running.catch(() => {});
    return running;
  };
}
