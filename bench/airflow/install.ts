import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from '../dbt/python.ts';

const requirements = path.join(import.meta.dirname, 'requirements.txt');

/** The Python of an environment that holds Airflow, made once a machine; undefined where that cannot be. */
export async function installAirflow(): Promise<string | undefined> {
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const environment = path.join(tmpdir(), `shopwave-airflow-${wanted}`);
  const python = path.join(environment, 'bin', 'python');
  const finished = path.join(environment, 'finished');
  if (existsSync(finished)) return python;
  await rm(environment, { recursive: true, force: true });
  if ((await runCommand('python3', ['-m', 'venv', environment])) !== 0) return undefined;
  const options = ['-qq', '--disable-pip-version-check', '--retries', '1', '--timeout', '10', '--no-deps'];
  const install = ['-m', 'pip', 'install', ...options, '--requirement', requirements];
  if ((await runCommand(python, install)) !== 0) return undefined;
  await writeFile(finished, '');
  return python;
}
