import type { AssetExpression } from './asset.ts';
import type { Schedule, TimeSchedule } from './schedule.ts';

/** One line for people and for comparing: what the schedule is. No two schedules read alike. */
export function describeSchedule(schedule: Schedule): string {
  if (schedule === null) return 'manual';
  if (schedule.kind === 'assets') return `on ${describeAssets(schedule.condition)}`;
  if (schedule.kind !== 'assets_or_time') return describeTime(schedule);
  return `on ${describeAssets(schedule.condition)}, or ${describeTime(schedule.time)}`;
}

function describeTime(schedule: TimeSchedule): string {
  switch (schedule.kind) {
    case 'cron':
      return `${schedule.expressions.join('; ')} (${schedule.timezone})${describeReach(schedule.intervalMs)}`;
    case 'cron_interval':
      return `${schedule.expression} (${schedule.timezone}), at the end of each interval`;
    case 'delta':
      return `every ${describeDelta(schedule.everyMs)}${describeReach(schedule.intervalMs)}`;
    case 'delta_interval':
      return `every ${describeDelta(schedule.everyMs)}, at the end of each interval`;
    case 'events':
      return `at ${schedule.instants.map((instant) => instant.toISOString()).join(', ')}`;
    case 'once':
    case 'continuous':
      return schedule.kind;
  }
}

function describeReach(intervalMs: number): string {
  return intervalMs === 0 ? '' : `, each covering ${describeDelta(intervalMs)}`;
}

function describeAssets(expression: AssetExpression, inner = false): string {
  if (!('kind' in expression)) return expression.name;
  const sign = expression.kind === 'all' ? ' & ' : ' | ';
  const text = expression.of.map((each) => describeAssets(each, true)).join(sign);
  return inner && expression.of.length > 1 ? `(${text})` : text;
}

/** 300000 to `5m`: the largest unit that divides it, so that no two deltas read alike. */
function describeDelta(everyMs: number): string {
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
  for (const [unit, ms] of Object.entries(units)) {
    if (everyMs % ms === 0) return `${everyMs / ms}${unit}`;
  }
  return `${everyMs}ms`;
}
