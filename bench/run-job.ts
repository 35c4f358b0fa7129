import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

// As the command does it.
const loader = new URL('../lib/ts-loader/register.mjs', import.meta.url).href;

/** Runs a script below this folder in a process of its own; its standard output is one JSON result a line, told as it comes. */
export async function runJob<T>(
  script: string,
  job: unknown,
  result: z.ZodType<T>,
  say: (text: string) => void,
  onResult: (each: T) => void = () => {},
): Promise<T[]> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', loader, file, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  const closed = once(child, 'close');
  const results: T[] = [];
  child.stderr.on('data', (chunk) => say(String(chunk)));
  for await (const line of createInterface({ input: child.stdout })) {
    const each = result.parse(JSON.parse(line));
    results.push(each);
    onResult(each);
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return results;
}
