import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { createScheduler } from '../../../scheduler/scheduler.ts';
import type { Scheduler } from '../../../scheduler/scheduler.ts';
import type { Outcome, Outcomes } from './play-airflow.ts';
import type { Scenario } from './scenario.ts';

const refusedOutcome: Outcome = { refused: true, runs: [], instances: [], values: [] };
const limitMs = 300_000;
const stillMs = 3000;

/** Plays the scenarios in our scheduler, all at once as well. */
export async function playOurs(input: {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly scenarios: readonly Scenario[];
}): Promise<Outcomes> {
  const { folder, scenarios } = input;
  const dagsFolder = path.join(folder, 'our-dags');
  await writeDags(dagsFolder, scenarios);
  const control = openControlStore(input.databaseUrl);
  try {
    const scheduler = await createScheduler({
      control,
      dagsFolder,
      services: {},
      clock: systemClock,
      logger: silentLogger,
      logDir: path.join(folder, 'our-logs'),
      onEvent: () => {},
    });
    const errors = scheduler.listImportErrors();
    const isRefused = ({ id }: Scenario): boolean =>
      errors.some(({ file }) => path.basename(file).startsWith(`${id}.dag.ts`));
    const unexpected = scenarios.find((each) => isRefused(each) && !each.refused_by.includes('ours'));
    if (unexpected !== undefined) throw new Error(JSON.stringify(errors, undefined, 1));
    try {
      const accepted = scenarios.filter((each) => !isRefused(each));
      await play(scheduler, accepted);
      const outcomes = await Promise.all(
        accepted.map(async ({ id }) => [id, await outcomeOf(scheduler, control, id)] as const),
      );
      const refused = scenarios.filter(isRefused).map(({ id }) => [id, refusedOutcome] as const);
      return Object.fromEntries([...outcomes, ...refused]);
    } finally {
      await scheduler.stop();
    }
  } finally {
    await control.destroy();
  }
}

async function writeDags(dagsFolder: string, scenarios: readonly Scenario[]): Promise<void> {
  await mkdir(dagsFolder, { recursive: true });
  const door = path.join(import.meta.dirname, 'build-dag.ts');
  for (const scenario of scenarios) {
    const source = `import { buildDag } from ${JSON.stringify(door)};\nexport default buildDag(${JSON.stringify(scenario)});\n`;
    await writeFile(path.join(dagsFolder, `${scenario.id}.dag.ts`), source);
  }
}

async function play(scheduler: Scheduler, scenarios: readonly Scenario[]): Promise<void> {
  for (const { pools } of scenarios) {
    for (const [name, slots] of Object.entries(pools))
      await scheduler.setPool({ pool: name, slots, description: '' });
  }
  for (const { id, dag } of scenarios) {
    if (dag.schedule === undefined && dag.assets === undefined)
      await scheduler.triggerDag(id, { runId: 'manual' });
  }
  await scheduler.start();
  await untilStill(scheduler, scenarios);
  const acted = scenarios.filter(({ afterwards }) => afterwards !== undefined);
  for (const each of acted) await actOn(scheduler, each);
  const runsOf = ({ runs, afterwards }: Scenario): number =>
    afterwards !== undefined && 'trigger_again' in afterwards ? runs + 1 : runs;
  if (acted.length > 0) {
    await untilStill(
      scheduler,
      scenarios.map((each) => ({ ...each, runs: runsOf(each) })),
    );
  }
}

/** What somebody does once the run has ended. */
async function actOn(scheduler: Scheduler, { id: dagId, afterwards }: Scenario): Promise<void> {
  if (afterwards === undefined) return;
  if ('trigger_again' in afterwards) {
    await scheduler.triggerDag(dagId, { runId: 'again' });
    return;
  }
  const { clear: taskIds, only_failed: onlyFailed, downstream, upstream } = afterwards;
  await scheduler.clearTasks({ dagId, runId: 'manual', taskIds, onlyFailed, downstream, upstream });
}

/** Waits until all runs have ended that are to end, and the others stand still. */
async function untilStill(scheduler: Scheduler, scenarios: readonly Scenario[]): Promise<void> {
  let [seen, since] = ['', 0];
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    await systemClock.sleep(1000);
    const all = await Promise.all(scenarios.map(async (each) => await standingOf(scheduler, each)));
    const now = JSON.stringify(all.map(({ states }) => states));
    if (now !== seen) [seen, since] = [now, Date.now()];
    const isStill = Date.now() - since > stillMs;
    if (all.every(({ isDone }) => isDone) && (isStill || scenarios.every(({ waits }) => !waits))) return;
  }
  const open = await Promise.all(
    scenarios.map(async (each) => ({ ...each, ...(await standingOf(scheduler, each)) })),
  );
  const late = open.filter(({ isDone }) => !isDone).map(({ id }) => id);
  process.stdout.write(`ours: not done after ${limitMs} ms: ${late.join(' ')}\n`);
}

async function standingOf(
  scheduler: Scheduler,
  { id, runs, waits }: Scenario,
): Promise<{ readonly isDone: boolean; readonly states: unknown }> {
  const found = await scheduler.listRuns({ dagId: id });
  const ended = found.filter(({ state }) => state === 'success' || state === 'failed');
  const states = waits
    ? await Promise.all(
        found.map(async (run) =>
          (await scheduler.listTaskInstances(run)).map(({ taskId, state }) => [taskId, state]),
        ),
      )
    : ended.length;
  return { isDone: waits || ended.length >= runs, states };
}

async function outcomeOf(scheduler: Scheduler, control: Knex, dagId: string): Promise<Outcome> {
  const runs = await scheduler.listRuns({ dagId, limit: 100 });
  const instances = await Promise.all(runs.map(async (run) => await scheduler.listTaskInstances(run)));
  const values = await control('scheduler.xcom').where({ dag_id: dagId, key: 'return_value' }).select('*');
  return {
    refused: false,
    runs: runs.map(({ runId, runType, logicalDate, state }) => ({
      run_id: runId,
      date: runType === 'scheduled' && logicalDate !== null ? logicalDate.toISOString() : null,
      state,
    })),
    instances: instances.flat().map((each) => ({
      run_id: each.runId,
      task_id: each.taskId,
      map_index: each.mapIndex,
      state: each.state,
      tries: each.tryNumber,
      begun: each.startDate === null ? null : each.startDate.getTime() / 1000,
      ended: each.endDate === null ? null : each.endDate.getTime() / 1000,
    })),
    values,
  };
}
