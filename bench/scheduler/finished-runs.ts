import pg from 'pg';

const runs = 100_000;
const tasksEach = 30;

const inserts = {
  scheduler_instance: `
    insert into scheduler.scheduler_instance (host, pid, started_at) values ('bench', 1, now())`,
  dag: `
    insert into scheduler.dag (dag_id, schedule, first_seen_at)
        select 'old_' || d, '*/5 * * * *', now() from generate_series(1, 50) d`,
  dag_run: `
    insert into scheduler.dag_run (dag_id, run_id, run_type, state, logical_date, data_interval_start, data_interval_end,
          run_after, queued_at, start_date, end_date)
        select 'old_' || (1 + n % 50), 'scheduled__' || n, 'scheduled', case when n % 20 = 0 then 'failed' else 'success' end,
          at, at, at, at, at, at, at + interval '1 minute'
        from (select n, timestamptz '2026-01-01' + n * interval '2 minutes' as at from generate_series(1, ${runs}) n) as r`,
  task_instance: `
    insert into scheduler.task_instance (dag_id, run_id, task_id, state, try_number, max_tries, start_date, end_date)
        select dag_id, run_id, 't' || t, 'success', 1, 0, start_date, end_date
        from scheduler.dag_run, generate_series(1, ${tasksEach}) t where dag_id like 'old%'`,
  task_attempt: `
    insert into scheduler.task_attempt (token, dag_id, run_id, task_id, try_number, owner, queued_at, started_at,
          heartbeat_at, lease_until, ended_at, outcome)
        select gen_random_uuid(), dag_id, run_id, task_id, 1, (select min(id) from scheduler.scheduler_instance),
          start_date, start_date, start_date, start_date, end_date, 'success'
        from scheduler.task_instance where dag_id like 'old%'`,
} as const;

/** Finished runs of half a year: 50 DAGs, 30 tasks a run, an attempt each. */
export async function fillFinishedRuns(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Analysed table by table, as a store is that grew slowly: by statistics of an empty one, each check of a reference
    // reads all runs of its DAG (3 million of them took more than 18 minutes).
    for (const [table, insert] of Object.entries(inserts)) {
      await client.query(insert);
      await client.query(`analyze scheduler.${table}`);
    }
    // What autovacuum would have done long before a store has grown so far.
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}
