import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { isRunFinished } from '../../../scheduler/core/states.ts';
import type { Scheduler } from '../../../scheduler/scheduler.ts';
import { createHarness } from './harness.ts';
import { mix } from './kill-mix.ts';

/** `SHOPWAVE_KILL_MINUTES=10` for the long run. */
const minutes = Number(process.env['SHOPWAVE_KILL_MINUTES'] ?? '0.4');
const seed = Number(process.env['SHOPWAVE_KILL_SEED'] ?? Date.now() % 100_000);

// The kills themselves, and what is left to do when they are over.
vi.setConfig({ testTimeout: minutes * 60_000 + 600_000 });

const script = fileURLToPath(new URL('killed-worker.ts', import.meta.url));

/** A small generator of whole numbers, so that a run can be repeated as far as the machine lets it. */
function createRandom(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

test('schedulers killed and stopped at random lose no task, double none, and end every run as its rules say', async () => {
  const random = createRandom(seed);
  await using h = await createHarness(
    Object.fromEntries(Object.entries(mix).map(([name, { body }]) => [name, body])),
  );
  const clients = await h.scheduler({ clock: systemClock });
  await clients.setPool({ pool: 'narrow', slots: 1, description: '' });
  await h.control.raw(
    'create table effect (dag_id text, run_id text, task_id text, map_index int, try_number int, pid int)',
  );
  const workers: (ChildProcess | undefined)[] = [undefined, undefined];
  const start = (index: number): void => {
    workers[index] = spawn(process.execPath, ['--import', 'tsx', script, h.url, h.dagsFolder, h.logDir], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  const kill = (index: number): void => void workers[index]?.kill('SIGKILL');
  h.defer(() => {
    for (const index of workers.keys()) kill(index);
    return Promise.resolve();
  });
  for (const index of workers.keys()) start(index);

  const until = Date.now() + minutes * 60_000;
  let triggered = 0;
  let kills = 0;
  while (Date.now() < until) {
    for (const dagId of Object.keys(mix).filter((name) => name !== 'consumer')) {
      if (random(3) === 0) await clients.triggerDag(dagId, { runId: `r${++triggered}` });
    }
    await sleep(500 + random(2500));
    const index = random(workers.length);
    kills += 1;
    if (random(3) === 0) {
      // Past its lease: others take its tasks, and what it says afterwards is void.
      workers[index]?.kill('SIGSTOP');
      await sleep(3500 + random(1500));
      workers[index]?.kill('SIGCONT');
    } else {
      kill(index);
      start(index);
    }
  }
  for (const [index, worker] of workers.entries()) if (worker?.exitCode !== null) start(index);

  await expect
    .poll(
      async () => (await clients.listRuns({ limit: 10_000 })).filter((run) => !isRunFinished(run.state)),
      {
        timeout: 240_000,
        interval: 500,
      },
    )
    .toEqual([]);
  const told = `seed ${seed}, ${kills} kills, ${triggered} runs`;
  expect(await wrongRuns(clients), told).toEqual([]);
  const store = async (sql: string): Promise<unknown> => (await h.control.raw(sql)).rows;
  // A try does its work at most once, and what succeeded has done it.
  expect(
    await store(`select dag_id, run_id, task_id, map_index, try_number, count(*) from effect
      group by 1, 2, 3, 4, 5 having count(*) > 1`),
    told,
  ).toEqual([]);
  expect(
    await store(`select ti.dag_id, ti.run_id, ti.task_id, ti.map_index from scheduler.task_instance ti
      where ti.state = 'success' and (ti.dag_id, ti.task_id) in (select dag_id, task_id from effect)
        and not exists (select from effect e where (e.dag_id, e.run_id, e.task_id, e.map_index, e.try_number)
          = (ti.dag_id, ti.run_id, ti.task_id, ti.map_index, ti.try_number))`),
    told,
  ).toEqual([]);
  // One event for each success, each answered by exactly one run.
  expect(
    await store(`select event.id, count(answer.run_id) from scheduler.asset_event event
      left join scheduler.dag_run_asset_event answer on answer.event_id = event.id
      group by 1 having count(answer.run_id) <> 1`),
    told,
  ).toEqual([]);
  expect(
    await store(`select source_dag_id, source_run_id, count(*) from scheduler.asset_event
      group by 1, 2 having count(*) <> 1`),
    told,
  ).toEqual([]);
  expect(
    await store(`select token from scheduler.task_attempt where ended_at is null and started_at is not null`),
    told,
  ).toEqual([]);
  expect(triggered).toBeGreaterThan(5);
});

/** Runs that did not end as their DAG says, with what they ended as. */
async function wrongRuns(scheduler: Scheduler): Promise<readonly unknown[]> {
  const wrong: unknown[] = [];
  for (const run of await scheduler.listRuns({ limit: 10_000 })) {
    const { expected } = mix[run.dagId] ?? {};
    const instances = await scheduler.listTaskInstances(run);
    const states = Object.fromEntries(
      instances.map(({ taskId, mapIndex, state }) => [
        mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`,
        state,
      ]),
    );
    const found = { state: run.state, instances: states };
    if (!sameRun(found, expected)) wrong.push({ ...run, ...found });
  }
  return wrong;
}

function sameRun(found: unknown, expected: unknown): boolean {
  const sorted = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'object' && each !== null
        ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => a.localeCompare(b)))
        : each,
    );
  return sorted(found) === sorted(expected);
}
