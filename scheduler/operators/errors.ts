import { errorCatalog } from '../../lib/errors.ts';

/** What operators and sensors report, by stable code. */
export const operatorErrors = errorCatalog({
  BASH_COMMAND_FAILED: {
    summary: 'The command of a bash task ended with an exit code that is not 0, or was killed.',
    remedy: 'Read the task log: it holds what the command wrote.',
    retryable: true,
  },
  BASH_NOT_STARTED: {
    summary: 'The command of a bash task could not be started.',
    remedy: 'Check that bash is installed, and that cwd names a folder that exists.',
    retryable: true,
  },
  SQL_TASK_STOPPED: {
    summary: 'A SQL task was told to stop between two of its statements.',
    remedy: 'Nothing to do: what had run by then stays, and the task starts over from its first statement.',
    retryable: true,
  },
  TRIGGERED_RUN_FAILED: {
    summary: 'The run that a task triggered, and waited for, did not succeed.',
    remedy: 'Repair that run; then mark this task as success, or clear it to trigger another run.',
    retryable: false,
  },
  SENSOR_CONDITION_FAILED: {
    summary: 'What a sensor waits for has failed, or can not come true any more.',
    remedy: 'Repair what it waits for, then clear the sensor.',
    retryable: false,
  },
  HTTP_SENSOR_FAILED: {
    summary: 'The server that an HTTP sensor asks could not be reached, or answered with an error.',
    remedy: 'Check the address and the server; list statuses that mean "not yet" in notYetOn.',
    retryable: true,
  },
  EXTERNAL_TASK_MISSING: {
    summary: 'The DAG or task that a sensor waits for does not exist.',
    remedy: 'Correct dagId and taskIds; `shopwave dags list` has the DAGs that are loaded.',
    retryable: false,
  },
  EXTERNAL_DATE_UNKNOWN: {
    summary: 'A sensor waits for the run of the same logical date, and its own run has none.',
    remedy:
      'Give the sensor `logicalDates`, or wait for an asset: manual and asset-triggered runs have no date.',
    retryable: false,
  },
});
