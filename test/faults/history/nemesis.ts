import process from 'node:process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailpointName } from '../../../lib/failpoint.ts';
import type { Random } from '../../../simulator/world/random.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';

/** What the nemesis may reach for. */
export interface Victims {
  readonly worker: () => ChildProcess | undefined;
  readonly proxy: TcpProxy;
  /** Ends the server in a way, and starts it again. */
  readonly restartServer: (how: 'fast' | 'kill') => Promise<void>;
  /** What happened, for whoever looks at a seed that failed. */
  readonly note: (what: string) => void;
}

/** Places where a worker may kill itself; the nemesis arms the next one before it starts. */
const failpoints: readonly FailpointName[] = [
  'cdc.after_read',
  'cdc.after_file',
  'cdc.after_manifest',
  'cdc.after_row',
  'cdc.after_ack',
  'load.inside',
  'load.recorded',
  'snapshot.after_chunk',
];

/** Where the next worker is to die by itself; none every third time. */
export function nextFailpoint(random: Random): string {
  return random.chance(0.33) ? '' : `${random.pick(failpoints)}:${random.integer(1, 3)}`;
}

type Blow = (victims: Victims, random: Random) => Promise<void>;

const blows: ReadonlyArray<readonly [number, string, Blow]> = [
  [6, 'kill the worker', async ({ worker }) => void worker()?.kill('SIGKILL')],
  [4, 'reset connections', async ({ proxy }) => void proxy.cut('reset')],
  [2, 'end connections early', async ({ proxy }) => void proxy.cut('fin')],
  [
    2,
    'black hole',
    async ({ proxy }, random) => {
      proxy.set({ kind: 'blackhole' });
      await sleep(random.integer(50, 300));
      // Whoever was talking waits for ever; a real line is reset in the end.
      proxy.cut('reset');
      proxy.set({ kind: 'open' });
    },
  ],
  [
    2,
    'slow line',
    async ({ proxy }, random) => {
      proxy.set({ kind: 'slow', latencyMs: random.integer(1, 20), bytesPerSecond: 200_000 });
      await sleep(300);
      proxy.set({ kind: 'open' });
    },
  ],
  [1, 'restart the server', async ({ restartServer }) => restartServer('fast')],
  [1, 'kill the server', async ({ restartServer }) => restartServer('kill')],
  [
    1,
    'stop the worker for a while',
    async ({ worker }, random) => {
      const pid = worker()?.pid;
      if (pid === undefined || worker()?.exitCode !== null) return;
      process.kill(pid, 'SIGSTOP');
      await sleep(random.integer(50, 400));
      worker()?.kill('SIGCONT');
    },
  ],
];

/** Strikes until told to stop. */
export async function runNemesis(victims: Victims, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(random.integer(50, 400));
    const [, what, blow] = random.weighted(blows, ([weight]) => weight) ??
      blows[0] ?? [0, '', async () => {}];
    if (signal.aborted) return;
    victims.note(what);
    await blow(victims, random);
  }
}
