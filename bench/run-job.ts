import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

/** Runs a script below this folder in a process of its own; its standard output is one JSON result a line. */
export async function runJob<T>(
  script: string,
  job: unknown,
  result: z.ZodType<T>,
  say: (text: string) => void,
): Promise<T[]> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => say(String(chunk)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => result.parse(JSON.parse(line)));
}
