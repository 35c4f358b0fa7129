import { parseDurationMs } from '../../lib/duration.ts';
import { parseCron } from '../core/cron-expression.ts';
import { mustTimezone } from '../core/time-zone.ts';
import { schedulerErrors } from '../errors.ts';
import type { Asset } from './asset.ts';

/** When a DAG runs by itself; null means only when somebody triggers it. */
export type Schedule = CronSchedule | DeltaSchedule | AssetSchedule | null;

export interface CronSchedule {
  readonly kind: 'cron';
  /** Five fields; a preset such as `@daily` is expanded before it is stored. */
  readonly expression: string;
  readonly timezone: string;
}

export interface DeltaSchedule {
  readonly kind: 'delta';
  readonly everyMs: number;
}

export interface AssetSchedule {
  readonly kind: 'assets';
  readonly assets: readonly Asset[];
  /** Whether a run waits for all of them, or any one is enough (Airflow's AssetAll and AssetAny). */
  readonly match: 'all' | 'any';
}

const presets: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@quarterly': '0 0 1 */3 *',
  '@yearly': '0 0 1 1 *',
};

/** A run at each tick of a cron expression, read in `timezone`: `cron('30 6 * * MON-FRI', 'Europe/Zurich')`. */
export function cron(expression: string, timezone = 'UTC'): CronSchedule {
  const expanded = presets[expression.trim()] ?? expression.trim().replaceAll(/\s+/g, ' ');
  parseCron(expanded);
  return { kind: 'cron', expression: expanded, timezone: mustTimezone(timezone) };
}

/** A run every so often: `every('5m')`. Ticks are multiples of the delta since the DAG's startDate, else since 1970. */
export function every(duration: string): DeltaSchedule {
  const everyMs = parseDurationMs(duration);
  if (everyMs >= 1000) return { kind: 'delta', everyMs };
  throw schedulerErrors.error('DAG_ARGUMENT_INVALID', {
    message: `every('${duration}') is below one second`,
  });
}

/** A run once every one of these assets was produced anew since the last run. */
export function onAssets(assets: readonly Asset[]): AssetSchedule {
  return assetSchedule('onAssets', assets, 'all');
}

/** A run as soon as any of these assets was produced anew since the last run. */
export function onAnyAsset(assets: readonly Asset[]): AssetSchedule {
  return assetSchedule('onAnyAsset', assets, 'any');
}

function assetSchedule(door: string, assets: readonly Asset[], match: AssetSchedule['match']): AssetSchedule {
  if (assets.length > 0) return { kind: 'assets', assets, match };
  throw schedulerErrors.error('DAG_ARGUMENT_INVALID', { message: `${door}([]) names no asset` });
}

/** One line for people and for comparing: what the schedule is. */
export function describeSchedule(schedule: Schedule): string {
  if (schedule === null) return 'manual';
  if (schedule.kind === 'cron') return `${schedule.expression} (${schedule.timezone})`;
  if (schedule.kind === 'delta') return `every ${describeDelta(schedule.everyMs)}`;
  return `on ${schedule.assets.map((each) => each.name).join(schedule.match === 'all' ? ' & ' : ' | ')}`;
}

/** 300000 to `5m`: the largest unit that divides it, so that no two deltas read alike. */
function describeDelta(everyMs: number): string {
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
  for (const [unit, ms] of Object.entries(units)) {
    if (everyMs % ms === 0) return `${everyMs / ms}${unit}`;
  }
  return `${everyMs}ms`;
}
