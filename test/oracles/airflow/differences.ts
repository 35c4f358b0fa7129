import type { Deviation } from './facts.ts';

/** A way in which our engine deviates on purpose, and where the lane sees it. */
export interface Difference {
  readonly title: string;
  readonly ours: string;
  readonly airflow: string;
  readonly reason: string;
  /** The deviations that it explains: name of the scenario and of the fact, and what the two engines say. */
  readonly seen: readonly {
    readonly scenario: RegExp;
    readonly fact: RegExp;
    readonly ours: RegExp;
    readonly airflow: RegExp;
  }[];
}

const any = /^/;

/** Every deviation that the lane may find; one that is not here, or is here and not found, fails it. */
export const differences: readonly Difference[] = [
  {
    title: 'A branch or short-circuit that skips keeps what it returned',
    ours: 'its decision is its return value, for whoever reads it',
    airflow: 'the value is lost: the task ends by an exception that carries what is to be skipped',
    reason: 'A decision that can be read explains the run; nothing can depend on its absence.',
    seen: [
      { scenario: any, fact: /\b(branch|outer|inner) value$/, ours: /^\[/, airflow: /^none$/ },
      { scenario: any, fact: /\bgate value$/, ours: /^false$/, airflow: /^none$/ },
    ],
  },
  {
    title: 'latest-only returns nothing',
    ours: 'no value',
    airflow: 'the ids of the tasks below, where none is skipped',
    reason: 'It takes no decision that the states of the tasks below do not show.',
    seen: [
      {
        scenario: /^short-circuits\.latest_only/,
        fact: /^latest value$/,
        ours: /^none$/,
        airflow: /^\["a"\]$/,
      },
    ],
  },
  {
    title: 'With failFast a run fails if any task does',
    ours: 'failed: the policy any_failed is the default with failFast',
    airflow: 'success where the leaves were skipped, as they are by fail_fast',
    reason: 'A run that was ended by a failure and is green deceives; runPolicy: leaves gives the other.',
    seen: [{ scenario: /^limits\.fail_fast/, fact: /^run$/, ours: /^failed$/, airflow: /^success$/ }],
  },
  {
    title: 'A list that is written in the DAG is expanded when the task may start',
    ours: 'until then one instance with map index -1, which may be skipped or upstream_failed',
    airflow: 'one instance for each value from the start of the run',
    reason: 'One rule for all mapped tasks, wherever their lists come from. What comes below is the same.',
    seen: [
      {
        scenario: /^mapping\.(also_after|below_a_branch)/,
        fact: /^[mn]$/,
        ours: /^(skipped|upstream_failed)$/,
        airflow: /^none$/,
      },
      {
        scenario: /^mapping\.(also_after|below_a_branch)/,
        fact: /^[mn]\[[01]\]$/,
        ours: /^none$/,
        airflow: /^(skipped|upstream_failed)$/,
      },
    ],
  },
  {
    title: 'In a mapped group a trigger rule asks the tasks of its own run, whatever the rule',
    ours: 'all_failed is decided for each run of the group',
    airflow: 'it skips the task before it is expanded, since the task that returned the list succeeded',
    reason: 'A task that waits for a failure in its run of the group could never see one.',
    seen: [
      {
        scenario: /^mapped-groups\.rules_inside$/,
        fact: /^g\.all_failed$/,
        ours: /^none$/,
        airflow: /^skipped$/,
      },
      {
        scenario: /^mapped-groups\.rules_inside$/,
        fact: /^g\.all_failed\[\d\]/,
        ours: any,
        airflow: /^none$/,
      },
    ],
  },
  {
    title: 'A task can be mapped over what the runs of a mapped group return',
    ours: 'it has an instance for each run that returned something, as over what a mapped task returns',
    airflow: 'the task in the group fails, as what each run of it returns is no list',
    reason: 'Outside of the group its value is the list, and that can be mapped over.',
    seen: [{ scenario: /^mapped-groups\.mapped_below$/, fact: any, ours: any, airflow: any }],
  },
  {
    title: 'A task right below a setup may have any trigger rule',
    ours: 'the rule counts, and the setup besides',
    airflow: 'the DAG is refused: only all_success is allowed there',
    reason:
      'A failed setup settles what is in its scope before any rule is asked, so there is nothing to forbid.',
    seen: [
      {
        scenario: /^refused\.below_a_setup_by_any_rule$/,
        fact: /^the DAG$/,
        ours: /^accepted$/,
        airflow: /^refused$/,
      },
    ],
  },
  {
    title: 'An endDate before the startDate is refused',
    ours: 'the DAG does not load, and says why',
    airflow: 'the DAG loads and never runs',
    reason: 'What can never run is a mistake.',
    seen: [
      {
        scenario: /^refused\.end_before_start$/,
        fact: /^the DAG$/,
        ours: /^refused$/,
        airflow: /^accepted$/,
      },
    ],
  },
  {
    title: 'Deltas count from the start date',
    ours: 'ticks are multiples of the delta since startDate, else since 1970, with catchup and without',
    airflow: 'without catchup a delta trigger counts from now, a delta interval from 1970',
    reason: 'The same DAG has the same ticks whenever it is deployed.',
    seen: [
      { scenario: /^schedules\.delta_without_catchup: delta/, fact: /^run 1$/, ours: any, airflow: any },
    ],
  },
  {
    title: 'The hour after a clock change, without catchup, by data intervals',
    ours: 'the latest interval that is over gets its run',
    airflow:
      'it is passed over: the tick before, asked for in the skipped hour, is not the inverse of the tick after',
    reason: 'No run is to be lost by the calendar.',
    seen: [
      {
        scenario: /^schedules\.without_catchup: cron_interval .* Europe\/Zurich from 2026-01-01/,
        fact: /^run 1$/,
        ours: any,
        airflow: any,
      },
    ],
  },
  {
    title: 'A clock that is set back by half an hour',
    ours: 'the hourly ticks go on',
    airflow: 'the timetable raises that it "did not advance", and the DAG gets no more runs',
    reason: 'The scheduler must survive every calendar.',
    seen: [
      {
        scenario: /^schedules\.clock_changes: cron_interval 15 \* \* \* \* Australia\/Lord_Howe/,
        fact: /^run 1$/,
        ours: any,
        airflow: /did not advance/,
      },
    ],
  },
];

/** Whether a row explains a deviation. */
export function explains({ seen }: Difference, deviation: Deviation): boolean {
  return seen.some(
    (each) =>
      each.scenario.test(deviation.scenario) &&
      each.fact.test(deviation.fact) &&
      each.ours.test(deviation.ours) &&
      each.airflow.test(deviation.airflow),
  );
}
