import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import process from 'node:process';

/** A Python program beside which Airflow's scheduler, executor and API server run. */
export interface AirflowProgram {
  /** Of an environment that holds Airflow. */
  readonly python: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Its AIRFLOW_HOME and DAG files are below it, and it finds what it is to do there. */
  readonly folder: string;
  readonly databaseUrl: string;
  /** Besides what every program needs. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Runs it to its end with Airflow's LocalExecutor on that database; throws with the end of what was printed when it fails.
 * It finds `api_server`, and the folder as SHOPWAVE_AIRFLOW_FOLDER.
 */
export async function runAirflowProgram(program: AirflowProgram): Promise<void> {
  for (const name of ['dags', 'home']) await mkdir(path.join(program.folder, name), { recursive: true });
  const log = path.join(program.folder, 'airflow.log');
  const code = await run(program, await environmentOf(program), log);
  if (code === 0) return;
  const said = (await readFile(log, 'utf8')).split('\n').slice(-40).join('\n');
  throw new Error(`Airflow ended with ${code}:\n${said}`);
}

async function environmentOf(program: AirflowProgram): Promise<NodeJS.ProcessEnv> {
  const { file, folder, databaseUrl, settings } = program;
  const port = await freePort();
  const secret = randomBytes(64).toString('hex');
  return {
    ...process.env,
    SHOPWAVE_AIRFLOW_FOLDER: folder,
    SHOPWAVE_AIRFLOW_PORT: String(port),
    PYTHONPATH: [import.meta.dirname, path.dirname(file)].join(path.delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
    AIRFLOW_HOME: path.join(folder, 'home'),
    AIRFLOW__CORE__DAGS_FOLDER: path.join(folder, 'dags'),
    AIRFLOW__CORE__EXECUTOR: 'LocalExecutor',
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${port}/execution/`,
    AIRFLOW__API__SECRET_KEY: secret,
    AIRFLOW__API_AUTH__JWT_SECRET: secret,
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: databaseUrl.replace('postgres://', 'postgresql+psycopg2://'),
    AIRFLOW__LOGGING__LOGGING_LEVEL: 'ERROR',
    ...settings,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** In a process group of its own, which ends with it: Airflow has servers and workers below it. */
async function run(
  { python, file, args }: AirflowProgram,
  env: NodeJS.ProcessEnv,
  log: string,
): Promise<number> {
  const out = await open(log, 'w');
  const child = spawn(python, [file, ...args], { env, detached: true, stdio: ['ignore', out.fd, out.fd] });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
  } finally {
    if (child.pid !== undefined) endGroup(child.pid);
    await out.close();
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
