import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { processCommand, processState } from '../../cli/process/identity.ts';

/** The command as a user calls it. */
export const shopwave: string = fileURLToPath(new URL('../../bin/shopwave', import.meta.url));

/** How a command ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  /** Standard output and standard error so far. */
  readonly output: () => string;
  /** Resolves to the first line of either that matches; throws with the output when it ends before. */
  readonly line: (pattern: RegExp) => Promise<string>;
  readonly finished: Promise<Finished>;
}

/** Starts the command; it is killed by the test that started it, at the latest with its folder. */
export function launch(args: readonly string[], options: SpawnOptions = {}): Running {
  return launchProgram(process.execPath, [shopwave, ...args], options);
}

/** Starts any program, with the same view of it. */
export function launchProgram(program: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const listener of listeners) listener();
    });
  }
  const finished = once(child, 'close').then(([code]: unknown[]) => {
    for (const listener of listeners) listener();
    return { code: typeof code === 'number' ? code : null, ...text };
  });
  const output = (): string => `${text.stdout}\n${text.stderr}`;
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = output()
          .split('\n')
          .find((each) => pattern.test(each));
        if (found !== undefined) resolve(found);
        else if (child.exitCode !== null || child.signalCode !== null) {
          reject(new Error(`it ended before ${pattern} was seen:\n${output()}`));
        } else return;
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  return { child, output, line, finished };
}

/** Runs the command to its end. */
export function run(args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return launch(args, options).finished;
}

/** A folder of one's own; on dispose every process that still works on it is killed, and it is removed. */
export interface DataFolder {
  readonly path: string;
  /** Ids of the processes that have the folder on their command line. */
  readonly processes: () => Promise<number[]>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Makes a data folder below the system's temporary one. */
export async function createDataFolder(): Promise<DataFolder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-e2e-'));
  return {
    path: folder,
    processes: () => processesOn(folder),
    [Symbol.asyncDispose]: async () => {
      for (const pid of await processesOn(folder)) process.kill(pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

async function processesOn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => []))
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0);
  return pids.filter((pid) => processCommand(pid).includes(folder) && processState(pid) === 'alive');
}

/** The process id of the embedded server of a data folder; undefined when its pid file is not there. */
export async function postmasterOf(folder: string): Promise<number | undefined> {
  const text = await readFile(path.join(folder, 'postgres/cluster/postmaster.pid'), 'utf8').catch(
    () => undefined,
  );
  return text === undefined ? undefined : Number(text.split('\n')[0]);
}

/** The one object that `start --json` ends with. */
export interface StartSummary {
  readonly publication: {
    readonly version: number;
    readonly publishedAt: string;
    readonly sourceWatermark: string;
  };
  readonly rows: { readonly raw: number; readonly staging: number; readonly marts: number };
  readonly metrics: Readonly<
    Record<string, { readonly value: string | number; readonly truth: string | number | null }>
  >;
  readonly elapsedMs: number;
  readonly peakRssMb: number;
}

/** Reads the last line of standard output. */
export function parseSummary({ stdout, stderr, code }: Finished): StartSummary {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`no summary (exit ${code}):\n${stdout}\n${stderr}`);
  return JSON.parse(last);
}
