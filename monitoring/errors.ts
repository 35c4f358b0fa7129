import { errorCatalog } from '../lib/errors.ts';

export const monitoringErrors = errorCatalog({
  MONITORING_ALERTS_UNREADABLE: {
    summary: 'The folder of alert definitions or of runbooks cannot be read, or holds none.',
    remedy: 'Point monitoring at the folders that hold the alert files (*.yml) and the runbooks (*.md).',
    retryable: false,
  },
  MONITORING_ALERT_INVALID: {
    summary: 'An alert file is not written as alert files are.',
    remedy:
      'Correct the file at the line named here; monitoring/alerts/freshness.yml shows how it is written.',
    retryable: false,
  },
  MONITORING_METRIC_UNKNOWN: {
    summary: 'An alert names a metric or dimension that the catalogue does not have.',
    remedy: 'Correct the name, or add the metric to monitoring/metrics.ts.',
    retryable: false,
  },
  MONITORING_WINDOW_IMPOSSIBLE: {
    summary: 'An alert looks at a window that CloudWatch refuses, or in which its metric cannot be seen.',
    remedy: 'Change period, evaluation_periods or datapoints_to_alarm as the message says.',
    retryable: false,
  },
  MONITORING_RULE_INVALID: {
    summary: 'The rule of a composite alarm cannot be read, or refers to what is not there.',
    remedy:
      'Write it of ALARM(id), OK(id), INSUFFICIENT_DATA(id), TRUE, FALSE, AND, OR, NOT and parentheses.',
    retryable: false,
  },
  MONITORING_RUNBOOK_MISSING: {
    summary: 'An alert names a runbook that is not there.',
    remedy: 'Write docs/runbooks/<name>.md: symptom, check, fix, and the command.',
    retryable: false,
  },
});
