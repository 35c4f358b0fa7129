/** Units as CloudWatch spells them. */
export type MetricUnit = 'Seconds' | 'Milliseconds' | 'Count' | 'None';

/** What can be measured apart: every dimension and all values it may have. Alarms exist for known values only. */
export const dimensions = {
  source: ['shop', 'stripe', 'shopify', 'zendesk'],
  api: ['stripe', 'shopify', 'zendesk'],
  mart: [
    'agg_backlog_daily',
    'agg_backlog_moves_daily',
    'agg_carrier_daily',
    'agg_finance_daily',
    'agg_fulfilment_daily',
    'agg_gift_card_moves_daily',
    'agg_gift_cards_daily',
    'agg_processor_daily',
    'agg_processor_moves_daily',
    'agg_support_daily',
    'agg_support_moves_daily',
    'dim_carrier',
    'dim_channel',
    'dim_currency',
    'dim_customer',
    'dim_date',
    'dim_geography',
    'dim_payment_method',
    'dim_product',
    'dim_seller',
    'fct_order_events',
    'fct_order_lines',
    'fct_orders',
    'fct_payments',
    'fct_payouts',
    'fct_shipments',
    'fct_support_tickets',
    'fx_rate',
  ],
  reconciliation: ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9'],
  volume: ['data', 'archive'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type DimensionName = keyof typeof dimensions;

/** One metric of the catalogue. */
export interface MetricDefinition {
  readonly unit: MetricUnit;
  /** What a value says. */
  readonly meaning: string;
  /** The part that publishes it. */
  readonly from: string;
  readonly dimensions: readonly DimensionName[];
  /**
   * Seconds between two values while all is well; undefined where a value comes with an event, so that silence means
   * nothing.
   */
  readonly everySeconds: number | undefined;
}

const tick = 300;
const minute = 60;
const hour = 3_600;

const table = {
  source_freshness_seconds: gauge(
    'Seconds',
    'Now less the source time of the newest change that is loaded',
    'load',
    tick,
    ['source'],
  ),
  source_tick_late: gauge(
    'None',
    '1 for a tick of capture that ends more than 10 minutes behind the shop, else 0',
    'capture',
    tick,
  ),
  mart_freshness_seconds: gauge(
    'Seconds',
    'Now less the source time up to which a mart reflects the shop',
    'publish',
    tick,
    ['mart'],
  ),
  tick_completed: gauge('Count', '1 for every tick of shop_ingest that ended well', 'scheduler', tick),
  canary_age_seconds: gauge(
    'Seconds',
    'Now less the time at which the newest canary row seen in the marts was written at the source',
    'canary',
    tick,
  ),
  slot_lost: gauge('None', '1 when the slot is unreserved, lost or missing, else 0', 'capture', tick),
  slot_budget_left_ratio: gauge(
    'None',
    'Share of max_slot_wal_keep_size that may still be written before the slot is lost',
    'capture',
    tick,
  ),
  slot_exhaustion_seconds: gauge(
    'Seconds',
    'Time until that budget is used up, at the present rate',
    'capture',
    tick,
  ),
  slot_transaction_seconds: gauge(
    'Seconds',
    'Age of the oldest open transaction at the source',
    'capture',
    tick,
  ),
  capture_refused: gauge(
    'None',
    '1 when the preflight refused to read (publication, slot, timeline or cluster changed), else 0',
    'capture',
    tick,
  ),
  source_volume_ratio: gauge(
    'None',
    'Rows of the hour over the median of the same hour of the week',
    'load',
    hour,
    ['source'],
  ),
  source_volume_deviation: gauge(
    'None',
    'Distance of the rows of the hour from that median, in median absolute deviations',
    'load',
    hour,
    ['source'],
  ),
  reconciliation_differences: gauge(
    'Count',
    'Rows in which both sides of a reconciliation differ, settled ones only',
    'quality',
    hour,
    ['reconciliation'],
  ),
  drift_open_warnings: gauge(
    'Count',
    'Changes of shape of severity warn that nobody has decided on',
    'drift',
    tick,
    ['source'],
  ),
  drift_open_pages: gauge(
    'Count',
    'Changes of shape of severity page that nobody has decided on',
    'drift',
    tick,
    ['source'],
  ),
  quarantine_ratio: gauge('None', 'Rows set aside over rows read, of the tick', 'staging', tick, ['source']),
  tasks_failed: event('Count', 'Task attempts that failed with no retry left', 'scheduler'),
  task_running_ratio: gauge(
    'None',
    'The longest run time of a running task over its usual one (p99 of the last 14 days)',
    'scheduler',
    minute,
  ),
  task_start_delay_seconds: gauge(
    'Seconds',
    'The longest wait of a task that could run',
    'scheduler',
    minute,
  ),
  publish_held_seconds: gauge(
    'Seconds',
    'How long a mart has been held back; 0 when it is not',
    'publish',
    tick,
    ['mart'],
  ),
  pan_hits: event('Count', 'Card numbers found in free text and taken out', 'landing'),
  api_refused: event(
    'None',
    '1 for an extract that the API refused (401, 403), 0 for one that it let in',
    'extract',
    ['api'],
  ),
  api_quota_used_ratio: event('None', 'Share of an API’s quota in use', 'extract', ['api']),
  semantic_query_milliseconds: event('Milliseconds', 'Time from question to answer of one query', 'semantic'),
  semantic_query_failed: event(
    'None',
    '1 for a query that failed for no fault of its asker, else 0',
    'semantic',
  ),
  cost_budget_used_ratio: gauge('None', 'Credits of the day over the day’s budget', 'cost', hour),
  disk_used_ratio: gauge('None', 'Share of a volume that is used', 'supervisor', minute, ['volume']),
  archive_damaged_files: event(
    'Count',
    'Files whose size or checksum is not what their manifest says',
    'archive',
  ),
  archive_put_failed: event(
    'Count',
    'Ticks that could not write to the archive after all retries',
    'landing',
  ),
  clock_skew_seconds: gauge('Seconds', 'Distance of this machine’s clock from the source’s', 'capture', tick),
  alert_delivery_failed: event('Count', 'Notices that a sink did not take after all retries', 'alerts'),
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** All metrics by name; alarms may name no other. */
export const metrics: Readonly<Record<string, MetricDefinition>> = table;

function gauge(
  unit: MetricUnit,
  meaning: string,
  from: string,
  everySeconds: number,
  dimensions: readonly DimensionName[] = [],
): MetricDefinition {
  return { unit, meaning, from, dimensions, everySeconds };
}

function event(
  unit: MetricUnit,
  meaning: string,
  from: string,
  dimensions: readonly DimensionName[] = [],
): MetricDefinition {
  return { unit, meaning, from, dimensions, everySeconds: undefined };
}
