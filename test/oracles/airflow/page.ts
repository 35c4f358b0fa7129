import { differences } from './differences.ts';
import { unplayed } from './unplayed.ts';

/** The text of docs/airflow-differences.md. */
export function differencesPage(): string {
  const seen = differences.flatMap(({ title, ours, airflow, reason }, index) => [
    `### ${index + 1}. ${title}`,
    '',
    `Here: ${ours}.`,
    '',
    `Airflow: ${airflow}.`,
    '',
    reason,
    '',
  ]);
  const rows = unplayed.map(({ what, reason }) => `| ${what} | ${reason} |`);
  return [
    ...head,
    '## Seen by the lane',
    '',
    ...seen,
    '## Not played',
    '',
    'The scenarios have no marks, backfills, callbacks, deadlines, processes or restarts; what differs there is tested on our side alone.',
    '',
    '| here | because |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const head = [
  '# Where the scheduler differs from Airflow',
  '',
  'Generated from the tables `differences.ts` and `unplayed.ts` in `test/oracles/airflow`.',
  '',
  '`npm run test:airflow` installs the pinned Airflow 3.3.2 from PyPI and plays the scenarios of `test/oracles/airflow/scenarios`',
  'in both: in Airflow by its own scheduler, LocalExecutor and API server on PostgreSQL, not by `dag.test()`. It compares the final',
  'states of runs and task instances by map index, tries, returned values, limits and order of starting, and the next twenty runs',
  'of the schedules in `schedules.yml`. A deviation that is not listed here fails the lane, and so does one that is listed and no',
  'longer there. DAGs are built from the same YAML by `build.py` and `build-dag.ts`. What deviates is played once more, alone,',
  'since a slow machine makes Airflow lose a task now and then; the lane says so.',
  '',
  'The scenarios of Airflow are synced to its database by its own DagBag, once; its DAG processor and triggerer do not run.',
  '',
];
