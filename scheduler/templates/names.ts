import type { HostFilter } from '../../lib/jinja/environment.ts';
import { DateTime } from '../../lib/jinja/datetime/date-time.ts';
import { strftime } from '../../lib/jinja/datetime/strftime.ts';
import { argumentError } from '../../lib/jinja/host.ts';
import type { Makers } from '../../lib/jinja/host.ts';
import { textOf, toValue, Undefined } from '../../lib/jinja/values.ts';
import type { Value } from '../../lib/jinja/values.ts';
import { macros } from './macros.ts';
import { previousNames } from './previous-names.ts';
import { dagObject, dagRunObject, instanceObject, taskObject, templateValue } from './run-objects.ts';
import { runTime } from './run-time.ts';
import type { TemplateScope } from './scope.ts';

/** How Airflow writes a time, by the name of the filter and of the variable for the logical date. */
const formats = {
  ds: (time) => strftime(time, '%Y-%m-%d'),
  ds_nodash: (time) => strftime(time, '%Y%m%d'),
  ts: (time) => time.iso('T'),
  ts_nodash: (time) => strftime(time, '%Y%m%dT%H%M%S'),
  ts_nodash_with_tz: (time) => strftime(time, '%Y%m%dT%H%M%S%z'),
} as const satisfies Readonly<Record<string, (time: DateTime) => string>>;

/** `{{ data_interval_end | ds }}`. */
const timeFilters: readonly (readonly [string, HostFilter])[] = Object.entries(formats).map(
  ([name, format]) => [
    name,
    (value, args) => {
      if (value instanceof DateTime) return format(value);
      throw argumentError(`${name} takes a time`, args);
    },
  ],
);

/** Filters beside those of Jinja; `quote` is Python's shlex.quote. */
export const templateFilters: ReadonlyMap<string, HostFilter> = new Map<string, HostFilter>([
  ...timeFilters,
  ['quote', (value) => shellQuoted(textOf(value))],
]);

function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** Of the logical date, which runs that nobody's clock asked for do not have. */
function dated(name: string, make: (at: Date) => Value): (scope: TemplateScope) => Value {
  return ({ run }) => {
    if (run.logicalDate !== null) return make(run.logicalDate);
    const refusal = `this run has no logical date, and so no ${name}; use data_interval_end or dag_run.run_after, or give it one: --logical-date`;
    return new Undefined(name, refusal);
  };
}

/** What comes from outside the run, and is fetched once it is asked for: `SecretNames`, `PreviousNames`. */
export const fetchedNames: readonly string[] = ['conn', 'var', ...previousNames];

/** Airflow's context names. */
export const templateNames: Makers<TemplateScope> = {
  ...Object.fromEntries(
    Object.entries(formats).map(([name, format]) => [name, dated(name, (at) => format(runTime(at)))]),
  ),
  logical_date: dated('logical_date', runTime),
  data_interval_start: ({ run }) => runTime(run.dataIntervalStart),
  data_interval_end: ({ run }) => runTime(run.dataIntervalEnd),
  run_id: ({ context }) => context.runId,
  dag: dagObject,
  dag_run: dagRunObject,
  task: taskObject,
  ti: instanceObject,
  task_instance: instanceObject,
  try_number: ({ context }) => BigInt(context.tryNumber),
  params: ({ context }) => templateValue(context.params),
  macros: () => macros,
  inlets: ({ task }) => toValue(task.inlets.map(({ name }) => name)),
  outlets: ({ task }) => toValue(task.outlets.map(({ name }) => name)),
  test_mode: ({ isTest }) => isTest,
  task_instance_key_str: ({ context: { dagId, taskId, runId }, run }) => {
    const day = run.logicalDate === null ? runId : formats.ds_nodash(runTime(run.logicalDate));
    return `${dagId}__${taskId}__${day}`;
  },
};

/** Names that Airflow 3 no longer has, and what takes their place. */
export const formerNames: Readonly<Record<string, string>> = {
  execution_date: 'logical_date',
  next_execution_date: 'data_interval_end',
  prev_execution_date: 'data_interval_start',
  next_ds: 'data_interval_end | ds',
  next_ds_nodash: 'data_interval_end | ds_nodash',
  prev_ds: 'macros.ds_add(ds, -1)',
  prev_ds_nodash: 'data_interval_start | ds_nodash',
  yesterday_ds: 'macros.ds_add(ds, -1)',
  yesterday_ds_nodash: '(logical_date - macros.timedelta(days=1)) | ds_nodash',
  tomorrow_ds: 'macros.ds_add(ds, 1)',
  tomorrow_ds_nodash: '(logical_date + macros.timedelta(days=1)) | ds_nodash',
  conf: 'dag_run.conf for what the run was triggered with',
};
