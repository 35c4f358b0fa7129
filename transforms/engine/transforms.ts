import type { Clock } from '../../lib/clock.ts';
import { parseDurationMs } from '../../lib/duration.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { memoryOf } from '../../lib/memory.ts';
import type { Memory } from '../../lib/memory.ts';
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
import type { Cadence, Project } from './project/model.ts';
import { runCadence } from './quality/cadence.ts';
import { restate } from './quality/closed-days.ts';
import type { Restatement } from './quality/closed-days.ts';
import { findDrift } from './quality/drift.ts';
import type { DriftOptions, DriftResult } from './quality/drift.ts';
import { checkMetrics } from './quality/metrics.ts';
import type { MetricSource } from './quality/metrics.ts';
import { readReport } from './quality/report.ts';
import type { QualityReport } from './quality/report.ts';
import { pruneResults } from './quality/retention.ts';
import { backfill } from './run/backfill.ts';
import type { BackfillResult } from './run/backfill.ts';
import type { BackfillOptions } from './run/backfill-plan.ts';
import { cancelBackfill, listBackfills } from './run/backfill-progress.ts';
import type { BackfillStatus } from './run/backfill-progress.ts';
import { build, withoutConflict } from './run/build.ts';
import { martChanges } from './run/mart-changes.ts';
import type { MartChanges, WatchedMart } from './run/mart-changes.ts';
import { isBehind, readHeldBack, testPublished } from './run/published.ts';
import type { TestOptions, TestResult } from './run/published.ts';
import { rerun } from './run/rerun.ts';
import type { RerunOptions } from './run/rerun.ts';
import type { BuildOptions, BuildResult, HeldModel } from './run/request.ts';
import { runOnce } from './run/run.ts';
import { readLandingQuarantine } from './stage/landing-quarantine.ts';
import type { LandingQuarantined } from './stage/landing-quarantine.ts';
import { discardQuarantined, readQuarantine, readQuarantined } from './stage/quarantine.ts';
import type { QuarantinedModel, QuarantinedRow, QuarantineQuery } from './stage/quarantine.ts';
import { stage } from './stage/stage.ts';
import type { StageResult } from './stage/stage.ts';
import { createNews } from './news.ts';
import type { News } from './news.ts';
import { ensureMeta } from './warehouse/meta-tables.ts';
import { holdSource, releaseSource } from './warehouse/source-hold.ts';
import type { SourceTable } from './warehouse/source-hold.ts';
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
  /** Rows of the raw log that staging set aside, the newest first. */
  readonly quarantine: (options?: QuarantineQuery) => Promise<readonly QuarantinedRow[]>;
  /** The newest rows that landing set aside, at most so many a source: what it noted of them. */
  readonly landingQuarantine: (limit: number) => Promise<readonly LandingQuarantined[]>;
  /** What stands in quarantine by staging model, and how many keys are stale for it. */
  readonly quarantined: () => Promise<readonly QuarantinedModel[]>;
  /** Stages rows in quarantine once more, by the models as they are now. */
  readonly replayQuarantine: (ids: readonly string[] | 'all') => Promise<StageResult>;
  /** Gives rows in quarantine up; resolves to how many. */
  readonly discardQuarantine: (ids: readonly string[]) => Promise<number>;
  /** Holds back what is made from a source's table, until it is released. */
  readonly holdSource: (held: SourceTable & { readonly reason: string }) => Promise<void>;
  /** Resolves to whether it was held. */
  readonly releaseSource: (table: SourceTable) => Promise<boolean>;
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
  readonly test: (options?: TestOptions) => Promise<TestResult>;
  /** The checks of an own cadence, on what is published; recorded. */
  readonly runCadence: (cadence: Cadence) => Promise<TestResult>;
  /** Marts rebuilt aside from staging and compared with what builds have made of them; recorded. */
  readonly drift: (options?: DriftOptions) => Promise<DriftResult>;
  /** Every governed metric as it is served, compared with the marts; recorded. */
  readonly checkMetrics: (source: MetricSource) => Promise<readonly CheckResult[]>;
  /** Every check over time since a moment, what is held back, how fresh everything is; runs no check. */
  readonly qualityReport: (since: Date) => Promise<QualityReport>;
  /** Records that closed days of a mart were changed on purpose. */
  readonly restate: (restatement: Restatement) => Promise<void>;
  /** Deletes results of checks that nobody looks at any more; resolves to how many. */
  readonly pruneResults: () => Promise<number>;
  readonly publication: () => Promise<Publication | undefined>;
  /** Which months of marts have changed since a publication, for whoever keeps sums of them elsewhere. */
  readonly martChanges: (watched: readonly WatchedMart[], since: number) => Promise<MartChanges>;
  /** The first version that was published for somebody's asking (BuildOptions.requestedBy). */
  readonly publishedFor: (requestedBy: string) => Promise<number | undefined>;
  /** Marts that stand at an older version because a check failed. */
  readonly heldBack: () => Promise<readonly HeldModel[]>;
  /**
   * Whether anything loaded is not staged, or anything staged was not yet tried to be published. The warehouse is not asked
   * again for an hour after it has said no, or everything was built, unless anything was done through this engine, loaded
   * or held since.
   */
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

/**
 * How long the engine takes the warehouse to be as it was: a hold that another process has released, or rows that it took
 * out of quarantine, are found out after that, or with the next batch. It costs one statement, for which the warehouse wakes.
 */
const mostMs = parseDurationMs('1h');

/** Compiles the project at once (a defect is thrown here) and serialises runs of this process. */
export async function createTransforms(options: TransformsOptions): Promise<Transforms> {
  const project = await loadProject(options.projectFolder, {
    warehouse: options.warehouse.capabilities.dialect,
  });
  const current = memoryOf<Project>(options.warehouse, { clock: options.clock, ms: mostMs });
  return door(options, project, { exclusively: oneAtATime(), news: createNews(options), current });
}

/** What all readings of one engine share. */
interface Shared {
  readonly exclusively: Exclusively;
  readonly news: News;
  /** The project of which everything loaded is known to be staged, and everything staged published or tried to be. */
  readonly current: Memory<Project>;
}

function door(options: TransformsOptions, project: Project, shared: Shared): Transforms {
  const { news, current } = shared;
  let context: EngineContext = { ...options, project };
  const exclusively: Exclusively = (work) => shared.exclusively(() => forgetting(current, work));
  const announced = async (work: () => Promise<BuildResult>): Promise<BuildResult> => {
    await news.repeat();
    const result = await shared.exclusively(async () => {
      current.forget();
      const [asked, built] = [current.now(), context.project];
      const made = await work();
      if (made.isUpToDate) current.remember(built, asked);
      return made;
    });
    if (result.published && result.publication !== undefined) await news.tell(result.publication);
    return result;
  };
  return {
    setup: () => ensureMeta(options.warehouse, options.clock),
    stage: () => exclusively(() => withoutConflict(context, undefined, () => stage(context))),
    quarantine: (query = {}) => readQuarantine(options.warehouse, query),
    landingQuarantine: (limit) => readLandingQuarantine(options.warehouse, limit),
    quarantined: () => readQuarantined(context),
    replayQuarantine: (ids) =>
      exclusively(() => withoutConflict(context, undefined, () => stage(context, { replay: ids }))),
    discardQuarantine: (ids) => exclusively(() => discardQuarantined(context, ids)),
    holdSource: (held) => holdSource(options.warehouse, options.clock, held),
    releaseSource: (table) => releaseSource(options.warehouse, options.clock, table),
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
    runCadence: (cadence) => exclusively(() => runCadence(context, cadence)),
    drift: (input) =>
      exclusively(() => withoutConflict(context, input?.signal, () => findDrift(context, input))),
    checkMetrics: (source) => exclusively(() => checkMetrics(context, source)),
    qualityReport: (since) => readReport(context, since),
    restate: (restatement) => restate(context, restatement),
    pruneResults: () => pruneResults(context),
    publication: () => readPublication(options.warehouse),
    martChanges: (watched, since) => martChanges(context, watched, since),
    publishedFor: (requestedBy) => readRequested(options.warehouse, requestedBy),
    heldBack: () => readHeldBack(context),
    isBehind: async () => {
      // Asked for with every load, also where nothing is left to build: what was not heard must not wait for new data.
      await news.repeat();
      if (current.recall() === context.project) return false;
      const [asked, by] = [current.now(), context];
      const answer = await isBehind(by);
      if (!answer) current.remember(by.project, asked);
      return answer;
    },
    project: () => context.project,
    reading: async ({ onProgress = options.onProgress, ...loading } = {}) => {
      const warehouse = options.warehouse.capabilities.dialect;
      const read = await loadProject(options.projectFolder, { ...loading, warehouse });
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

/** Work that may change what there is to stage and to publish. */
async function forgetting<T>(current: Memory<Project>, work: () => Promise<T>): Promise<T> {
  current.forget();
  try {
    return await work();
  } finally {
    current.forget();
  }
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
