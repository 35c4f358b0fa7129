import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { CheckResult } from './checks/check.ts';
import { checkFreshness } from './checks/freshness.ts';
import type { FreshnessResult } from './checks/freshness.ts';
import type { EngineContext } from './context.ts';
import { diffModels } from './diff/diff.ts';
import type { DiffOptions, DiffResult } from './diff/diff.ts';
import { transformErrors } from './errors.ts';
import { loadProject } from './project/load-project.ts';
import type { LoadOptions } from './project/load-project.ts';
import type { Project } from './project/model.ts';
import { backfill } from './run/backfill.ts';
import type { BackfillResult } from './run/backfill.ts';
import type { BackfillOptions } from './run/backfill-plan.ts';
import { cancelBackfill, listBackfills } from './run/backfill-progress.ts';
import type { BackfillStatus } from './run/backfill-progress.ts';
import { build, withoutConflict } from './run/build.ts';
import { isBehind, readHeldBack, testPublished } from './run/published.ts';
import type { TestOptions } from './run/published.ts';
import { rerun } from './run/rerun.ts';
import type { RerunOptions } from './run/rerun.ts';
import type { BuildOptions, BuildResult, HeldModel } from './run/request.ts';
import { runOnce } from './run/run.ts';
import { stage } from './stage/stage.ts';
import type { StageResult } from './stage/stage.ts';
import { createNews } from './news.ts';
import type { News } from './news.ts';
import { ensureMeta } from './warehouse/meta-tables.ts';
import { taggedWarehouse } from './warehouse/query-tag.ts';
import { readPublication, readRequested } from './warehouse/state.ts';
import type { Publication } from './warehouse/state.ts';

export interface TransformsOptions {
  readonly warehouse: Warehouse;
  /** The folder with models/ and tests/. */
  readonly projectFolder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  /** Rows of its largest input that a model built whole reads at a time; its memory goes by this. 2 million. */
  readonly sliceRows?: number;
  /**
   * Told of every publication, before whoever asked for it. What it throws is logged and takes nothing back; it is told
   * of the newest version again with the engine's next work.
   */
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
  /** How old the sources' newest rows are, against the limits they declare. */
  readonly freshness: (options?: { readonly select?: ReadonlySet<string> }) => Promise<FreshnessResult[]>;
  /** The newest backfills first. */
  readonly backfills: () => Promise<readonly BackfillStatus[]>;
  /** Ends a backfill before its next chunk; what it has published stays. Resolves to whether it was still running. */
  readonly cancelBackfill: (id: string) => Promise<boolean>;
  /** How what the files say differs from what is published, row by row; nothing is published. */
  readonly diff: (options?: DiffOptions) => Promise<DiffResult>;
  /** Every check on the published marts, or those that are wanted. */
  readonly test: (options?: TestOptions) => Promise<CheckResult[]>;
  readonly publication: () => Promise<Publication | undefined>;
  /** The first version that was published for somebody's asking (BuildOptions.requestedBy). */
  readonly publishedFor: (requestedBy: string) => Promise<number | undefined>;
  /** Marts that stand at an older version because a check failed. */
  readonly heldBack: () => Promise<readonly HeldModel[]>;
  /** Whether anything loaded is not staged, or anything staged was not yet tried to be published. */
  readonly isBehind: () => Promise<boolean>;
  /** The project as this engine has read it. */
  readonly project: () => Project;
  /**
   * The same engine, one queue of runs, by the files as they are now: for one command, with its vars and target.
   * TRANSFORM_TARGET_MISMATCH for a target of another kind of warehouse.
   */
  readonly reading: (options?: Reading) => Promise<Transforms>;
  /** Goes by another reading of the files from here on, as the builds of the schedule do. */
  readonly adopt: (project: Project) => void;
}

/** How one command reads the project, and where its progress goes. */
export type Reading = Pick<LoadOptions, 'target' | 'vars' | 'onWarning'> & {
  readonly onProgress?: OnProgress;
};

/** Compiles the project at once (a defect is thrown here) and serialises runs of this process. */
export async function createTransforms(options: TransformsOptions): Promise<Transforms> {
  const project = await loadProject(options.projectFolder);
  const warehouse = taggedWarehouse(options.warehouse, { app: 'shopwave' });
  const tagged = { ...options, warehouse };
  return door(tagged, project, { exclusively: oneAtATime(), news: createNews(tagged) });
}

/** What all readings of one engine share. */
interface Shared {
  readonly exclusively: Exclusively;
  readonly news: News;
}

function door(options: TransformsOptions, project: Project, shared: Shared): Transforms {
  const { exclusively, news } = shared;
  let context: EngineContext = { ...options, project };
  const announced = async (work: () => Promise<BuildResult>): Promise<BuildResult> => {
    await news.repeat();
    const result = await exclusively(work);
    if (result.published && result.publication !== undefined) await news.tell(result.publication);
    return result;
  };
  return {
    setup: () => ensureMeta(options.warehouse),
    stage: () => exclusively(() => withoutConflict(context, undefined, () => stage(context))),
    build: (input) => announced(() => build(context, input)),
    rerun: (runOrVersion, input) => announced(() => rerun(context, runOrVersion, input)),
    // Chunk by chunk: a live build that waits comes in between.
    backfill: (input) =>
      backfill(context, input, (request, signal) =>
        announced(() => withoutConflict(context, signal, () => runOnce(context, request, signal))),
      ),
    backfills: () => listBackfills(options.warehouse),
    cancelBackfill: (id) => cancelBackfill(context, id),
    diff: (input) => exclusively(() => diffModels(context, input)),
    freshness: (input) => checkFreshness(context, input),
    test: (input) => exclusively(() => testPublished(context, input)),
    publication: () => readPublication(options.warehouse),
    publishedFor: (requestedBy) => readRequested(options.warehouse, requestedBy),
    heldBack: () => readHeldBack(context),
    isBehind: async () => {
      // Asked for with every load, also where nothing is left to build: what was not heard must not wait for new data.
      await news.repeat();
      return await isBehind(context);
    },
    project: () => context.project,
    reading: async ({ onProgress = options.onProgress, ...loading } = {}) => {
      const read = await loadProject(options.projectFolder, loading);
      mustFitWarehouse(options.warehouse, read);
      return door({ ...options, onProgress }, read, shared);
    },
    adopt: (read) => {
      context = { ...context, project: read };
    },
  };
}

function mustFitWarehouse({ capabilities }: Warehouse, project: Project): void {
  const { target } = project.authoring.environment;
  if (target.type === capabilities.dialect) return;
  throw transformErrors.error('TRANSFORM_TARGET_MISMATCH', {
    message: `target ${target.name} is of type ${target.type}, and the warehouse of this platform is ${capabilities.dialect}`,
    where: 'profiles.yml',
  });
}

type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

function oneAtATime(): Exclusively {
  let queue: Promise<unknown> = Promise.resolve();
  return (work) => {
    const running = queue.then(work, work);
    queue = running.catch(() => {});
    return running;
  };
}
