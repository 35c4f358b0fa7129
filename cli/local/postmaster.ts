import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import process from 'node:process';
import { systemClock } from '../../lib/clock.ts';
import type { Account } from './os-account.ts';
import { identity, serverEnvironment } from './cluster.ts';
import type { ClusterPaths } from './cluster.ts';
import { readPostmasterFile } from './left-over.ts';
import { readLogTail } from './server-log.ts';

/** A server process that this process started and owns. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** How one attempt to start went. */
export type LaunchOutcome =
  | { readonly kind: 'ready'; readonly postmaster: Postmaster }
  | { readonly kind: 'failed'; readonly log: string };

const readyTimeoutMs = 180_000;

/** Starts the server once and waits until it accepts connections or has ended. */
export async function launchPostmaster(
  program: string,
  paths: ClusterPaths,
  account: Account,
  settings: Readonly<Record<string, string>>,
): Promise<LaunchOutcome> {
  const port = await freePort();
  const log = await open(paths.log, 'a', 0o600);
  const { size: logStart } = await log.stat();
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Its own session: Ctrl-C in the terminal must reach us alone, so that we can drain before the server stops.
  const child = spawn(program, ['-D', paths.cluster, '-p', String(port), ...flags], {
    ...identity(account),
    cwd: '/',
    env: serverEnvironment,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  let spawnError = '';
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      spawnError = `could not start ${program}: ${error.message}`;
      resolve();
    });
  });
  await log.close();
  if (await untilReady(child, ended, paths.cluster)) {
    return { kind: 'ready', postmaster: own(child, port, ended) };
  }
  child.kill('SIGQUIT');
  await ended;
  return { kind: 'failed', log: spawnError || (await readLogTail(paths.log, logStart)) };
}

/** The server itself writes "ready" into postmaster.pid, after crash recovery too. */
async function untilReady(child: ChildProcess, ended: Promise<void>, cluster: string): Promise<boolean> {
  const over = new AbortController();
  void ended.then(() => over.abort());
  const deadline = systemClock.monotonicMs() + readyTimeoutMs;
  while (!over.signal.aborted && systemClock.monotonicMs() < deadline) {
    const file = await readPostmasterFile(cluster);
    if (file?.isReady === true && file.pid === child.pid) return true;
    await systemClock.sleep(15, over.signal);
  }
  return false;
}

function own(child: ChildProcess, port: number, ended: Promise<void>): Postmaster {
  // The last resort when this process leaves without stopping it: SIGINT is PostgreSQL's fast shutdown.
  const onExit = (): void => void child.kill('SIGINT');
  process.once('exit', onExit);
  void ended.then(() => process.off('exit', onExit));
  const stop = async (): Promise<void> => {
    for (const [signal, waitMs] of [
      ['SIGINT', 60_000],
      ['SIGQUIT', 10_000],
      ['SIGKILL', 5_000],
    ] as const) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      const timer = new AbortController();
      await Promise.race([ended, systemClock.sleep(waitMs, timer.signal)]);
      timer.abort();
    }
  };
  return { pid: child.pid ?? 0, port, ended, stop };
}

/** A port that was free a moment ago; a clash shows in the server's log and is tried again. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
