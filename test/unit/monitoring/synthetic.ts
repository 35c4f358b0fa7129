import { dimensions, metrics } from '../../../monitoring/metrics.ts';
import type { SamplesOf } from '../../../monitoring/evaluator/datapoints.ts';

/** A value, one by the number of the tick, or nothing at all. */
export type Wrong = number | ((tick: number) => number) | 'silence';

/** Metrics, or one series of a metric as `mart_freshness_seconds/fct_orders`, that are not as they should be. */
export type Wrongs = Readonly<Record<string, Wrong>>;

/** What each metric says while all is well; of events, how they are while nothing is asked and nothing fails. */
const well: Readonly<Record<string, number | 'silence'>> = {
  source_freshness_seconds: 240,
  source_tick_late: 0,
  mart_freshness_seconds: 500,
  tick_completed: 1,
  canary_age_seconds: 500,
  slot_lost: 0,
  slot_budget_left_ratio: 0.97,
  slot_exhaustion_seconds: 400_000,
  slot_transaction_seconds: 3,
  capture_refused: 0,
  source_volume_ratio: 1.1,
  source_volume_deviation: 1.5,
  reconciliation_differences: 0,
  drift_open_warnings: 0,
  drift_open_pages: 0,
  quarantine_ratio: 0,
  tasks_failed: 'silence',
  task_running_ratio: 0.7,
  task_start_delay_seconds: 2,
  publish_held_seconds: 0,
  pan_hits: 'silence',
  api_refused: 0,
  api_quota_used_ratio: 0.2,
  semantic_query_milliseconds: 80,
  semantic_query_failed: 0,
  cost_budget_used_ratio: 0.6,
  disk_used_ratio: 0.4,
  archive_damaged_files: 'silence',
  archive_put_failed: 'silence',
  clock_skew_seconds: 0.2,
  alert_delivery_failed: 'silence',
};

export const healthyMetrics = Object.keys(well);

/** A platform that was always well but for some metrics in `[fromMs, toMs)`. */
export function world(wrongs: Wrongs, wrongFromMs: number, wrongToMs: number): SamplesOf {
  for (const name of Object.keys(wrongs)) mustKnow(name);
  return (metric, series, fromMs, toMs) => {
    // An event comes once a minute where it comes at all.
    const everyMs = (metrics[metric]?.everySeconds ?? 60) * 1000;
    const good = well[metric] ?? 'silence';
    const bad = wrongs[[metric, ...Object.values(series)].join('/')] ?? wrongs[metric] ?? good;
    const samples: { atMs: number; value: number }[] = [];
    for (let tick = Math.ceil(fromMs / everyMs); tick * everyMs < toMs; tick += 1) {
      const atMs = tick * everyMs;
      const said = atMs >= wrongFromMs && atMs < wrongToMs ? bad : good;
      if (said !== 'silence') samples.push({ atMs, value: typeof said === 'number' ? said : said(tick) });
    }
    return samples;
  };
}

function mustKnow(name: string): void {
  const [metric = '', value] = name.split('/');
  const [dimension] = metrics[metric]?.dimensions ?? [];
  const known: readonly string[] = dimension === undefined ? [] : dimensions[dimension];
  if (!(metric in well) || (value !== undefined && !known.includes(value)))
    throw new Error(`no series ${name}`);
}
