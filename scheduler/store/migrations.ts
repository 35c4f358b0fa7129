import type { Migration } from '../../lib/control-store.ts';

/** Schema of the scheduler's tables. */
export const schedulerSchema = 'scheduler';

/** Channel that wakes every scheduler on this store when something changed. */
export const wakeChannel = 'shopwave_scheduler';

/** Numbered, forward only. Table and column names are Airflow's where Airflow has the thing. */
export const schedulerMigrations: readonly Migration[] = [
  {
    id: 1,
    name: 'dags, runs, task instances, attempts, xcom, assets',
    sql: `
      create table dag (
        dag_id text primary key,
        is_paused boolean not null default false,
        schedule text not null,
        last_tick timestamptz,
        next_dagrun timestamptz,
        first_seen_at timestamptz not null
      );

      -- Which DAG is scheduled on which asset; an event is queued for exactly these.
      create table dag_schedule_asset (
        dag_id text not null references dag,
        asset text not null,
        primary key (dag_id, asset)
      );

      -- A scheduler process. Alive means: it holds the advisory lock of its id.
      create table scheduler_instance (
        id int generated always as identity primary key,
        host text not null,
        pid int not null,
        started_at timestamptz not null
      );

      create table dag_run (
        dag_id text not null references dag,
        run_id text not null,
        run_type text not null check (run_type in ('scheduled', 'manual', 'backfill', 'asset_triggered')),
        state text not null check (state in ('queued', 'running', 'success', 'failed')),
        logical_date timestamptz,
        data_interval_start timestamptz not null,
        data_interval_end timestamptz not null,
        run_after timestamptz not null,
        conf jsonb not null default '{}',
        queued_at timestamptz not null,
        start_date timestamptz,
        end_date timestamptz,
        clear_number int not null default 0,
        reason text,
        primary key (dag_id, run_id),
        unique (dag_id, logical_date)
      );
      create index dag_run_unfinished on dag_run (run_after) where state in ('queued', 'running');
      create index dag_run_recent on dag_run (dag_id, run_after desc);

      create table task_instance (
        dag_id text not null,
        run_id text not null,
        task_id text not null,
        map_index int not null default -1,
        state text check (state in ('scheduled', 'queued', 'running', 'success', 'restarting', 'failed',
          'up_for_retry', 'up_for_reschedule', 'upstream_failed', 'skipped', 'deferred', 'removed')),
        try_number int not null default 0,
        max_tries int not null,
        -- Fences the instance: only who holds the token of its current attempt may change it while it runs.
        token uuid,
        next_attempt_at timestamptz,
        -- When a sensor first poked since the last clear; its timeout counts from here.
        waiting_since timestamptz,
        start_date timestamptz,
        end_date timestamptz,
        reason text,
        primary key (dag_id, run_id, task_id, map_index),
        foreign key (dag_id, run_id) references dag_run on delete cascade
      );

      create table task_attempt (
        token uuid primary key,
        dag_id text not null,
        run_id text not null,
        task_id text not null,
        map_index int not null default -1,
        try_number int not null,
        owner int not null references scheduler_instance,
        queued_at timestamptz not null,
        started_at timestamptz,
        heartbeat_at timestamptz not null,
        lease_until timestamptz not null,
        ended_at timestamptz,
        outcome text,
        error jsonb,
        foreign key (dag_id, run_id, task_id, map_index) references task_instance on delete cascade
      );
      create index task_attempt_of on task_attempt (dag_id, run_id, task_id, map_index, try_number);

      create table xcom (
        dag_id text not null,
        run_id text not null,
        task_id text not null,
        map_index int not null default -1,
        key text not null,
        value jsonb not null,
        primary key (dag_id, run_id, task_id, map_index, key),
        foreign key (dag_id, run_id, task_id, map_index) references task_instance on delete cascade
      );

      create table asset_event (
        id bigint generated always as identity primary key,
        asset text not null,
        source_dag_id text not null,
        source_run_id text not null,
        source_task_id text not null,
        data_interval_start timestamptz not null,
        data_interval_end timestamptz not null,
        created_at timestamptz not null
      );

      -- Events a DAG has not answered yet. A queue of its own and not a cursor over asset_event: ids are handed out
      -- in order but commit out of order, and a cursor would pass over an event that commits late.
      create table asset_event_queue (
        dag_id text not null references dag,
        event_id bigint not null references asset_event on delete cascade,
        primary key (dag_id, event_id)
      );

      create table dag_run_asset_event (
        dag_id text not null,
        run_id text not null,
        event_id bigint not null references asset_event on delete cascade,
        primary key (dag_id, run_id, event_id),
        foreign key (dag_id, run_id) references dag_run on delete cascade
      );
    `,
  },
  {
    id: 2,
    name: 'what the newest scheduled run covers',
    sql: `
      -- Where a run covers an interval, its tick alone does not say what comes next.
      alter table dag rename column last_tick to last_interval_end;
      alter table dag add column last_interval_start timestamptz;
      update dag set last_interval_start = last_interval_end;
      alter table dag rename column next_dagrun to next_dagrun_create_after;
    `,
  },
  {
    id: 3,
    name: 'pools',
    sql: `
      create table pool (
        pool text primary key,
        slots int not null check (slots >= 0),
        description text not null default ''
      );
      insert into pool (pool, slots, description) values ('default_pool', 128, 'Tasks that name no pool');

      -- What holds a slot, counted over all runs whatever their number.
      create index task_instance_active on task_instance (dag_id, task_id)
        where state in ('queued', 'running', 'restarting');
    `,
  },
  {
    id: 4,
    name: 'backfills, contents of DAG files, a store that grows',
    sql: `
      create table backfill (
        id int generated always as identity primary key,
        dag_id text not null references dag,
        from_date timestamptz not null,
        to_date timestamptz not null,
        dag_run_conf jsonb not null,
        run_backwards boolean not null,
        reprocess_behavior text not null check (reprocess_behavior in ('none', 'failed', 'completed')),
        max_active_runs int not null check (max_active_runs > 0),
        is_paused boolean not null default false,
        created_at timestamptz not null,
        completed_at timestamptz,
        cancelled_at timestamptz
      );
      create unique index backfill_active on backfill (dag_id) where completed_at is null;

      create table backfill_dag_run (
        backfill_id int not null references backfill on delete cascade,
        logical_date timestamptz not null,
        -- null: it was left as it was.
        run_id text,
        reason text not null,
        primary key (backfill_id, logical_date)
      );

      -- The active backfill that a run is a part of; null again once that is over.
      alter table dag_run add column backfill_id int references backfill on delete set null;
      create index dag_run_backfill on dag_run (backfill_id) where backfill_id is not null;

      -- Contents whose import came to an end once.
      create table dag_file (
        file text primary key,
        content_hash text not null
      );

      -- What is asked for must not depend on how much is finished.
      create index dag_run_newest on dag_run (run_after desc, queued_at desc);
      create index dag_run_success on dag_run (dag_id, start_date desc) where state = 'success';
      create index dag_run_ended on dag_run (end_date) where state in ('success', 'failed');
      create index task_instance_waiting on task_instance (next_attempt_at)
        where state in ('up_for_retry', 'up_for_reschedule');
      create index asset_event_newest on asset_event (asset, created_at desc);
      create index asset_event_age on asset_event (created_at);
      create index asset_event_queue_of on asset_event_queue (event_id);
      create index dag_run_asset_event_of on dag_run_asset_event (event_id);
    `,
  },
  {
    id: 5,
    name: 'rendered fields of attempts',
    sql: `
      -- What the templates of a task came to, without secrets.
      alter table task_attempt add column rendered jsonb;
    `,
  },
  {
    id: 6,
    name: 'connections and variables',
    sql: `
      create table secret (
        kind text not null check (kind in ('connection', 'variable')),
        name text not null,
        -- A connection is JSON. Encrypted with what it is and its name bound to it.
        val text not null,
        is_encrypted boolean not null,
        description text,
        primary key (kind, name)
      );
    `,
  },
  {
    id: 7,
    name: 'deadlines of runs, callbacks of DAGs that are due',
    sql: `
      alter table dag_run add column deadline_at timestamptz;
      -- Decided once, whatever becomes of the run later.
      alter table dag_run add column deadline_outcome text check (deadline_outcome in ('met', 'missed'));
      create index dag_run_deadline on dag_run (deadline_at)
        where deadline_at is not null and deadline_outcome is null;

      -- Written with the end of the run or its missed deadline, deleted by whoever calls.
      create table dag_callback (
        id bigint generated always as identity primary key,
        dag_id text not null,
        run_id text not null,
        kind text not null check (kind in ('success', 'failure', 'deadline')),
        -- Of the run, as it was then.
        state text not null,
        reason text,
        foreign key (dag_id, run_id) references dag_run on delete cascade
      );
      create index dag_callback_of on dag_callback (dag_id, run_id);
    `,
  },
];
