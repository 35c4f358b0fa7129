/** Deviations that the lane cannot see, with their reasons: what it plays has no marks, backfills, processes or restarts. */
export const unplayed: readonly { readonly what: string; readonly reason: string }[] = [
  {
    what:
      'Templates: no `include` and `import` in them, no `datetime_diff_for_humans` and `triggering_asset_events`; those of a ' +
      'mapped task do not see its values; ' +
      "`xcom_pull` sees this run's return values. `{{ params.x }}` unquoted in a bash command is an import error.",
    reason: 'Who triggers a run must not be able to run commands; the rest was not needed yet.',
  },
  {
    what: 'DAGs are not paused when first seen.',
    reason: 'A file that was reviewed and merged is meant to run; `dags pause` is there for the rest.',
  },
  {
    what: 'With catchup a startDate that moved on holds.',
    reason: 'Who moves it says that the time before it is not wanted.',
  },
  {
    what: 'An asset-scheduled DAG at `maxActiveRuns` keeps its events and gets one run for all of them later.',
    reason: 'Queued runs that all see the same newest data do the work more than once.',
  },
  {
    what: 'A task of a dead scheduler whose tries are used up fails; Airflow would start it again without end.',
    reason: 'A task that kills its scheduler must not do so for ever.',
  },
  {
    what: 'A task stopped by an orderly shutdown gets its try back. A typed error that says it is not retryable is not retried.',
    reason: 'A deployment is no failure of the task; and a wrong password is not right a minute later.',
  },
  {
    what: 'A skip travels through the whole graph in one pass; Airflow needs one pass a level. The end is the same.',
    reason: 'Speed.',
  },
  {
    what:
      'Sensors always reschedule. triggerDagRun is one: a retry finds the run it made, a clear makes another, and one that ' +
      'failed is not retried. `softFail` skips whatever would fail for good; a server that an HTTP sensor cannot reach ' +
      'fails the try.',
    reason: 'Waiting must hold no slot.',
  },
  {
    what: 'Listed events without catchup: one missed while down is made up for, as with cron.',
    reason: 'One rule for every schedule.',
  },
  {
    what: 'Slots go to the oldest run first and within a run by priority; Airflow weighs priorities across runs.',
    reason: 'A run that others wait for must end first, or limits and dependsOnPast can hold each other.',
  },
  {
    what: 'A cleared run that is older than all running ones starts over `maxActiveRuns`.',
    reason: 'What depends on it holds the places.',
  },
  {
    what: 'The default pool is counted only when it is set below 128 slots.',
    reason: 'The scheduler has a parallelism of its own that is far below.',
  },
  {
    what: '`params` are a zod object; what a backfill is given is checked when its tasks ask for it.',
    reason: 'One way to describe data everywhere, typed for the tasks.',
  },
  {
    what: 'A branch or short-circuit that starts over and decides anew does not skip what has ended; Airflow overwrites it.',
    reason: 'What was done stays visible until somebody clears it.',
  },
  {
    what:
      "`executor: 'process'` has no `context.services` (the warehouse belongs to one process), and reads its file as it " +
      'is now.',
    reason: 'DuckDB has one writing process.',
  },
  {
    what:
      'A backfill covers ticks up to now, and before startDate too. Its runs have slots of their own and stand behind all ' +
      'others.',
    reason: 'Who asks for a past wants it, and not at the cost of the present.',
  },
  {
    what:
      'Runs of a backfill do not count for `maxConsecutiveFailedRuns`, and those that have not ended neither; Airflow looks at the ' +
      'latest runs of any type by logical date.',
    reason: 'A backfill covers a past whose failures are no reason to stop the present.',
  },
  {
    what:
      '`dags test` tries each task once. In Airflow one that has retries is tried again after its delay. failFast counts in ' +
      'both, dagrunTimeout in none.',
    reason: 'Who tests a DAG wants to see what failed, and not to wait for it to fail again.',
  },
  {
    what: 'A run whose tasks are marked opens again and gets the result that they now have.',
    reason: 'Run and tasks must not contradict each other.',
  },
  {
    what:
      'Of what a DAG file imports, the modules of the DAG folder are watched with it; packages and the code of the platform are ' +
      'read anew at the next start. After a start a broken file has no last good version; its runs wait.',
    reason:
      'DAGs run beside the platform in one process, whose own modules must not be there twice; versions of a DAG are not stored.',
  },
  {
    what:
      'Mapping takes lists, not dicts, and arguments by name. A mapped group holds no branch, short-circuit or latest-only. More combinations than ' +
      '1,024 make the mapped task upstream_failed. An instance that a shorter list took away counts for no trigger rule; in ' +
      'Airflow it does.',
    reason: 'Named arguments are typed end to end. What is not there any more cannot have failed.',
  },
  {
    what:
      'Callbacks of a DAG are also called when people mark a run. Deadlines: one a DAG, none for runs of a backfill, no average ' +
      'runtime as reference.',
    reason: 'A backfill covers a past whose deadlines are over, and nobody wants to be woken for them.',
  },
  {
    what: 'An XCom holds 48 KB of JSON; the task that returns more fails.',
    reason: "What every store of Airflow's holds: a DAG that runs here can move there.",
  },
  {
    what:
      'A secret that AWS Secrets Manager refuses, or does not give in time, fails the try; Airflow looks in the next place. ' +
      'There is no `extra_conn_words` and no configuration kept as secrets.',
    reason: 'An older password from the environment in the place of the right one is worse than a failure.',
  },
  {
    what: 'No `tasks run`. `tasks test` runs one task by hand, `tasks clear` has one of a run done again.',
    reason:
      'Airflow 3 has removed it: what a scheduler does not start, none of its limits, leases and tries hold.',
  },
  {
    what:
      'Tasks have no `queue`: `executor` says whether one runs with the scheduler or in a process of its own, pools how many ' +
      'at a time.',
    reason: 'One machine works off everything, so that there is no worker who could take one queue alone.',
  },
  {
    what: 'No `doc_md` and its sisters: DAGs and tasks have a `description`, and comments.',
    reason: 'The command line prints one line of text.',
  },
  {
    what:
      'No `max_active_tis_per_dagrun`, `do_xcom_push`, `multiple_outputs` and `ignore_first_depends_on_past`; the first run ' +
      'passes dependsOnPast. `assets` only lists: an asset is produced by a task, never by hand.',
    reason: 'Nothing has asked for them yet.',
  },
  {
    what: 'No deferring, no events of inlets.',
    reason: 'Not there yet.',
  },
];
