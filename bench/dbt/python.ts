import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

// DuckDB as the platform has it, so that a comparison is one of the tools and not of two releases of the warehouse.
const requirements = ['dbt-core==1.10.23', 'dbt-duckdb==1.11.1', 'duckdb==1.5.6', 'jsonschema'];
const environment = path.join(tmpdir(), 'shopwave-dbt-1.10.23-duckdb-1.5.6');

/** The Python of an environment that holds dbt, made once a machine; undefined where that cannot be. */
export async function installDbt(): Promise<string | undefined> {
  const python = path.join(environment, 'bin', 'python');
  const finished = path.join(environment, 'finished');
  if (existsSync(finished)) return python;
  await rm(environment, { recursive: true, force: true });
  if ((await runCommand('python3', ['-m', 'venv', environment])) !== 0) return undefined;
  const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  if ((await runCommand(python, ['-m', 'pip', 'install', ...options, ...requirements])) !== 0)
    return undefined;
  await writeFile(finished, '');
  return python;
}

const versionsShape = z.object({ 'dbt-core': z.string(), 'dbt-duckdb': z.string(), duckdb: z.string() });

/** What the environment really holds. */
export async function installedVersions(python: string): Promise<z.infer<typeof versionsShape>> {
  const names = JSON.stringify(Object.keys(versionsShape.shape));
  const program = `import importlib.metadata as m, json; print(json.dumps({n: m.version(n) for n in ${names}}))`;
  const { stdout } = await promisify(execFile)(python, ['-c', program]);
  return versionsShape.parse(JSON.parse(stdout));
}

/** Runs a command to its end with our own output; its exit code, 127 where it cannot be started. */
export async function runCommand(command: string, args: readonly string[], input = ''): Promise<number> {
  return await new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
