import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

// DuckDB as the platform has it, so that a comparison is one of the tools and not of two releases of the warehouse.
const requirements = ['dbt-core==1.10.23', 'dbt-duckdb==1.11.1', 'duckdb==1.5.6', 'jsonschema'];
const environment = path.join(tmpdir(), 'shopwave-dbt-1.10.23-duckdb-1.5.6');

/** What dbt selected, a list of ids per request of every job; and what it has against our artifacts, per folder. */
const answersSchema = z.object({
  selected: z.array(z.array(z.array(z.string()))),
  complaints: z.array(z.array(z.string())),
});

/** A project of dbt's, with the folder of its earlier state and the selections to make in it. */
export interface Job {
  readonly folder: string;
  /** A project whose manifest is the earlier state. */
  readonly previous: string | undefined;
  readonly state: string;
  readonly requests: readonly Readonly<Record<string, unknown>>[];
}

export async function askDbt(
  python: string,
  folder: string,
  work: { readonly jobs: readonly Job[]; readonly artifacts: readonly string[] },
): Promise<z.infer<typeof answersSchema>> {
  const answer = path.join(folder, 'answer.json');
  const code = await run(python, [path.join(import.meta.dirname, 'ask.py'), answer], JSON.stringify(work));
  if (code !== 0) throw new Error(`dbt ended with ${code}`);
  return answersSchema.parse(JSON.parse(await readFile(answer, 'utf8')));
}

/** The Python of an environment that holds dbt, made once a machine; undefined where that cannot be. */
export async function installDbt(): Promise<string | undefined> {
  const python = path.join(environment, 'bin', 'python');
  const finished = path.join(environment, 'finished');
  if (existsSync(finished)) return python;
  await rm(environment, { recursive: true, force: true });
  if ((await run('python3', ['-m', 'venv', environment])) !== 0) return undefined;
  const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  if ((await run(python, ['-m', 'pip', 'install', ...options, ...requirements])) !== 0) return undefined;
  await writeFile(finished, '');
  return python;
}

async function run(command: string, args: readonly string[], input = ''): Promise<number> {
  return await new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
