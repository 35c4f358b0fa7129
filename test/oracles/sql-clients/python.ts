import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { runCommand } from '../../../bench/dbt/python.ts';
import { ended } from './command.ts';
import type { ClientReport } from './report.ts';

const requirements = ['psycopg[binary]==3.3.9', 'SQLAlchemy==2.1.9', 'asyncpg==0.32.0'];
const environment = path.join(tmpdir(), 'shopwave-sql-clients-1');
const client = 'psycopg, SQLAlchemy and asyncpg';

const line = z.object({ check: z.string(), why: z.string().optional() });

export async function askByPython(port: number, password: string): Promise<ClientReport> {
  const python = await install();
  if (python === undefined)
    return {
      client,
      skipped: `${client} could not be installed (no Python 3, or its package index does not answer)`,
    };
  const script = fileURLToPath(new URL('clients.py', import.meta.url));
  const { code, out, err } = await ended(python, [script, String(port), password]);
  const checks = out
    .split('\n')
    .filter((each) => each.startsWith('{'))
    .map((each) => line.parse(JSON.parse(each)))
    .map(({ check, why }) => ({
      client: check.split(': ')[0] ?? '',
      check: check.split(': ')[1] ?? '',
      why,
    }));
  const hasFailed = checks.some(({ why }) => why !== undefined);
  if (code === 0 || hasFailed) return checks;
  return [...checks, { client, check: 'the script', why: err.slice(-2000) }];
}

async function install(): Promise<string | undefined> {
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
