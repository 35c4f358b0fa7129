import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { killTree } from './process-tree.ts';

const entry = fileURLToPath(new URL('./child.mjs', import.meta.url));

/** Processes for tasks: each is used once. */
export interface Children {
  /** One that has had no job yet. */
  readonly take: (memoryLimitMb: number | undefined) => ChildProcess;
  readonly close: () => Promise<void>;
}

/** So long a spare one waits; who asks for another later than that can wait for its start. */
const spareForMs = 60_000;

/**
 * Once a task has asked for a process, the next one is kept ready for a while: what takes longest is the start. It has
 * loaded nothing of any DAG. A limit of memory is set at the start, so a task that has one gets a process of its own
 * making.
 */
export function createChildren(spareMs = spareForMs): Children {
  let spare: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  const takeSpare = (): ChildProcess | undefined => {
    clearTimeout(idle);
    const taken = spare;
    spare = undefined;
    return taken !== undefined && isReady(taken) ? taken : undefined;
  };
  const endSpare = async (): Promise<void> => {
    const ended = takeSpare();
    if (ended?.pid !== undefined) await killTree(ended.pid);
  };
  return {
    take: (memoryLimitMb) => {
      if (memoryLimitMb !== undefined) return start(memoryLimitMb);
      const child = takeSpare() ?? start(undefined);
      spare = start(undefined);
      idle = setTimeout(() => void endSpare(), spareMs).unref();
      child.ref();
      child.channel?.ref();
      spare.unref();
      spare.channel?.unref();
      return child;
    },
    close: endSpare,
  };
}

/** It may have been killed while it waited, or never have come to be. */
function isReady({ pid, exitCode, connected }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && connected;
}

/** It leads a process group of its own, so that it can be ended with all that it has started. */
function start(memoryLimitMb: number | undefined): ChildProcess {
  const limit = memoryLimitMb === undefined ? [] : [`--max-old-space-size=${memoryLimitMb}`];
  const child = fork(entry, [], {
    detached: true,
    execArgv: limit,
    serialization: 'advanced',
    // Output, errors, messages, log lines.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
  });
  // A message to one that has just ended; its end is seen by whoever waits for it.
  child.on('error', () => {});
  return child;
}
