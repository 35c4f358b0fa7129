import type { Alarm, CompositeAlarm } from './alarm.ts';
import { childProblem } from './check-alarm.ts';
import { monitoringErrors } from './errors.ts';
import { alarmsOf } from './evaluator/rule.ts';

/**
 * Alarms, each behind those that it watches. Throws where an id is given twice, where a composite alarm names one that
 * is not there or does not fit, or where alarms watch each other in a circle.
 */
export function inOrder(alarms: readonly Alarm[]): readonly Alarm[] {
  const byId = new Map<string, Alarm>();
  for (const alarm of alarms) {
    const other = byId.get(alarm.id);
    if (other !== undefined) {
      throw monitoringErrors.error('MONITORING_ALERT_INVALID', {
        message: `${alarm.id} is defined twice, first in ${other.where}`,
        where: alarm.where,
      });
    }
    byId.set(alarm.id, alarm);
  }
  const done = new Set<string>();
  const sorted: Alarm[] = [];
  const visit = (alarm: Alarm, above: readonly string[]): void => {
    if (done.has(alarm.id)) return;
    if (above.includes(alarm.id)) {
      throw invalid(
        alarm,
        `it watches itself: ${[...above.slice(above.indexOf(alarm.id)), alarm.id].join(' > ')}`,
      );
    }
    if (alarm.kind === 'composite') {
      for (const child of childrenOf(alarm, byId)) visit(child, [...above, alarm.id]);
    }
    done.add(alarm.id);
    sorted.push(alarm);
  };
  for (const alarm of alarms) visit(alarm, []);
  return sorted;
}

function childrenOf(alarm: CompositeAlarm, byId: ReadonlyMap<string, Alarm>): readonly Alarm[] {
  const named = [
    ...alarmsOf(alarm.rule),
    ...(alarm.suppressor === undefined ? [] : [alarm.suppressor.alarm]),
  ];
  return named.map((id) => {
    const child = byId.get(id);
    if (child === undefined) throw invalid(alarm, `there is no alarm "${id}"`);
    const problem = childProblem(alarm, child);
    if (problem !== undefined) throw invalid(alarm, problem);
    return child;
  });
}

function invalid(alarm: Alarm, message: string): Error {
  return monitoringErrors.error('MONITORING_RULE_INVALID', {
    message: `${alarm.id}: ${message}`,
    where: alarm.where,
  });
}
