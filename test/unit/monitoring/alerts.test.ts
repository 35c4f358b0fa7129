import path from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { Alarm } from '../../../monitoring/alarm.ts';
import { evaluateAlarms, tellable } from '../../../monitoring/evaluator/evaluate.ts';
import type { Statuses } from '../../../monitoring/evaluator/evaluate.ts';
import { instancesOf } from '../../../monitoring/evaluator/instances.ts';
import type { AlarmInstance } from '../../../monitoring/evaluator/instances.ts';
import { alertOf, noIncidents } from '../../../monitoring/incidents/incident.ts';
import type { IncidentState, Notice } from '../../../monitoring/incidents/incident.ts';
import { reconcile } from '../../../monitoring/incidents/reconcile.ts';
import { loadAlerts } from '../../../monitoring/load-alerts.ts';
import { metrics } from '../../../monitoring/metrics.ts';
import { healthyMetrics, world } from './synthetic.ts';
import type { Wrongs } from './synthetic.ts';

const root = path.join(import.meta.dirname, '../../..');
const minute = 60_000;
const hours = 60;
/** Some Monday at noon. */
const start = Date.UTC(2026, 5, 1, 12);

let alarms: readonly Alarm[] = [];
let instances: readonly AlarmInstance[] = [];
beforeAll(async () => {
  alarms = await loadAlerts(path.join(root, 'monitoring/alerts'), path.join(root, 'docs/runbooks'));
  instances = instancesOf(alarms);
});

interface Outcome {
  /** Minutes from the fault until the alarm fired, and from its end until nothing did. */
  readonly firedAfter: number;
  readonly resolvedAfter: number;
  /** What fired, when the alarm did. */
  readonly firing: readonly string[];
  readonly notices: readonly Notice[];
}

/** Breaks something until an alarm fires, or for as long as told, then mends it until none does. */
function happen(wrongs: Wrongs, alarm: string, options: { step?: number; lasts?: number } = {}): Outcome {
  const step = options.step ?? 1;
  let statuses: Statuses = new Map();
  let state: IncidentState = noIncidents;
  const notices: Notice[] = [];
  const firingAt = (nowMs: number, wrongToMs: number): readonly string[] => {
    statuses = evaluateAlarms(instances, statuses, world(wrongs, start, wrongToMs), nowMs);
    const told = tellable(instances, statuses);
    const firing = told.flatMap((each) => alertOf(each) ?? []);
    const outcome = reconcile(state, { nowMs, firing, windows: [], closed: [] });
    state = outcome.state;
    notices.push(...outcome.notices);
    return told.map(({ key }) => key);
  };
  expect(firingAt(start, Infinity)).toEqual([]);
  let firedAfter = 0;
  let firing: readonly string[] = [];
  do {
    firedAfter += step;
    firing = firingAt(start + firedAfter * minute, Infinity);
  } while (!firing.includes(alarm) && firedAfter < 100 * hours);
  let lasted = firedAfter;
  while (lasted < (options.lasts ?? 0)) {
    lasted += step;
    firing = firingAt(start + lasted * minute, Infinity);
  }
  const mended = start + lasted * minute;
  let resolvedAfter = 0;
  let left = firing;
  while (left.length > 0 && resolvedAfter < 100 * hours) {
    resolvedAfter += step;
    left = firingAt(mended + resolvedAfter * minute, mended);
  }
  for (const wait of [5, 6]) firingAt(mended + (resolvedAfter + wait) * minute, mended);
  return { firedAfter, resolvedAfter, firing, notices };
}

interface Fault {
  readonly wrongs: Wrongs;
  /** It fires within so many minutes of its reason, and is over within so many of its end. */
  readonly fires: number;
  readonly resolves: number;
  /** What else fires for the same reason. */
  readonly also?: readonly string[];
  readonly step?: number;
}

const everyNth = (n: number) => (tick: number) => (tick % n === 0 ? 1 : 0);

const faults: Readonly<Record<string, Fault>> = {
  'shop-burn-fast': { wrongs: { source_tick_late: 1 }, fires: 11, resolves: 6 },
  'shop-burn-slow': { wrongs: { source_tick_late: everyNth(12) }, fires: 5 * hours, resolves: 31, step: 5 },
  'shop-burn-budget': {
    wrongs: { source_tick_late: everyNth(48) },
    fires: 73 * hours,
    resolves: 25 * hours,
    step: 60,
  },
  'shop-stale{source=shop}': { wrongs: { 'source_freshness_seconds/shop': 1_900 }, fires: 11, resolves: 6 },
  'api-stale{source=stripe}': {
    wrongs: { 'source_freshness_seconds/stripe': 7_300 },
    fires: 11,
    resolves: 6,
  },
  'mart-stale{mart=fct_orders}': {
    wrongs: { 'mart_freshness_seconds/fct_orders': 1_900 },
    fires: 11,
    resolves: 6,
  },
  'tick-missed': { wrongs: { tick_completed: 'silence' }, fires: 16, resolves: 6 },
  'canary-late': { wrongs: { canary_age_seconds: 1_900 }, fires: 6, resolves: 6 },
  'slot-lost': { wrongs: { slot_lost: 1 }, fires: 5, resolves: 6 },
  'slot-budget-half': { wrongs: { slot_budget_left_ratio: 0.45 }, fires: 6, resolves: 6 },
  'slot-budget-low': {
    wrongs: { slot_budget_left_ratio: 0.1 },
    fires: 6,
    resolves: 6,
    also: ['slot-budget-half'],
  },
  'slot-exhaustion': { wrongs: { slot_exhaustion_seconds: 7_200 }, fires: 11, resolves: 6 },
  'slot-transaction': { wrongs: { slot_transaction_seconds: 1_900 }, fires: 6, resolves: 6 },
  'capture-refused': { wrongs: { capture_refused: 1 }, fires: 5, resolves: 6 },
  'volume-none{source=shop}': { wrongs: { 'source_volume_ratio/shop': 0 }, fires: 61, resolves: 61 },
  'volume-tenfold{source=zendesk}': {
    wrongs: { 'source_volume_ratio/zendesk': 12 },
    fires: 61,
    resolves: 61,
  },
  'volume-unusual{source=shopify}': {
    wrongs: { 'source_volume_deviation/shopify': 9 },
    fires: 2 * hours + 1,
    resolves: 3 * hours,
  },
  'payments-differ{reconciliation=r1}': {
    wrongs: { 'reconciliation_differences/r1': 1 },
    fires: 61,
    resolves: 61,
  },
  'layers-differ{reconciliation=r9}': {
    wrongs: { 'reconciliation_differences/r9': 3 },
    fires: 61,
    resolves: 61,
  },
  'drift-page{source=shop}': { wrongs: { 'drift_open_pages/shop': 1 }, fires: 6, resolves: 6 },
  'drift-warn{source=stripe}': { wrongs: { 'drift_open_warnings/stripe': 1 }, fires: 6, resolves: 6 },
  'quarantine-some{source=shop}': { wrongs: { 'quarantine_ratio/shop': 0.0001 }, fires: 6, resolves: 6 },
  'quarantine-many{source=shop}': {
    wrongs: { 'quarantine_ratio/shop': 0.002 },
    fires: 6,
    resolves: 6,
    also: ['quarantine-some{source=shop}'],
  },
  'task-failed': { wrongs: { tasks_failed: 1 }, fires: 6, resolves: 8 * 3 },
  'task-stuck': { wrongs: { task_running_ratio: 6 }, fires: 11, resolves: 6 },
  'task-late': { wrongs: { task_start_delay_seconds: 700 }, fires: 11, resolves: 6 },
  'publish-held{mart=fct_orders}': {
    wrongs: { 'publish_held_seconds/fct_orders': 300 },
    fires: 6,
    resolves: 6,
  },
  'publish-held-long{mart=fct_orders}': {
    wrongs: { 'publish_held_seconds/fct_orders': 3_700 },
    fires: 6,
    resolves: 6,
    also: ['publish-held{mart=fct_orders}'],
  },
  'pan-hit': { wrongs: { pan_hits: 1 }, fires: 2, resolves: 5 },
  'api-refused{api=stripe}': { wrongs: { 'api_refused/stripe': 1 }, fires: 6, resolves: 6 },
  'api-quota{api=shopify}': { wrongs: { 'api_quota_used_ratio/shopify': 0.9 }, fires: 16, resolves: 16 },
  'semantic-slow': { wrongs: { semantic_query_milliseconds: 9_000 }, fires: 16, resolves: 6 },
  'semantic-errors': { wrongs: { semantic_query_failed: everyNth(4) }, fires: 16, resolves: 6 },
  'cost-near': { wrongs: { cost_budget_used_ratio: 0.9 }, fires: 61, resolves: 61 },
  'cost-over': { wrongs: { cost_budget_used_ratio: 1.1 }, fires: 61, resolves: 61, also: ['cost-near'] },
  'cost-runaway': {
    wrongs: { cost_budget_used_ratio: 1.6 },
    fires: 61,
    resolves: 61,
    also: ['cost-near', 'cost-over'],
  },
  'disk-filling{volume=data}': { wrongs: { 'disk_used_ratio/data': 0.85 }, fires: 6, resolves: 6 },
  'disk-full{volume=data}': {
    wrongs: { 'disk_used_ratio/data': 0.99 },
    fires: 5,
    resolves: 6,
    also: ['disk-filling{volume=data}'],
  },
  'archive-damaged': { wrongs: { archive_damaged_files: 1 }, fires: 5, resolves: 16 },
  'archive-unreachable': { wrongs: { archive_put_failed: 1 }, fires: 16, resolves: 20 },
  'clock-skew': { wrongs: { clock_skew_seconds: 3_600 }, fires: 11, resolves: 6 },
  'alert-undelivered': { wrongs: { alert_delivery_failed: 1 }, fires: 5, resolves: 16 },
};

test.each(Object.entries(faults))('%s fires for its reason, alone, and is over with it', (key, fault) => {
  const { firedAfter, resolvedAfter, firing, notices } = happen(fault.wrongs, key, { step: fault.step ?? 1 });
  expect([...firing].sort()).toEqual([key, ...(fault.also ?? [])].sort());
  expect(firedAfter).toBeLessThanOrEqual(fault.fires);
  expect(resolvedAfter).toBeLessThanOrEqual(fault.resolves);
  const alarm = alarms.find(({ id }) => id === key.replace(/\{.*/, ''));
  const [first, ...rest] = notices.filter(({ kind }) => kind !== 'escalated');
  expect(first?.kind).toBe('opened');
  expect(rest.map(({ kind }) => kind)).toEqual(alarm?.tell?.autoResolve === false ? [] : ['resolved']);
  expect(notices.findLast(({ kind }) => kind !== 'resolved')?.severity).toBe(alarm?.tell?.severity);
});

it('every alarm that people are told of is made to fire', () => {
  const made = new Set(Object.keys(faults).map((key) => key.replace(/\{.*/, '')));
  const told = alarms.filter(({ tell }) => tell !== undefined).map(({ id }) => id);
  expect([...made].sort()).toEqual([...told].sort());
});

it('every metric of the catalogue is watched, and has a value while all is well', () => {
  const watched = new Set(alarms.flatMap((alarm) => (alarm.kind === 'metric' ? [alarm.metric] : [])));
  expect(Object.keys(metrics).filter((name) => !watched.has(name))).toEqual([]);
  expect([...healthyMetrics].sort()).toEqual(Object.keys(metrics).sort());
});

it('a part of a composite alarm tells nobody and is watched by one', () => {
  const parts = alarms.filter(({ tell }) => tell === undefined).map(({ id }) => id);
  const rules = JSON.stringify(alarms.flatMap((alarm) => (alarm.kind === 'composite' ? [alarm.rule] : [])));
  expect(parts.filter((id) => !rules.includes(`"${id}"`))).toEqual([]);
});

describe('what goes wrong together is told once', () => {
  const opened = ({ notices }: Outcome) =>
    notices.filter(({ kind }) => kind === 'opened').map(({ incident }) => incident.id);
  const causes = ({ notices }: Outcome) => notices.at(-1)?.incident.cause;

  it('an API is away: refused, stale, without rows', () => {
    const outcome = happen(
      { 'api_refused/stripe': 1, 'source_freshness_seconds/stripe': 9_000, 'source_volume_ratio/stripe': 0 },
      'volume-none{source=stripe}',
      { lasts: hours },
    );
    expect(outcome.firing).toHaveLength(3);
    expect(opened(outcome)).toEqual([1]);
    expect(causes(outcome)).toBe('source/stripe');
  });

  it('the shop’s database is away, and every mart grows old', () => {
    const outcome = happen(
      {
        'source_freshness_seconds/shop': 9_000,
        source_tick_late: 1,
        mart_freshness_seconds: 9_000,
        canary_age_seconds: 9_000,
        'source_volume_ratio/shop': 0,
        slot_exhaustion_seconds: 7_200,
      },
      'canary-late',
      { lasts: 3 * hours },
    );
    expect(outcome.firing.length).toBeGreaterThan(30);
    expect(opened(outcome)).toEqual([1]);
    expect(causes(outcome)).toBe('source/shop');
  });

  it('the whole platform is gone: silence everywhere', () => {
    const silent = Object.fromEntries(healthyMetrics.map((name) => [name, 'silence' as const]));
    const outcome = happen(silent, 'tick-missed', { lasts: 2 * hours });
    expect([...outcome.firing].sort()).toEqual(['canary-late', 'tick-missed']);
    expect(opened(outcome)).toEqual([1]);
    expect(causes(outcome)).toBe('scheduler');
  });

  it('two APIs are away: two pages', () => {
    const outcome = happen({ 'api_refused/stripe': 1, 'api_refused/zendesk': 1 }, 'api-refused{api=zendesk}');
    expect(opened(outcome)).toEqual([1, 2]);
  });
});

it('a day in which all is well tells nothing', () => {
  let statuses: Statuses = new Map();
  for (let at = 0; at <= 24 * hours; at += 5) {
    statuses = evaluateAlarms(instances, statuses, world({}, 0, 0), start + at * minute);
    expect(tellable(instances, statuses)).toEqual([]);
  }
});

it('a metric that never existed is no alarm, unless its silence is one', () => {
  const statuses = evaluateAlarms(instances, new Map(), () => [], start);
  expect(tellable(instances, statuses).map(({ key }) => key)).toEqual(['canary-late', 'tick-missed']);
});
