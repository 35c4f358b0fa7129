import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../bench/dbt/python.ts';

const version = '0.11.14';
/** fakesnow names no release of the connector, of whose insides it uses what the fifth has no more. */
const requirements = [
  `fakesnow[server]==${version}`,
  'sqlglot==30.15.0',
  'duckdb==1.5.6',
  'pyarrow==26.0.1',
  'snowflake-connector-python==4.8.1',
];
/** The parser compiled: twice as fast, where there is one for the machine. */
const faster = ['--only-binary', ':all:', '--no-deps', 'sqlglotc==30.15.0'];
const environment = path.join(tmpdir(), `shopwave-fakesnow-${version}`);

/** Other people's Snowflake, in a process of its own. */
export interface FakeSnow extends AsyncDisposable {
  readonly url: string;
}

/** The Python of an environment that holds fakesnow, made once a machine; undefined where that cannot be. */
export async function installFakesnow(): Promise<string | undefined> {
  const python = path.join(environment, 'bin', 'python');
  const finished = path.join(environment, 'finished');
  if (existsSync(finished)) return python;
  await rm(environment, { recursive: true, force: true });
  if ((await runCommand('python3', ['-m', 'venv', environment])) !== 0) return undefined;
  const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  if ((await runCommand(python, ['-m', 'pip', 'install', ...options, ...requirements])) !== 0)
    return undefined;
  await runCommand(python, ['-m', 'pip', 'install', ...options, ...faster]);
  await writeFile(finished, '');
  return python;
}

/** Starts it, behind the shim, on a free port of this machine. */
export async function startFakesnow(python: string): Promise<FakeSnow> {
  const script = fileURLToPath(new URL('serve.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface(child.stdout);
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`fakesnow ended with ${code} before it was up`)));
  });
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
