import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import { auditPublished } from './checks/audit.ts';
import type { CheckResult } from './checks/audit.ts';
import { build } from './run/build.ts';
import type { BuildOptions, BuildResult } from './run/build.ts';
import type { EngineContext } from './context.ts';
import { transformErrors } from './errors.ts';
import { loadProject } from './project/load-project.ts';
import { stage } from './stage/stage.ts';
import type { StageResult } from './stage/stage.ts';
import { ensureMeta, readHeadVersion, readPublication, readStageHead } from './warehouse/state.ts';
import type { Publication } from './warehouse/state.ts';

export interface TransformsOptions {
  readonly warehouse: Warehouse;
  /** The folder with models/ and tests/. */
  readonly projectFolder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
}

/** The door of the transform engine: raw batches in, published versions of the marts out. */
export interface Transforms {
  /** Creates schemas and the platform's own tables; does nothing where they exist. */
  readonly setup: () => Promise<void>;
  readonly stage: () => Promise<StageResult>;
  readonly build: (options?: BuildOptions) => Promise<BuildResult>;
  /** Every check on the published marts. */
  readonly test: () => Promise<CheckResult[]>;
  readonly publication: () => Promise<Publication | undefined>;
  /** Whether anything loaded is not staged, or anything staged is not published. */
  readonly isBehind: () => Promise<boolean>;
}

/** Compiles the project at once (a defect is thrown here) and serialises runs of this process. */
export async function createTransforms(options: TransformsOptions): Promise<Transforms> {
  const project = await loadProject(options.projectFolder);
  const context: EngineContext = { ...options, project };
  let queue: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const running = queue.then(work, work);
    queue = running.catch(() => {});
    return running;
  };
  let runs = 0;
  // Part of relation names: letters, digits and underscores; unique over restarts of this process.
  const nextRun = (): string => `${options.clock.now().getTime().toString(36)}_${(runs += 1)}`;
  return {
    setup: () => ensureMeta(options.warehouse),
    stage: () => exclusively(() => stage(context, nextRun())),
    build: (buildOptions) => exclusively(() => build(context, nextRun(), buildOptions)),
    test: () => exclusively(() => testPublished(context, options.warehouse)),
    publication: () => readPublication(options.warehouse),
    isBehind: () => isBehind(options.warehouse),
  };
}

async function isBehind(session: Session): Promise<boolean> {
  const [row] = await session.query(
    'select count(*) as n from _meta.loaded_batch where batch_id not in (select batch_id from _meta.staged_batch)',
  );
  const { step } = await readStageHead(session);
  return Number(row?.['n']) > 0 || step !== ((await readPublication(session))?.stageStep ?? 0n);
}

async function testPublished(context: EngineContext, session: Session): Promise<CheckResult[]> {
  const version = await readHeadVersion(session);
  if (version === 0n)
    throw transformErrors.error('TRANSFORM_NOTHING_PUBLISHED', { message: 'there are no marts to check' });
  const stageHead = await readStageHead(session);
  const run = { id: 'none', version, stageStep: stageHead.step, deltas: new Map(), consumed: new Map() };
  return await auditPublished(context, run);
}
