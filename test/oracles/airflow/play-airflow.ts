import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { runAirflowProgram } from '../../../bench/airflow/program.ts';
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

const settings = {
  AIRFLOW__CORE__PARALLELISM: '4',
  AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME: '0.2',
  AIRFLOW__SCHEDULER__MAX_DAGRUNS_TO_CREATE_PER_LOOP: '200',
  // A loop that takes longer than a sensor's poke interval loses the sensor.
  AIRFLOW__SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE: '30',
  AIRFLOW__SCHEDULER__MAX_TIS_PER_QUERY: '64',
};

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
  const file = path.join(import.meta.dirname, 'play.py');
  await runAirflowProgram({ python, file, args: [answer], folder, databaseUrl: input.databaseUrl, settings });
  return answerShape.parse(JSON.parse(await readFile(answer, 'utf8')));
}

/** A file a DAG, so that a task's process builds none but its own. */
async function writeDags(folder: string, scenarios: readonly Scenario[]): Promise<void> {
  for (const name of ['dags', 'pokes']) await mkdir(path.join(folder, name), { recursive: true });
  const byId = Object.fromEntries(scenarios.map((each) => [each.id, each]));
  await writeFile(path.join(folder, 'scenarios.json'), JSON.stringify(byId));
  for (const { id } of scenarios) {
    const source = `from airflow.sdk import DAG\nfrom build import build\n\ndag: DAG = build(${JSON.stringify(id)})\n`;
    await writeFile(path.join(folder, 'dags', `${id}.py`), source);
  }
}
