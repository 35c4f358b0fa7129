import { realpath } from 'node:fs/promises';
import process from 'node:process';
import { systemClock } from '../../lib/clock.ts';
import { describeError, messageOf } from '../../lib/errors.ts';
import { Teardown } from '../../lib/lifecycle.ts';
import { createLogger } from '../../lib/logger.ts';
import type { StartConfig } from '../config.ts';
import { claimDataDir, dataPaths, eraseState, readSettings } from '../data-dir.ts';
import type { DataPaths } from '../data-dir.ts';
import { cliErrors } from '../errors.ts';
import { clusterPaths } from '../local/cluster.ts';
import { stopLeftOver } from '../local/left-over.ts';
import { renderSummary, summaryObject } from '../output/summary.ts';
import type { RunFacts } from '../output/summary.ts';
import { openPlatform } from '../wire.ts';
import type { PlatformOptions } from '../platform-options.ts';
import type { Platform } from '../wire.ts';
import { bringUp, firstPublication } from './bring-up.ts';
import { createConsole } from './console.ts';
import type { Console } from './console.ts';
import { readFreshness } from '../operations/source-freshness.ts';
import { triggerExtracts } from './first-extracts.ts';
import { readHeadline } from './headline.ts';
import { openHttpFront } from './http-server.ts';
import type { HttpFront } from './http-server.ts';
import { acquireLock } from './lock.ts';
import { serveUntil } from './serve.ts';
import { onStopSignals } from './signals.ts';
import { settleSource } from './source.ts';
import type { WarehouseKind } from '../warehouse-kinds.ts';
import { rememberStart, settleWarehouse } from './settle-warehouse.ts';
import type { WarehouseChoice } from '../warehouse-settings.ts';

/** `shopwave start`: from the lock to the last process that has ended. Throws what went wrong, after cleaning up. */
export async function runStart(config: StartConfig): Promise<void> {
  const terminal = createConsole({ json: config.json, clock: systemClock });
  const teardown = new Teardown();
  const stopping = onStopSignals(terminal);
  teardown.add('signals', stopping.release);
  try {
    const paths = dataPaths(config.dataDir);
    await claimDataDir(paths);
    const lock = await acquireLock(paths.lock, 'supervisor', systemClock);
    teardown.add('lock', lock.release);
    const front = await openHttpFront(config.port);
    teardown.add('HTTP', front.close);
    await lock.announcePort(front.port);
    const warehouse = await settleWarehouse(paths, config.warehouse);
    const options = platformOptions(config, warehouse, paths, terminal);
    if (config.fresh) await refuseOrphans(paths, warehouse.kind);
    if (config.fresh) await startOver(options, terminal);
    await settleSource(paths, config.sourceUrl);
    await rememberStart(paths, { warehouse: warehouse.kind, isSimulated: config.simulator.enabled });
    if (stopping.signal.aborted) return refuseSilence(config);
    const platform = openPlatform(options);
    teardown.add('platform', () => platform.close((name) => options.logger.info(`closing ${name}`)));
    await supervise({ config, platform, front, token: lock.token, terminal, signal: stopping.signal });
  } finally {
    await teardown.run();
  }
}

function platformOptions(
  config: StartConfig,
  warehouse: WarehouseChoice,
  paths: DataPaths,
  terminal: Console,
): PlatformOptions {
  return {
    paths,
    config,
    warehouse,
    clock: systemClock,
    logger: createLogger({ file: paths.log }),
    // Who does not care about one port does not care about the other: several platforms side by side.
    isAnyPort: config.port === 0,
    onProgress: terminal.onProgress,
    onSchedulerEvent: terminal.onSchedulerEvent,
    onModelChange: terminal.onModelChange,
  };
}

/** The rows in Snowflake would stay, and their archive and the record of what was loaded would be gone. */
async function refuseOrphans(paths: DataPaths, wanted: WarehouseKind): Promise<void> {
  const settings = await readSettings(paths);
  if (wanted !== 'snowflake' && settings?.warehouse !== 'snowflake') return;
  throw cliErrors.error('CLI_FRESH_REFUSED', {
    message: 'the star is in Snowflake, and --fresh deletes what it was loaded from',
    where: paths.root,
  });
}

/** `--fresh`. A slot left behind in the user's own database would keep its log forever, so it goes first. */
async function startOver(options: PlatformOptions, terminal: Console): Promise<void> {
  const { paths } = options;
  if ((await readSettings(paths))?.source?.kind === 'url') {
    const before = openPlatform(options);
    try {
      await before.releaseSource();
    } catch (error) {
      terminal.line(`  ! the replication slot at the source could not be dropped: ${messageOf(error)}`);
    } finally {
      await before.close();
    }
  }
  await stopServerOf(options);
  await eraseState(paths);
}

/** A server that a killed process left behind would go on without its files, and hold its memory for good. */
async function stopServerOf({ paths, logger }: PlatformOptions): Promise<void> {
  const folder = await realpath(paths.postgres).catch(() => undefined);
  if (folder !== undefined) await stopLeftOver(clusterPaths(folder).cluster, logger);
}

interface Supervision {
  readonly config: StartConfig;
  readonly platform: Platform;
  readonly front: HttpFront;
  readonly token: string;
  readonly terminal: Console;
  readonly signal: AbortSignal;
}

async function supervise(supervision: Supervision): Promise<void> {
  const { config, platform, terminal, signal } = supervision;
  const starting = start(supervision);
  // Stopped half-way: without its database everything under way ends soon, and is waited for.
  const interrupt = (): void => void platform.postgres().then((server) => server.stop(), ignore);
  signal.addEventListener('abort', interrupt);
  try {
    await starting;
  } catch (error) {
    if (!signal.aborted) throw error;
    return refuseSilence(config);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  if (!config.once) await serveUntil({ ...supervision, hasTruth: config.simulator.enabled });
  if (config.json) {
    const headline = await readHeadline(platform, config.simulator.enabled);
    const sources = await readFreshness(platform);
    const line = JSON.stringify(summaryObject(headline, { ...(await facts(supervision)), sources }));
    await quiesce(supervision);
    process.stdout.write(`${line}\n`);
    return;
  }
  if (!config.once) terminal.line('stopped');
  await quiesce(supervision);
}

/** Whoever asked for an answer must not take its absence for success; whoever asked to serve has been served. */
function refuseSilence({ once, json }: StartConfig): void {
  if (!once && !json) return;
  throw cliErrors.error('CLI_INTERRUPTED', { message: 'stopped before the first publication' });
}

async function start(supervision: Supervision): Promise<void> {
  const { config, platform, front, terminal } = supervision;
  await bringUp(supervision);
  await publishOrKeep(supervision);
  front.markReady();
  const headline = await readHeadline(platform, config.simulator.enabled);
  const told = await facts(supervision);
  if (!config.once) await triggerExtracts(platform);
  const sources = await readFreshness(platform);
  terminal.result(renderSummary(headline, { ...told, sources }, platform.clock));
}

/**
 * A service that has published before goes on serving that when its first run fails, and tries again at every tick; a
 * deployment check such as `--once` wants to know.
 */
async function publishOrKeep({ config, platform, terminal, signal }: Supervision): Promise<void> {
  try {
    await firstPublication(platform, signal);
  } catch (error) {
    if (config.once || signal.aborted) throw error;
    const earlier = await (await platform.transforms()).publication();
    if (earlier === undefined) throw error;
    terminal.line(`  ✗ ${describeError(error).replaceAll('\n', '\n  ')}`);
    terminal.line(
      `  ! publication ${earlier.version} is served as it is; the pipeline goes on at every tick`,
    );
  }
}

async function facts({ config, front, platform }: Supervision): Promise<Omit<RunFacts, 'sources'>> {
  return {
    // Counted from the start of the process, module loading included.
    elapsedMs: systemClock.monotonicMs(),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    port: config.once ? undefined : front.port,
    sqlPort: config.once ? undefined : (await platform.sqlServer()).port,
    dataDir: config.dataDir,
  };
}

/** Nothing new comes in, and what runs ends, before what it uses is closed. */
async function quiesce({ platform, front }: Supervision): Promise<void> {
  await front.close();
  const [scheduler, simulator] = await Promise.all([platform.scheduler(), platform.simulator()]);
  await Promise.all([scheduler.stop(), simulator.stop()]);
}

function ignore(): void {}
