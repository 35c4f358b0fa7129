import { readFile, readdir, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { systemClock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { cliErrors } from '../errors.ts';
import { processCommand, processState } from '../process/identity.ts';

/** The lines of postmaster.pid that matter: who runs on this cluster, where it listens, whether it is ready. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

/** Reads postmaster.pid; undefined when there is none or it is still being written. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), isReady: lines[7] === 'ready' };
}

/**
 * Ends a server that a killed supervisor left behind, and clears a pid file that names nobody of ours. PostgreSQL
 * itself trusts the pid file as long as that id exists, even as a zombie or as somebody else's process.
 */
export async function stopLeftOver(cluster: string, logger: Logger): Promise<'none' | 'stopped' | 'cleared'> {
  const found = await readPostmasterFile(cluster);
  const orphans = await processesIn(cluster);
  const isOurs = found !== undefined && isOurPostmaster(found.pid, cluster);
  if (isOurs) {
    logger.info('stopping a PostgreSQL that an earlier process left behind', { pid: found.pid });
    await endPostmaster(found.pid, cluster);
  }
  // Children of a postmaster that was itself killed: they leave by themselves unless they are busy.
  await endOrphans(cluster, isOurs ? await processesIn(cluster) : orphans);
  if (found !== undefined) await rm(path.join(cluster, 'postmaster.pid'), { force: true });
  if (isOurs) return 'stopped';
  return found === undefined ? 'none' : 'cleared';
}

function isOurPostmaster(pid: number, cluster: string): boolean {
  if (pid === process.pid || processState(pid) !== 'alive') return false;
  const command = processCommand(pid);
  return command.includes('postgres') && command.includes(`-D ${cluster} `);
}

const stopSignals: ReadonlyArray<{ readonly signal: NodeJS.Signals; readonly waitMs: number }> = [
  { signal: 'SIGINT', waitMs: 10_000 },
  { signal: 'SIGQUIT', waitMs: 10_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

async function endPostmaster(pid: number, cluster: string): Promise<void> {
  for (const { signal, waitMs } of stopSignals) {
    send(pid, signal);
    if (await untilEnded([pid], waitMs)) return;
  }
  throw cliErrors.error('POSTGRES_START_FAILED', {
    message: `an earlier PostgreSQL (process ${pid}) holds the data and does not stop`,
    where: cluster,
    remedy: `End process ${pid}, then start again.`,
  });
}

async function endOrphans(cluster: string, pids: readonly number[]): Promise<void> {
  if (pids.length === 0 || (await untilEnded(pids, 1_000))) return;
  for (const pid of pids) if (await worksIn(pid, cluster)) send(pid, 'SIGQUIT');
  if (await untilEnded(pids, 5_000)) return;
  for (const pid of pids) if (await worksIn(pid, cluster)) send(pid, 'SIGKILL');
  await untilEnded(pids, 5_000);
}

async function untilEnded(pids: readonly number[], waitMs: number): Promise<boolean> {
  const deadline = systemClock.monotonicMs() + waitMs;
  while (pids.some((pid) => processState(pid) === 'alive')) {
    if (systemClock.monotonicMs() > deadline) return false;
    await systemClock.sleep(25);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Every server process has its data folder as working directory. Linux only; elsewhere the postmaster must do. */
async function processesIn(cluster: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid > 0);
  const inside = await Promise.all(pids.map((pid) => worksIn(pid, cluster)));
  return pids.filter((_, index) => inside[index]);
}

async function worksIn(pid: number, cluster: string): Promise<boolean> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return folder === cluster && processCommand(pid).includes('postgres');
}
