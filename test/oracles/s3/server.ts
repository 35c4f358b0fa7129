import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../bench/dbt/python.ts';

const version = '5.2.5';
const serveScript = fileURLToPath(new URL('serve.py', import.meta.url));
const environment = path.join(tmpdir(), `shopwave-moto-${version}`);

/** Another people's S3 and Secrets Manager, in a process of its own. */
export interface ForeignServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The Python of an environment that holds moto, made once a machine; undefined where that cannot be. */
export async function installMoto(): Promise<string | undefined> {
  const python = path.join(environment, 'bin', 'python');
  const finished = path.join(environment, 'finished');
  if (existsSync(finished)) return python;
  await rm(environment, { recursive: true, force: true });
  if ((await runCommand('python3', ['-m', 'venv', environment])) !== 0) return undefined;
  const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  const install = ['-m', 'pip', 'install', ...options, `moto[server]==${version}`];
  if ((await runCommand(python, install)) !== 0) return undefined;
  await writeFile(finished, '');
  return python;
}

/** Starts the server on a free port of this machine. */
export async function startMoto(python: string): Promise<ForeignServer> {
  const child = spawn(python, [serveScript], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface(child.stderr);
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`moto ended with ${code} before it was up`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
