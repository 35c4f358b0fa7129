import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Knex } from 'knex';
import { expect, test } from 'vitest';
import { enforceRetention } from '../../../scheduler/retention.ts';
import { createHarness } from './harness.ts';

const dags = {
  past: `{ dagId: 'past', description: '', schedule: null, owner: 'x', tags: [],
    onSuccess: (run) => void run.services.ran.push('past told'),
    deadline: { reference: 'queued_at', interval: '5s', callback: (run) => void run.services.ran.push('past late') },
    tasks: (t) => { t.task('a', note('a', { dependsOnPast: true, retries: 1, retryDelay: '10s', outlets: [asset('s')] })); } }`,
  other: `{ dagId: 'other', description: '', schedule: assets(asset('s')), owner: 'x', tags: [],
    tasks: (t) => { t.task('a', note('other', { pool: 'small' })); } }`,
};

/** Finished runs of a DAG, one a day up to the harness's now, the newest first in age; with everything below a run. */
async function addHistory(control: Knex, dagId: string, days: number): Promise<void> {
  const run = `select 'r' || day as run_id, timestamptz '2026-03-02' - day * interval '1 day' as at
    from generate_series(1, :days) as day`;
  const columns = 'dag_id, run_id, task_id, map_index';
  for (const sql of [
    `insert into scheduler.dag_run (dag_id, run_id, run_type, state, logical_date, data_interval_start,
       data_interval_end, run_after, queued_at, start_date, end_date, deadline_at,
       deadline_outcome)
     select :dagId, run_id, 'scheduled', 'success', at, at, at, at, at, at, at, at, 'met' from (${run}) as run`,
    `insert into scheduler.task_instance (${columns}, state, try_number, max_tries, start_date, end_date)
     select :dagId, run_id, 'a', -1, 'success', 1, 0, at, at from (${run}) as run`,
    `insert into scheduler.task_attempt (token, ${columns}, try_number, owner, queued_at, heartbeat_at, lease_until)
     select gen_random_uuid(), :dagId, run_id, 'a', -1, 1, (select min(id) from scheduler.scheduler_instance), at, at, at
       from (${run}) as run`,
    `insert into scheduler.xcom (${columns}, key, value)
     select :dagId, run_id, 'a', -1, 'return_value', '1' from (${run}) as run`,
    `insert into scheduler.asset_event (asset, source_dag_id, source_run_id, source_task_id, data_interval_start,
       data_interval_end, created_at)
     select 's', :dagId, run_id, 'a', at, at, at from (${run}) as run`,
  ])
    await control.raw(sql, { dagId, days });
}

test('history costs the scheduler nothing, and what nothing needs any more goes by itself', async () => {
  await using h = await createHarness(dags);
  const scheduler = await h.scheduler();
  await scheduler.setPool({ pool: 'small', slots: 1, description: '' });
  // Its presence is what the attempts below belong to.
  await scheduler.runUntilIdle();
  await addHistory(h.control, 'past', 3_000);
  await addHistory(h.control, 'other', 3_000);
  for (const table of ['dag_run', 'task_instance', 'task_attempt', 'xcom', 'asset_event'])
    await h.control.raw(`analyze scheduler.${table}`);

  // Everything that a run, a retry and an asset event lead to, and what people look at.
  const statements = new Map<string, readonly unknown[]>();
  h.control.on('query', ({ sql, bindings }: { sql: string; bindings: readonly unknown[] }) => {
    if (/^\s*(select|update|delete|with|insert)/i.test(sql)) statements.set(sql, bindings);
  });
  h.services.on['a'] = ({ tryNumber }) => {
    if (tryNumber === 1) throw new Error('once');
  };
  await scheduler.triggerDag('past', { runId: 'now' });
  const done = scheduler.waitForRun({ dagId: 'past', runId: 'now' });
  await h.events.until((e) => e.type === 'task_instance' && e.state === 'up_for_retry');
  await h.clock.advanceAsleep(10_000);
  expect((await done).state).toBe('success');
  await scheduler.runUntilIdle();
  await Promise.all([scheduler.listDags(), scheduler.listAssets(), scheduler.listRuns()]);
  h.control.removeAllListeners('query');
  expect(statements.size).toBeGreaterThan(25);
  expect(await wholeTableReads(h.control, statements)).toEqual([]);
  expect(h.services.ran.toSorted()).toEqual(['other.a#1', 'past late', 'past told', 'past.a#1', 'past.a#2']);
  expect([...statements.keys()].filter((sql) => /deadline_at <|dag_callback/.test(sql)).length).toBe(3);

  await forgets(h, scheduler);
});

type Harness = Awaited<ReturnType<typeof createHarness>>;
type Scheduler = Awaited<ReturnType<Harness['scheduler']>>;

/** Statements whose plan reads a table that grows with history from end to end. */
async function wholeTableReads(
  control: Knex,
  statements: ReadonlyMap<string, readonly unknown[]>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [sql, bindings] of statements) {
    const positioned: string = control.client.positionBindings(sql);
    const plan: { rows: { 'QUERY PLAN': string }[] } = await control.transaction(async (trx) => {
      const { rows } = await trx.client
        .query(await trx.client.acquireConnection(), {
          sql: `explain ${positioned}`,
          bindings: [...bindings],
        })
        .then((answer: { response: { rows: { 'QUERY PLAN': string }[] } }) => answer.response);
      return { rows };
    });
    const seq = plan.rows
      .map((row) => row['QUERY PLAN'])
      .find((line) => /Seq Scan on (dag_run|task_instance|task_attempt|xcom|asset_event)\b/.test(line));
    if (seq !== undefined) found.push(`${seq.trim()}: ${sql}`);
  }
  return found;
}

async function forgets(h: Harness, scheduler: Scheduler): Promise<void> {
  const runIds = async (dagId: string): Promise<readonly string[]> =>
    (await scheduler.listRuns({ dagId, limit: 20 })).map((run) => run.runId);
  // An old run that is cleared needs the one before it, however old that is.
  await scheduler.pauseDag('past');
  await scheduler.clearTasks({ dagId: 'past', runId: 'r400' });
  const shown = await scheduler.cleanRuns(new Date('2026-02-20T00:00:00Z'), { dryRun: true });
  expect(shown.length).toBe(5_978);

  const policy = { days: 10, runs: 5 };
  const removed = await enforceRetention(
    { control: h.control, clock: { ...h.clock, sleep: () => Promise.resolve() }, logDir: h.logDir },
    policy,
    new AbortController().signal,
  );
  expect(await runIds('past')).toEqual(['now', 'r1', 'r2', 'r3', 'r4', 'r400', 'r401']);
  expect(await runIds('other')).toHaveLength(5);
  expect(removed).toBe(6_000 + 2 - 7 - 5);
  const left = await h.control.raw(`select (select count(*)::int from scheduler.task_instance) as instances,
    (select count(*)::int from scheduler.task_attempt) as attempts, (select count(*)::int from scheduler.xcom) as xcoms,
    (select count(*)::int from scheduler.asset_event) as events`);
  expect(left.rows[0]).toEqual({ instances: 12, attempts: 13, xcoms: 10, events: 19 });
  // Its log went with it; the cleared run still runs, after the one before it.
  await expect(access(path.join(h.logDir, 'dag_id=other', 'run_id=r100'))).rejects.toThrow('ENOENT');
  await scheduler.unpauseDag('past');
  expect(await scheduler.waitForRun({ dagId: 'past', runId: 'r400' })).toMatchObject({ state: 'success' });
}
