import { errorCatalog } from '../lib/errors.ts';

/** Everything the scheduler can refuse or report, by stable code. */
export const schedulerErrors = errorCatalog({
  DAG_FILE_FAILED: {
    summary: 'A DAG file threw while it was imported.',
    remedy: 'Fix the error in the file. A DAG file only declares: no input or output at the top level.',
    retryable: false,
  },
  DAG_FILE_EMPTY: {
    summary: 'A *.dag.ts file exports no DAG.',
    remedy: 'Write `export default dag({ ... })`, or rename the file so that it does not end in .dag.ts.',
    retryable: false,
  },
  DAG_FOLDER_MISSING: {
    summary: 'The folder of DAG files cannot be read.',
    remedy: 'Create it, or point the scheduler at the folder that holds the *.dag.ts files.',
    retryable: false,
  },
  DAG_ID_INVALID: {
    summary: 'A DAG id, task id or run id has characters that are not allowed.',
    remedy: 'Use letters, digits, underscore, dash and dot, at most 250 characters.',
    retryable: false,
  },
  DAG_ID_DUPLICATE: {
    summary: 'Two DAG files declare the same DAG id; the first one found is kept.',
    remedy: 'Give one of the two another dagId.',
    retryable: false,
  },
  DAG_EMPTY: {
    summary: 'A DAG declares no task.',
    remedy: 'Declare at least one task in `tasks: (t) => { t.task(...) }`.',
    retryable: false,
  },
  DAG_ARGUMENT_INVALID: {
    summary: 'An argument of a DAG or task has a value that makes no sense.',
    remedy: 'Correct the argument named in the message.',
    retryable: false,
  },
  DAG_CYCLE: {
    summary: 'Tasks of a DAG wait for each other in a circle.',
    remedy: 'Remove one of the dependencies on the path shown.',
    retryable: false,
  },
  TASK_ID_DUPLICATE: {
    summary: 'Two tasks of one DAG have the same id.',
    remedy: 'Rename one of them.',
    retryable: false,
  },
  TASK_DEPENDENCY_UNKNOWN: {
    summary: 'A task depends on a task that its DAG does not have.',
    remedy: 'Correct the id, or declare the missing task in the same DAG.',
    retryable: false,
  },
  TEMPLATE_INVALID: {
    summary:
      'A template in a field of a task cannot be right: its syntax, a name, or a value that a shell would run.',
    remedy: 'Correct the template at the line and column of the field; names are those of Airflow 3.',
    retryable: false,
  },
  TEMPLATE_FILE_MISSING: {
    summary: 'A field names a template file that is not there.',
    remedy:
      "Put it beside the DAG's file or into templateSearchpath; a text that is no file's name may end with a blank.",
    retryable: false,
  },
  TEMPLATE_FAILED: {
    summary: 'A template in a field of a task could not be rendered.',
    remedy: 'Correct the template; see what it gives with `shopwave tasks render DAG TASK RUN`.',
    retryable: true,
  },
  CRON_INVALID: {
    summary: 'A cron expression could not be read, or never fires.',
    remedy:
      'Write five fields, minute hour day-of-month month day-of-week, for example "*/5 * * * *"; or use every, once, continuous.',
    retryable: false,
  },
  TIMEZONE_UNKNOWN: {
    summary: 'A time zone is not in the IANA time-zone database.',
    remedy: 'Use a name such as "UTC", "Europe/Zurich" or "America/New_York".',
    retryable: false,
  },
  DAG_NOT_FOUND: {
    summary: 'No loaded DAG has this id.',
    remedy: 'List them with `shopwave dags list`; if the DAG should be there, look at its import error.',
    retryable: false,
  },
  DAG_RUN_NOT_FOUND: {
    summary: 'This DAG has no run with this id.',
    remedy: 'List its runs with `shopwave runs list`.',
    retryable: false,
  },
  DAG_RUN_EXISTS: {
    summary: 'This DAG already has a run with this id.',
    remedy: 'Choose another run id, or clear the tasks of the existing run to run it again.',
    retryable: false,
  },
  TASK_NOT_FOUND: {
    summary: 'This DAG has no task with this id.',
    remedy: 'List its tasks with `shopwave tasks list DAG`.',
    retryable: false,
  },
  DAG_FILE_TIMEOUT: {
    summary: 'A DAG file did not come to an end while it was imported; it was stopped.',
    remedy: 'A DAG file only declares: look for a loop, or for something awaited, at its top level.',
    retryable: false,
  },
  BACKFILL_INVALID: {
    summary: 'A backfill that makes no sense for its DAG.',
    remedy: 'Correct what the message names; `--dry-run` shows what a backfill would do.',
    retryable: false,
  },
  BACKFILL_ACTIVE: {
    summary: 'A DAG has one active backfill at a time.',
    remedy: 'Wait for it, or end it with `shopwave backfill cancel ID`.',
    retryable: true,
  },
  BACKFILL_NOT_FOUND: {
    summary: 'There is no active backfill with this number.',
    remedy: 'List them with `shopwave backfill list`.',
    retryable: false,
  },
  POOL_NOT_FOUND: {
    summary: 'There is no pool of this name, or it is the one that every scheduler needs.',
    remedy: 'List them with `shopwave pools list`; create one with `shopwave pools set NAME SLOTS`.',
    retryable: false,
  },
  TASK_LOG_NOT_FOUND: {
    summary: 'There is no log of this task attempt.',
    remedy:
      'See which tries there were with `shopwave tasks states-for-dag-run`; logs of removed data folders are gone.',
    retryable: false,
  },
  RENDERED_NOT_FOUND: {
    summary: 'Of this try of a task no rendered fields were kept.',
    remedy: 'Leave the try out to see those of the newest one, or what the next would have.',
    retryable: false,
  },
  TASK_TIMEOUT: {
    summary: 'A task ran longer than its executionTimeout and was aborted.',
    remedy: 'See in the task log where it spends its time; raise executionTimeout if that is right.',
    retryable: true,
  },
  SENSOR_TIMEOUT: {
    summary: 'A sensor waited longer than its timeout for its condition. It is not retried.',
    remedy: 'Find out why the awaited condition did not come true, then clear the sensor.',
    retryable: false,
  },
  TASK_INTERRUPTED: {
    summary: 'The process that ran a task attempt died, stopped or lost its lease.',
    remedy: 'Nothing to do: the attempt is repeated while tries are left. Clear the task to grant more.',
    retryable: true,
  },
  TASK_FAILED: {
    summary: 'The function of a task threw an error.',
    remedy: 'Read the task log; fix the cause, then clear the task to run it again.',
    retryable: true,
  },
  PARAMS_INVALID: {
    summary: 'What a run was triggered with does not fit the params of its DAG.',
    remedy:
      'Correct the values named in the message; `shopwave dags trigger DAG --conf JSON` takes them by name.',
    retryable: false,
  },
  BRANCH_CHOICE_UNKNOWN: {
    summary: 'A branch chose something that is not among its choices.',
    remedy: 'Return names of `choices`, several in an array, or null to follow none of them.',
    retryable: false,
  },
  TASK_MEMORY_EXCEEDED: {
    summary: 'The process of a task took more memory than its memoryLimitMb, and was killed.',
    remedy: 'Work in smaller pieces, or raise memoryLimitMb if the machine has the memory.',
    retryable: true,
  },
  TASK_PROCESS_DIED: {
    summary: 'The process of a task ended before it had reported.',
    remedy: 'See the end of the task log; signal SIGKILL is often the machine running out of memory.',
    retryable: true,
  },
  TASK_SERVICES_MISSING: {
    summary: 'A task in a process of its own asked for a service of the platform.',
    remedy: "Give it executor: 'in_process': the warehouse and its like belong to one process.",
    retryable: false,
  },
  XCOM_TOO_LARGE: {
    summary: 'A task returned more than an XCom holds.',
    remedy: 'Write it to a table or a file, and return its name.',
    retryable: false,
  },
  XCOM_NOT_A_LIST: {
    summary: 'A task that others are mapped over returned something else than a list.',
    remedy: 'Return a list; an empty one skips the mapped tasks.',
    retryable: false,
  },
  XCOM_LIST_TOO_LONG: {
    summary: 'A task that others are mapped over returned more values than there may be instances.',
    remedy: 'Return batches of the values.',
    retryable: false,
  },
  MAPPED_VALUE_MISSING: {
    summary: 'An instance of a mapped task has no value: the list became shorter after it was expanded.',
    remedy: 'Clear the task that returns the list together with the mapped one.',
    retryable: false,
  },
  MAPPED_VALUE_INVALID: {
    summary: 'An instance of a task with expandKwargs() got something else than an object of arguments.',
    remedy: 'Correct the task that returns the list; each of its values must be an object.',
    retryable: false,
  },
  XCOM_NOT_JSON: {
    summary: 'A task returned a value that JSON cannot hold.',
    remedy: 'Return plain objects, arrays, strings, finite numbers and booleans; a bigint as text.',
    retryable: false,
  },
  XCOM_NOT_STORABLE: {
    summary: 'A task returned a text that PostgreSQL cannot hold.',
    remedy:
      "Take the character out, such as by text.replaceAll('\\0', ''); bytes go into a file, or are base64.",
    retryable: false,
  },
});
