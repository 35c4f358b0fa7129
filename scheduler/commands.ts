import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createAlterCommands } from './alter-commands.ts';
import type { AlterCommands } from './alter-commands.ts';
import { createBackfillCommands } from './backfill-commands.ts';
import type { BackfillCommands } from './backfill-commands.ts';
import { describeSchedule } from './authoring/describe-schedule.ts';
import { explain } from './core/explain.ts';
import type { ExplainInput, InstanceId } from './core/explain.ts';
import { failedDeps } from './core/failed-deps.ts';
import type { FailedDep } from './core/failed-deps.ts';
import { nextDagRun } from './core/plan-dag.ts';
import { isRunFinished } from './core/states.ts';
import type { DagRunInfo } from './core/timetables/timetable.ts';
import type { LoadedDag } from './core/validate-dag.ts';
import type { Driver } from './drive.ts';
import { schedulerErrors } from './errors.ts';
import type { OnSchedulerEvent } from './events.ts';
import { inspectTask } from './explain-task.ts';
import type { Executor } from './executor/executor.ts';
import { readTaskLog } from './executor/task-log.ts';
import type { LogLine } from './executor/log-line.ts';
import type { DagFile, LoadedDags } from './loading/dag-bag.ts';
import type { ImportError } from './loading/import-error.ts';
import { intervalOf, readDagFacts, setPaused } from './store/dags.ts';
import type { ScheduledDag } from './store/dags.ts';
import { listExpired } from './store/retention.ts';
import { deletePool, listPools, setPool } from './store/limits.ts';
import type { Pool } from './store/limits.ts';
import { findRun, listRuns, listTaskInstances, readDagStatus } from './store/queries.ts';
import type { RunFilter } from './store/queries.ts';
import { notifyWake } from './store/presence.ts';
import type { DagRun, RunKey, TaskInstance, TaskKey } from './store/rows.ts';
import { removeRuns } from './retention.ts';
import { listAssets } from './list-assets.ts';
import type { AssetSummary } from './list-assets.ts';
import { renderTask } from './render-task.ts';
import type { RenderedTask, RenderRequest } from './render-task.ts';
import { createSecretCommands } from './secret-commands.ts';
import type { SecretCommands } from './secret-commands.ts';
import type { SecretsBackend } from './secrets/secrets-backend.ts';
import type { SecretStore } from './store/secrets.ts';
import { testDag } from './test-dag.ts';
import type { TestedDag } from './test-dag.ts';
import type { TestedTask, TestInput } from './test-attempt.ts';
import { testTask } from './test-task.ts';
import { triggerRun } from './trigger-run.ts';
import type { TriggerOptions } from './trigger-run.ts';

/** A DAG as people list it. */
export interface DagSummary {
  readonly dagId: string;
  readonly description: string;
  readonly schedule: string;
  readonly owner: string;
  readonly tags: readonly string[];
  readonly file: string;
  /** In running order. */
  readonly taskIds: readonly string[];
  readonly paused: boolean;
  /** When the next scheduled run may start. */
  readonly nextRunAt: Date | null;
  readonly lastRun: DagRun | null;
}

/** What people ask of the scheduler. Every answer is plain objects; every refusal a typed error. */
export interface SchedulerCommands extends AlterCommands, BackfillCommands, SecretCommands {
  readonly listDags: () => Promise<readonly DagSummary[]>;
  readonly listImportErrors: () => readonly ImportError[];
  /** Every DAG file, with how long it took to load. */
  readonly listDagFiles: () => readonly DagFile[];
  /** What loads and is probably not meant. */
  readonly listWarnings: () => readonly string[];
  /** A DAG as it was loaded. */
  readonly showDag: (dagId: string) => LoadedDag;
  /** The next runs that time will ask for, at most so many. */
  readonly nextRuns: (dagId: string, count: number) => Promise<readonly DagRunInfo[]>;
  readonly pauseDag: (dagId: string) => Promise<void>;
  readonly unpauseDag: (dagId: string) => Promise<void>;
  /** Creates a manual run; it starts as soon as the DAG's limits allow. */
  readonly triggerDag: (dagId: string, options?: TriggerOptions) => Promise<DagRun>;
  /** Runs a DAG's tasks here and now, in order, recording nothing. */
  readonly testDag: (dagId: string, options?: TestDagOptions) => Promise<TestedDag>;
  /** Runs one task here and now, whatever its upstreams did, recording nothing. */
  readonly testTask: (key: Omit<TaskKey, 'runId'>, options?: TestOptions) => Promise<TestedTask>;
  readonly listRuns: (filter?: RunFilter) => Promise<readonly DagRun[]>;
  readonly showRun: (key: RunKey) => Promise<DagRun>;
  /** In running order. */
  readonly listTaskInstances: (key: RunKey) => Promise<readonly TaskInstance[]>;
  /** In one sentence: why a task has not run and what it waits for. */
  readonly explainTask: (key: TaskKey) => Promise<string>;
  /** Everything that keeps a task from starting. */
  readonly failedDeps: (key: TaskKey) => Promise<readonly FailedDep[]>;
  /** Removes finished runs that ended before then and that nothing needs, or only lists them. */
  readonly cleanRuns: (before: Date, options?: CleanOptions) => Promise<readonly RunKey[]>;
  /** What the templates of a task came to in a run, or would come to. */
  readonly renderTask: (request: RenderRequest) => Promise<RenderedTask>;
  /** Every asset that a DAG produces or is scheduled on. */
  readonly listAssets: () => Promise<readonly AssetSummary[]>;
  readonly listPools: () => Promise<readonly Pool[]>;
  readonly setPool: (pool: Pool) => Promise<void>;
  /** Only says that it could be, where nothing is to be changed. Throws POOL_NOT_FOUND. */
  readonly deletePool: (name: string, options?: { readonly dryRun?: boolean }) => Promise<void>;
  /** Lines of one try's log; without a number of the newest. */
  readonly taskLog: (key: TaskKey, tryNumber?: number) => Promise<readonly LogLine[]>;
  /** Resolves to the run once it is success or failed, or as it is when the signal aborts. Needs no `start`. */
  readonly waitForRun: (key: RunKey, signal?: AbortSignal) => Promise<DagRun>;
}

export interface CleanOptions {
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TestOptions {
  readonly logicalDate?: Date | undefined;
  readonly conf?: Readonly<Record<string, unknown>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: TestInput['onLine'] | undefined;
}

export interface TestDagOptions extends TestOptions {
  readonly onTask?: ((task: TestedTask) => void) | undefined;
}

interface CommandsInput {
  readonly control: Knex;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly services: unknown;
  readonly logDir: string;
  readonly onEvent: OnSchedulerEvent;
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly loaded: () => LoadedDags;
  readonly driver: Driver;
  readonly secrets: SecretsBackend;
  readonly secretStore: SecretStore;
  /** What runs in this process. */
  readonly executor: Executor;
}

/** Builds the commands over a store and the loaded DAGs. */
export function createCommands(input: CommandsInput): SchedulerCommands {
  const { control, dags, loaded } = input;
  const mustScheduled = (dagId: string): ScheduledDag => mustFindDag(dagId, input);
  const mustDag = (dagId: string): LoadedDag => mustScheduled(dagId).dag;
  const mustRun = async (key: RunKey): Promise<DagRun> => {
    const run = await findRun(control, key);
    if (run !== undefined) return run;
    throw schedulerErrors.error('DAG_RUN_NOT_FOUND', { message: `DAG ${key.dagId} has no run ${key.runId}` });
  };
  const pause = async (dagId: string, paused: boolean): Promise<void> => {
    mustDag(dagId);
    await setPaused(control, dagId, paused);
    await notifyWake(control);
  };
  const inspect = async <Found>(
    key: TaskKey,
    look: (input: ExplainInput, key: InstanceId) => Found,
  ): Promise<Found> => {
    const freeSlots = input.executor.freeSlots();
    const dag = mustDag(key.dagId);
    return await inspectTask({ ...input, dag, run: await mustRun(key), freeSlots }, key, look);
  };
  return {
    ...createAlterCommands({ ...input, mustDag, abort: input.executor.abort }),
    ...createSecretCommands(input),
    ...createBackfillCommands({ ...input, mustScheduled }),
    listDags: async () => await summarise(control, [...dags.values()]),
    listImportErrors: () => loaded().importErrors,
    listDagFiles: () => loaded().files,
    listWarnings: () => loaded().warnings,
    showDag: mustDag,
    nextRuns: async (dagId, count) => await nextRuns(input, mustScheduled(dagId), count),
    pauseDag: async (dagId) => await pause(dagId, true),
    unpauseDag: async (dagId) => await pause(dagId, false),
    triggerDag: async (dagId, options) => await triggerRun(input, mustScheduled(dagId), options ?? {}),
    testDag: async (dagId, options = {}) =>
      await testDag({ ...testInput(input, dagId, options), onTask: options.onTask ?? (() => {}) }),
    testTask: async ({ dagId, ...asked }, options = {}) =>
      await testTask(testInput(input, dagId, options), asked),
    listRuns: async (filter) => await listRuns(control, filter ?? {}),
    showRun: mustRun,
    listTaskInstances: async (key) => {
      await mustRun(key);
      const order = dags.get(key.dagId)?.dag.graph.order ?? [];
      const instances = await listTaskInstances(control, key);
      return instances.toSorted(
        (a, b) => order.indexOf(a.taskId) - order.indexOf(b.taskId) || a.mapIndex - b.mapIndex,
      );
    },
    explainTask: async (key) => await inspect(key, explain),
    failedDeps: async (key) => await inspect(key, failedDeps),
    cleanRuns: async (before, { dryRun = false, signal = new AbortController().signal } = {}) =>
      dryRun
        ? await listExpired(control, { before, limit: 10_000 })
        : await removeRuns(input, { before }, signal),
    renderTask: async (request) => await renderTask(input, mustScheduled(request.dagId), request),
    listAssets: async () => await listAssets(control, [...dags.values()]),
    listPools: async () => await listPools(control),
    setPool: async (pool) => {
      await setPool(control, pool);
      await notifyWake(control);
    },
    deletePool: async (name, options) => await deletePool(control, name, options),
    taskLog: async (key, tryNumber) =>
      await readTaskLog(input.logDir, { ...key, mapIndex: key.mapIndex ?? -1 }, tryNumber),
    waitForRun: async (key, signal) => {
      await mustRun(key);
      await input.driver.until(async () => isRunFinished((await mustRun(key)).state), signal);
      return await mustRun(key);
    },
  };
}

function mustFindDag(dagId: string, { dags, loaded }: CommandsInput): ScheduledDag {
  const found = dags.get(dagId);
  if (found !== undefined) return found;
  const names = [...dags.keys()].toSorted();
  const { importErrors } = loaded();
  const broken = importErrors.length === 0 ? '' : ` ${importErrors.length} file(s) failed to load.`;
  const remedy = `DAGs that are loaded: ${names.length === 0 ? 'none' : names.join(', ')}.${broken}`;
  throw schedulerErrors.error('DAG_NOT_FOUND', { message: `no DAG ${dagId}`, remedy });
}

function testInput(input: CommandsInput, dagId: string, options: TestOptions): TestInput {
  return {
    ...input,
    ...mustFindDag(dagId, input),
    logicalDate: options.logicalDate,
    findDag: (id) => input.dags.get(id),
    conf: options.conf ?? {},
    signal: options.signal ?? new AbortController().signal,
    onLine: options.onLine ?? (() => {}),
  };
}

async function summarise(control: Knex, dags: readonly ScheduledDag[]): Promise<readonly DagSummary[]> {
  const status = await readDagStatus(control);
  return dags.map(({ dag: { definition, graph, file }, schedule }) => ({
    dagId: definition.dagId,
    description: definition.description,
    schedule: describeSchedule(schedule),
    owner: definition.owner,
    tags: definition.tags,
    file,
    taskIds: graph.order,
    ...(status.get(definition.dagId) ?? { paused: false, nextRunAt: null, lastRun: null }),
  }));
}

async function nextRuns(
  { control, clock }: CommandsInput,
  { dag, schedule }: ScheduledDag,
  count: number,
): Promise<readonly DagRunInfo[]> {
  const facts = (await readDagFacts(control)).get(dag.definition.dagId);
  const now = clock.now();
  let last = intervalOf(facts?.lastIntervalStart ?? null, facts?.lastIntervalEnd ?? null);
  const runs: DagRunInfo[] = [];
  while (runs.length < count) {
    const next = nextDagRun({ dag, schedule, now }, last);
    // A continuous DAG's later runs begin when the ones before have ended, which nobody knows yet.
    if (next === undefined || next.runAfter.getTime() === runs.at(-1)?.runAfter.getTime()) break;
    runs.push(next);
    last = next.dataInterval;
  }
  return runs;
}
