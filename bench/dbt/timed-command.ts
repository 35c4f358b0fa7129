import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What a command cost from the start of its process to its end, all its children included. */
export interface Cost {
  readonly seconds: number;
  /** Processor time; on a busy machine it says more than the clock. */
  readonly cpuSeconds: number;
}

// The shell's own time comes first; what its children took is the second line.
const timesOutput = z
  .string()
  .regex(/^.*\n(\d+m[\d.]+s\s*){2}$/)
  .transform((text) =>
    [...(text.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
      (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
      0,
    ),
  );

/** A command that ended well. */
export interface Ran {
  readonly cost: Cost;
  /** What it printed, standard output and errors as they came. */
  readonly output: string;
}

/** Runs a command to its end and takes its time; throws with its output where it fails. */
export async function timedCommand(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const started = performance.now();
  const child = spawn('sh', ['-c', '"$@"; code=$?; times >&3; exit $code', 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env,
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  const [, out, err, times] = child.stdio;
  let output = '';
  let used = '';
  for (const stream of [out, err]) stream?.on('data', (chunk) => (output += String(chunk)));
  times?.on('data', (chunk) => (used += String(chunk)));
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${output}`);
  return { cost: { seconds, cpuSeconds: timesOutput.parse(used.trimEnd()) }, output };
}
