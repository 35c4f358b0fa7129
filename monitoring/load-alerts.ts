import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../lib/errors.ts';
import type { Alarm, Telling } from './alarm.ts';
import { parseAlertFile } from './alert-file.ts';
import type { AlertFile, ParsedAlertFile, WrittenAlarm } from './alert-file.ts';
import { problemOf, writtenOut } from './check-alarm.ts';
import { monitoringErrors } from './errors.ts';
import { parseRule } from './evaluator/rule.ts';
import { inOrder } from './link-alarms.ts';

/**
 * Reads all alert files of a folder, checked against the catalogue of metrics, against each other and against the
 * runbooks that are there. Alarms come in an order in which each stands behind those that it watches. Throws a
 * MONITORING_* error with file, line and column.
 */
export async function loadAlerts(folder: string, runbooks: string): Promise<readonly Alarm[]> {
  const files = (await namesIn(folder, '.yml')).sort();
  const pages = new Set((await namesIn(runbooks, '.md')).map((name) => path.basename(name, '.md')));
  const alarms: Alarm[] = [];
  for (const file of files) {
    const content = await readFile(path.join(folder, file), 'utf8');
    alarms.push(...alarmsIn(parseAlertFile(content, file), pages));
  }
  return inOrder(alarms);
}

/** The alarms of one file, each right by itself. */
export function alarmsIn(
  { written, placeOf }: ParsedAlertFile,
  runbooks: ReadonlySet<string>,
): readonly Alarm[] {
  if (!runbooks.has(written.runbook)) {
    throw monitoringErrors.error('MONITORING_RUNBOOK_MISSING', {
      message: `there is no runbook "${written.runbook}"`,
      where: placeOf(['runbook']),
    });
  }
  return written.alarms.map((each, index) => {
    const place = (at: readonly PropertyKey[]): string => placeOf(['alarms', index, ...at]);
    const alarm = alarmOf(written, each, place);
    const problem = problemOf(alarm);
    if (problem === undefined) return alarm;
    throw monitoringErrors.error(problem.code, {
      message: `${alarm.id}: ${problem.message}`,
      where: place(problem.at),
    });
  });
}

function alarmOf(
  file: AlertFile,
  written: WrittenAlarm,
  place: (at: readonly PropertyKey[]) => string,
): Alarm {
  const out = writtenOut(written.per);
  if ('problem' in out) {
    const { code, message, at } = out.problem;
    throw monitoringErrors.error(code, { message: `${written.id}: ${message}`, where: place(at) });
  }
  const base = {
    id: written.id,
    summary: written.summary,
    owner: file.owner,
    runbook: file.runbook,
    tell: written.tell === undefined ? undefined : tellingOf(written.tell),
    per: out.per,
    where: place(['id']),
  };
  if (written.kind === 'metric') {
    return {
      ...base,
      kind: 'metric',
      metric: written.metric,
      statistic: written.statistic,
      periodSeconds: written.period,
      evaluationPeriods: written.evaluation_periods,
      datapointsToAlarm: written.datapoints_to_alarm,
      comparison: written.comparison,
      threshold: written.threshold,
      missing: written.missing,
    };
  }
  const parsed = parseRule(written.rule);
  if (!parsed.ok) {
    throw monitoringErrors.error('MONITORING_RULE_INVALID', {
      message: `${written.id}: ${parsed.problem}`,
      where: place(['rule']),
    });
  }
  const { suppressor } = written;
  return {
    ...base,
    kind: 'composite',
    rule: parsed.rule,
    suppressor:
      suppressor === undefined
        ? undefined
        : { alarm: suppressor.alarm, waitSeconds: suppressor.wait, extensionSeconds: suppressor.extension },
  };
}

function tellingOf(tell: NonNullable<WrittenAlarm['tell']>): Telling {
  return {
    severity: tell.severity,
    cause: tell.cause,
    explainedBy: tell.explained_by,
    dedupeKey: tell.dedupe_key,
    autoResolve: tell.auto_resolve,
  };
}

async function namesIn(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw monitoringErrors.error('MONITORING_ALERTS_UNREADABLE', {
      message: `it cannot be read: ${messageOf(cause)}`,
      where: folder,
      cause,
    });
  });
  const found = names.filter((name) => name.endsWith(ending));
  if (found.length > 0) return found;
  throw monitoringErrors.error('MONITORING_ALERTS_UNREADABLE', {
    message: `there is no file *${ending} in it`,
    where: folder,
  });
}
