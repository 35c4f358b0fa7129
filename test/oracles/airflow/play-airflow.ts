import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import type { Scenario } from './scenario.ts';
import type { ScheduleCase } from './schedule-cases.ts';

const instance = z.object({
  run_id: z.string(),
  task_id: z.string(),
  map_index: z.int(),
  state: z.string().nullable(),
  tries: z.int(),
  begun: z.number().nullable(),
  ended: z.number().nullable(),
});

/** How a DAG stands at the end: the same from both engines. */
const outcomeShape = z.object({
  /** The DAG was not accepted. */
  refused: z.boolean(),
  runs: z.array(z.object({ run_id: z.string(), date: z.string().nullable(), state: z.string() })),
  instances: z.array(instance),
  values: z.array(z.object({ run_id: z.string(), task_id: z.string(), map_index: z.int(), value: z.json() })),
});
const outcomesShape = z.record(z.string(), outcomeShape);
/** The fire times as texts, by case. */
const answerShape = z.object({
  outcomes: outcomesShape,
  fire_times: z.record(z.string(), z.array(z.string())),
});

export type Outcome = z.output<typeof outcomeShape>;
export type Outcomes = z.output<typeof outcomesShape>;
export type Answer = z.output<typeof answerShape>;

/** Has Airflow play the scenarios, on a database of its own. */
export async function playAirflow(input: {
  readonly python: string;
  readonly folder: string;
  readonly databaseUrl: string;
  readonly scenarios: readonly Scenario[];
  readonly schedules: readonly ScheduleCase[];
}): Promise<Answer> {
  const { python, folder, scenarios, schedules } = input;
  await writeDags(folder, scenarios);
  await writeFile(path.join(folder, 'schedules.json'), JSON.stringify(schedules));
  const answer = path.join(folder, 'answer.json');
  const log = path.join(folder, 'airflow.log');
  const code = await run(python, {
    args: [path.join(import.meta.dirname, 'play.py'), answer],
    env: await settings(input),
    log,
  });
  if (code !== 0) {
    const said = (await readFile(log, 'utf8')).split('\n').slice(-40).join('\n');
    throw new Error(`Airflow ended with ${code}:\n${said}`);
  }
  return answerShape.parse(JSON.parse(await readFile(answer, 'utf8')));
}

/** A file a DAG, so that a task's process builds none but its own. */
async function writeDags(folder: string, scenarios: readonly Scenario[]): Promise<void> {
  for (const name of ['dags', 'home', 'pokes']) await mkdir(path.join(folder, name), { recursive: true });
  const byId = Object.fromEntries(scenarios.map((each) => [each.id, each]));
  await writeFile(path.join(folder, 'scenarios.json'), JSON.stringify(byId));
  for (const { id } of scenarios) {
    const source = `from airflow.sdk import DAG\nfrom build import build\n\ndag: DAG = build(${JSON.stringify(id)})\n`;
    await writeFile(path.join(folder, 'dags', `${id}.py`), source);
  }
}

async function settings({
  folder,
  databaseUrl,
}: {
  readonly folder: string;
  readonly databaseUrl: string;
}): Promise<NodeJS.ProcessEnv> {
  const port = await freePort();
  const secret = randomBytes(64).toString('hex');
  return {
    ...process.env,
    SHOPWAVE_CONFORMANCE: folder,
    SHOPWAVE_CONFORMANCE_PORT: String(port),
    PYTHONPATH: import.meta.dirname,
    PYTHONDONTWRITEBYTECODE: '1',
    AIRFLOW_HOME: path.join(folder, 'home'),
    AIRFLOW__CORE__DAGS_FOLDER: path.join(folder, 'dags'),
    AIRFLOW__CORE__EXECUTOR: 'LocalExecutor',
    AIRFLOW__CORE__PARALLELISM: '4',
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${port}/execution/`,
    AIRFLOW__API__SECRET_KEY: secret,
    AIRFLOW__API_AUTH__JWT_SECRET: secret,
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: databaseUrl.replace('postgres://', 'postgresql+psycopg2://'),
    AIRFLOW__LOGGING__LOGGING_LEVEL: 'ERROR',
    AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME: '0.2',
    AIRFLOW__SCHEDULER__MAX_DAGRUNS_TO_CREATE_PER_LOOP: '200',
    // A loop that takes longer than a sensor's poke interval loses the sensor.
    AIRFLOW__SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE: '30',
    AIRFLOW__SCHEDULER__MAX_TIS_PER_QUERY: '64',
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
  command: string,
  {
    args,
    env,
    log,
  }: { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv; readonly log: string },
): Promise<number> {
  const out = await open(log, 'w');
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', out.fd, out.fd] });
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
