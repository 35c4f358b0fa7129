import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { triggerRuleTable } from '../../../scheduler/core/trigger-rules.ts';
import type { TriggerRule } from '../../../scheduler/core/trigger-rules.ts';

/** What nothing else may ask for: `rule` leaves the rule of teardowns out. */
export const triggerRules = Object.keys(triggerRuleTable).filter(
  (rule): rule is TriggerRule => rule !== 'all_done_setup_success',
);

const deed = z.enum(['succeed', 'fail', 'fail_for_good', 'skip']);

/**
 * What a task does; one word or one key. `empty` needs no executor; `as_told` does what the value says that it is mapped
 * over; `pull` returns what another task returned; `on_date` looks the day of the run up; `sense` is a sensor that says
 * yes at that poke, `never`, or fails.
 */
const behaviour = z.union([
  deed,
  z.enum(['empty', 'as_told', 'return_mapped', 'latest_only']),
  z.strictObject({ return: z.json() }),
  z.strictObject({ pull: z.string() }),
  z.strictObject({ fail_first: z.int() }),
  z.strictObject({ sleep: z.number() }),
  z.strictObject({ choose: z.array(z.string()) }),
  z.strictObject({ condition: z.boolean(), ignore_downstream_trigger_rules: z.boolean().default(true) }),
  z.strictObject({ on_date: z.record(z.string(), deed) }),
  z.strictObject({
    sense: z.union([z.int(), z.enum(['never', 'fail'])]),
    timeout: z.number().default(3600),
    soft_fail: z.boolean().default(false),
  }),
]);

/** Mapped: a list, or the task that returns it; the arguments have fixed names. */
const mappedOver = z.partialRecord(z.enum(['x', 'y']), z.union([z.string(), z.array(z.json())]));

/** A group; with `over` it runs for each combination of the values, and its tasks are told theirs. */
const groupShape = z.strictObject({ after: z.array(z.string()).default([]), over: mappedOver.optional() });

/** A task; Airflow's names, durations in seconds. */
const taskShape = z.strictObject({
  does: behaviour.default('empty'),
  after: z.array(z.string()).default([]),
  group: z.string().optional(),
  /** `each`: as many tasks as there are rules, named after theirs. */
  rule: z.enum([...triggerRules, 'each']).default('all_success'),
  over: mappedOver.optional(),
  /** Mapped over the objects of a list: `expand_kwargs`. */
  over_kwargs: z.union([z.string(), z.array(z.json())]).optional(),
  retries: z.int().default(0),
  execution_timeout: z.number().optional(),
  depends_on_past: z.boolean().default(false),
  wait_for_downstream: z.boolean().default(false),
  pool: z.string().optional(),
  pool_slots: z.int().default(1),
  priority_weight: z.int().default(1),
  max_active_tis_per_dag: z.int().optional(),
  setup: z.boolean().default(false),
  teardown: z.boolean().default(false),
  on_failure_fail_dagrun: z.boolean().default(false),
  /** Assets that it produces; they are shared by all scenarios. */
  outlets: z.array(z.string()).default([]),
});

const dagShape = z.strictObject({
  /** A cron expression in UTC whose ticks are the runs; without it there is one manual run. */
  schedule: z.string().optional(),
  /** Runs for assets instead, once all or any of them are there. */
  assets: z
    .union([z.strictObject({ all: z.array(z.string()) }), z.strictObject({ any: z.array(z.string()) })])
    .optional(),
  start_date: z.iso.datetime().optional(),
  end_date: z.iso.datetime().optional(),
  catchup: z.boolean().default(false),
  max_active_runs: z.int().default(16),
  max_active_tasks: z.int().default(16),
  dagrun_timeout: z.number().optional(),
  fail_fast: z.boolean().default(false),
});

const scenarioShape = z.strictObject({
  about: z.string(),
  dag: dagShape.prefault({}),
  /** So many runs there are at the end, finished ones unless `waits`. */
  runs: z.int().default(1),
  /** By which of the engines the DAG is refused. */
  refused_by: z.array(z.enum(['ours', 'airflow'])).default([]),
  /** What somebody does once all runs of all scenarios have ended: clear tasks of the run, by id, or ask for another. */
  afterwards: z
    .union([
      z.strictObject({
        clear: z.array(z.string()),
        downstream: z.boolean().default(false),
        upstream: z.boolean().default(false),
        only_failed: z.boolean().default(false),
      }),
      z.strictObject({ trigger_again: z.literal(true) }),
    ])
    .optional(),
  /** Some of it waits for ever: what counts is how it stands. */
  waits: z.boolean().default(false),
  pools: z.record(z.string(), z.int()).default({}),
  groups: z.record(z.string(), groupShape).default({}),
  tasks: z.record(z.string(), taskShape),
  /** Of these tasks never more than so many ran at once, over all runs. */
  at_most: z.strictObject({ tasks: z.array(z.string()), at_once: z.int() }).optional(),
  /** These began in the order that is given. */
  order: z.array(z.string()).optional(),
});

export type Behaviour = z.output<typeof behaviour>;
export type ScenarioTask = z.output<typeof taskShape> & { readonly rule: TriggerRule };
export type Scenario = Omit<z.output<typeof scenarioShape>, 'tasks'> & {
  readonly id: string;
  readonly tasks: Readonly<Record<string, ScenarioTask>>;
};

const folder = path.join(import.meta.dirname, 'scenarios');

/** Every scenario of every file, in order; its id is the name of its file and its own. */
export async function readScenarios(): Promise<readonly Scenario[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yml')).toSorted();
  const all: Scenario[] = [];
  for (const file of files) {
    const text = await readFile(path.join(folder, file), 'utf8');
    const parsed = z.record(z.string(), scenarioShape).safeParse(parse(text, { merge: true }));
    if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
    for (const [name, scenario] of Object.entries(parsed.data)) {
      const id = `${path.basename(file, '.yml')}.${name}`;
      all.push({ ...scenario, id, tasks: ruleForRule(scenario.tasks) });
    }
  }
  return all;
}

function ruleForRule(tasks: z.output<typeof scenarioShape>['tasks']): Record<string, ScenarioTask> {
  return Object.fromEntries(
    Object.entries(tasks).flatMap(([id, task]): readonly (readonly [string, ScenarioTask])[] => {
      const { rule } = task;
      if (rule !== 'each') return [[id, { ...task, rule }]];
      return triggerRules.map((each) => [`${id}_${each}`, { ...task, rule: each }]);
    }),
  );
}
