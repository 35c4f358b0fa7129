import { getRequestListener } from '@hono/node-server';
import { systemClock } from '../../lib/clock.ts';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import type { DagRun, RunKey } from '../../scheduler/store/rows.ts';
import { cliErrors } from '../errors.ts';
import type { StartConfig } from '../config.ts';
import { ingestDag } from '../wire.ts';
import type { WarehouseKind } from '../warehouse-kinds.ts';
import type { Platform } from '../wire.ts';
import { importFailure } from '../operations/failure.ts';
import { createApi } from './api.ts';
import type { Console } from './console.ts';
import type { HttpFront } from './http-server.ts';

/** What coming up needs. */
export interface BringUp {
  readonly platform: Platform;
  readonly front: HttpFront;
  readonly token: string;
  readonly terminal: Console;
  readonly config: Pick<StartConfig, 'once' | 'simulator'>;
}

/** A scheduler that has just started makes the runs that are due within its first tick. */
const dueWithinMs = 400;

const warehouseNames: Readonly<Record<WarehouseKind, string>> = { duckdb: 'DuckDB', snowflake: 'Snowflake' };

/** The DAG that publishes. */
const buildDag = 'shop_marts';

/**
 * Starts everything. Independent things come up side by side: while initdb runs in its own process, this one loads
 * Cube (about a second in which it can do nothing else) and opens DuckDB.
 */
export async function bringUp(input: BringUp): Promise<void> {
  const { platform, front, terminal } = input;
  const api = getRequestListener(createApi({ platform, token: input.token }).fetch);
  front.mount('/api', (request, response) => void api(request, response));
  const database = timed(terminal, 'PostgreSQL', async () => {
    const server = await platform.postgres();
    return `127.0.0.1:${server.port}`;
  });
  const serving = timed(terminal, 'warehouse and semantic layer', async () => {
    const semantic = await platform.semantic();
    // What was published while nothing ran here; who asks meanwhile has it from the warehouse.
    if (!input.config.once) void semantic.refresh();
    front.mount('/cubejs-api', semantic.app);
    front.mount('/metrics', semantic.app);
    return `${warehouseNames[platform.warehouseKind]}, Cube`;
  });
  const sql = input.config.once
    ? undefined
    : serving.then(() =>
        timed(terminal, 'SQL API', async () => `127.0.0.1:${(await platform.sqlServer()).port}`),
      );
  const dags = database.then(() => (input.config.once ? refuseBrokenDags(platform) : undefined));
  const source = dags
    .then(() => openShop(input))
    .then(() =>
      Promise.all([platform.capture(), input.config.once ? undefined : platform.openSimulatedApis()]),
    );
  await Promise.all([serving, sql, source]);
  if (input.config.simulator.enabled) (await platform.simulator()).start();
  await (await platform.scheduler()).start();
}

/** With `--once` every file counts, and is looked at before the long work; a service shows it and goes on. */
async function refuseBrokenDags(platform: Platform): Promise<void> {
  const [first] = (await platform.scheduler()).listImportErrors();
  if (first !== undefined) throw importFailure(first);
}

/** Without one of these two nothing is ever published. */
async function refuseMissingPipeline(scheduler: Scheduler): Promise<void> {
  const known = new Set((await scheduler.listDags()).map((each) => each.dagId));
  const [first] = scheduler.listImportErrors();
  if (first !== undefined && !(known.has(ingestDag) && known.has(buildDag))) throw importFailure(first);
}

/** Lets the pipeline run once from the shop to the published marts, whatever an earlier process left undone. */
export async function firstPublication(platform: Platform, signal: AbortSignal): Promise<void> {
  const scheduler = await platform.scheduler();
  await refuseMissingPipeline(scheduler);
  const ingest = await settle(scheduler, ingestDag, await dueNow(scheduler, signal), signal);
  await settle(scheduler, buildDag, await runAfter(scheduler, ingest, signal), signal);
}

/**
 * Waits for a run that is already there; when there is none, or it fails, for one of our own, which must succeed. What
 * an earlier process left may have used up its tries by being killed again and again: that says nothing about now.
 */
async function settle(
  scheduler: Scheduler,
  dagId: string,
  found: DagRun | undefined,
  signal: AbortSignal,
): Promise<DagRun> {
  if (found !== undefined && (await scheduler.waitForRun(found, signal)).state === 'success') return found;
  const own = await scheduler.triggerDag(dagId);
  await mustSucceed(scheduler, own, signal);
  return own;
}

/**
 * The ingest run that its schedule has just made, or one that an earlier process left unfinished. Another one beside
 * it would only load and build twice.
 */
async function dueNow(scheduler: Scheduler, signal: AbortSignal): Promise<DagRun | undefined> {
  const startMs = systemClock.monotonicMs();
  while (systemClock.monotonicMs() - startMs < dueWithinMs && !signal.aborted) {
    const [latest] = await scheduler.listRuns({ dagId: ingestDag, limit: 1 });
    if (latest !== undefined && latest.endDate === null) return latest;
    await systemClock.sleep(25, signal);
  }
  return undefined;
}

/** The build that the ingest run set off, or one that is under way; undefined when there is neither. */
async function runAfter(
  scheduler: Scheduler,
  ingest: DagRun,
  signal: AbortSignal,
): Promise<DagRun | undefined> {
  const tasks = await scheduler.listTaskInstances(ingest);
  const hasLoaded = tasks.some((task) => task.taskId === 'load' && task.state === 'success');
  while (!signal.aborted) {
    const [latest] = await scheduler.listRuns({ dagId: buildDag, limit: 1 });
    if (latest !== undefined && (latest.endDate === null || latest.queuedAt >= ingest.queuedAt))
      return latest;
    if (!hasLoaded) return undefined;
    await systemClock.sleep(50, signal);
  }
  return undefined;
}

async function mustSucceed(scheduler: Scheduler, key: RunKey, signal: AbortSignal): Promise<void> {
  const run = await scheduler.waitForRun(key, signal);
  if (run.state === 'success') return;
  const tasks = await scheduler.listTaskInstances(run);
  const culprit = tasks.find((task) => task.error !== null);
  const task = culprit === undefined ? run.dagId : `${run.dagId}.${culprit.taskId}`;
  const error = culprit?.error ?? {
    code: run.state,
    message: run.reason ?? 'it did not end',
    remedy: undefined,
  };
  throw cliErrors.error('CLI_RUN_FAILED', {
    message: `${task} did not succeed: ${error.code}: ${error.message}`,
    where: run.runId,
    remedy: error.remedy,
  });
}

async function openShop({ platform, config }: BringUp): Promise<void> {
  if (config.simulator.enabled) return (await platform.simulator()).prepare();
  const { url, isEmbedded } = await platform.shop();
  if (!isEmbedded) return;
  const { ensureShop } = await import('../local/empty-shop.ts');
  await ensureShop(url);
}

async function timed(terminal: Console, step: string, work: () => Promise<string>): Promise<void> {
  terminal.onProgress({ step, state: 'started' });
  terminal.onProgress({ step, state: 'finished', note: await work() });
}
