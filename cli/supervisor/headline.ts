import type { Publication } from '../../transforms/engine/warehouse/state.ts';
import type { Session } from '../../warehouse/warehouse.ts';
import { addTruth } from '../../simulator/order/truth.ts';
import { cliErrors } from '../errors.ts';
import type { Platform } from '../wire.ts';

/** The metrics that the platform stands for; money in currency units, exact to the cent. */
export const headlineMetrics = ['gmv', 'net_revenue', 'fulfilled_orders', 'refunds'] as const;
export type HeadlineMetric = (typeof headlineMetrics)[number];

/** One metric, and what the simulator knows it should be at the published watermark; null without simulator. */
export interface MetricBesideTruth {
  readonly value: string | number;
  readonly truth: string | number | null;
}

/** Rows in each layer of the warehouse. */
export interface LayerRows {
  readonly raw: number;
  readonly staging: number;
  readonly marts: number;
}

/** The state of the platform in a few numbers, all of one publication. */
export interface Headline {
  readonly publication: Publication;
  readonly rows: LayerRows;
  readonly metrics: Readonly<Record<HeadlineMetric, MetricBesideTruth>>;
}

const patienceMs = 60_000;

/**
 * Reads the headline. It takes several statements, and a publication may come in between: then all of them are read
 * again, so that the numbers belong together. A publication counts from when metrics answer from it, which is a moment
 * after its commit.
 */
export async function readHeadline(platform: Platform, hasTruth: boolean): Promise<Headline> {
  const [warehouse, transforms] = await Promise.all([platform.warehouse(), platform.transforms()]);
  const { clock } = platform;
  for (
    const startMs = clock.monotonicMs();
    clock.monotonicMs() - startMs < patienceMs;
    await clock.sleep(20)
  ) {
    const before = await transforms.publication();
    if (before === undefined) throw notPublished();
    await platform.semantic();
    if (platform.servedVersion() !== before.version) continue;
    const [metrics, rows] = await Promise.all([readMetrics(platform), countLayers(warehouse)]);
    const after = await transforms.publication();
    if (after?.version !== before.version) continue;
    const truth = hasTruth ? await readTruth(platform, before.sourceWatermark) : undefined;
    return { publication: before, rows, metrics: beside(metrics, truth) };
  }
  throw cliErrors.error('CLI_RUN_FAILED', { message: 'publications come faster than they can be read' });
}

/** Rows per layer; the warehouse's own bookkeeping is not counted. */
export async function countLayers(session: Session): Promise<LayerRows> {
  const tables = await session.query(
    `select lower(table_schema) as table_schema, table_name from information_schema.tables
     where lower(table_schema) in ('raw', 'staging', 'marts') and table_type = 'BASE TABLE'`,
  );
  const counts = tables.map(
    ({ table_schema: schema, table_name: name }) =>
      `select '${String(schema)}' as layer, count(*) as n from "${String(schema)}"."${String(name)}"`,
  );
  if (counts.length === 0) return { raw: 0, staging: 0, marts: 0 };
  const sums = await session.query(
    `select layer, sum(n)::bigint as n from (${counts.join(' union all ')}) group by layer`,
  );
  const of = (layer: string): number => Number(sums.find((row) => row['layer'] === layer)?.['n'] ?? 0);
  return { raw: of('raw'), staging: of('staging'), marts: of('marts') };
}

type Values = Readonly<Record<HeadlineMetric, string | number>>;

async function readMetrics(platform: Platform): Promise<Values> {
  const semantic = await platform.semantic();
  const { rows } = await semantic.queryMetrics({ metrics: headlineMetrics });
  const text = (name: HeadlineMetric): string => rows[0]?.[name] ?? '0';
  return {
    gmv: toCents(text('gmv')),
    net_revenue: toCents(text('net_revenue')),
    fulfilled_orders: Number(text('fulfilled_orders')),
    refunds: toCents(text('refunds')),
  };
}

/** The shop's orders as of the watermark in its log, and those of Shopify alone in the versions that are published. */
async function readTruth(platform: Platform, watermark: string): Promise<Values> {
  const [simulator, warehouse] = await Promise.all([platform.simulator(), platform.warehouse()]);
  const [ofShop, ofShopify] = await Promise.all([
    simulator.truthAsOf(watermark),
    readOwnVersions(warehouse).then(simulator.ownTruthOf),
  ]);
  const truth = addTruth(ofShop, ofShopify);
  return {
    gmv: minorToCents(truth.gmv),
    net_revenue: minorToCents(truth.net_revenue),
    fulfilled_orders: Number(truth.fulfilled_orders),
    refunds: minorToCents(truth.refunds),
  };
}

/** Orders that exist on Shopify alone, each with the update time (milliseconds) of the version that is published. */
async function readOwnVersions(warehouse: Session): Promise<ReadonlyMap<number, number>> {
  const rows = await warehouse.query(
    "select order_id, cast(updated_at as varchar) as updated_at from marts.fct_orders where source_system = 'shopify'",
  );
  return new Map(
    rows.map(({ order_id: id, updated_at: at }) => [
      Number(id),
      Date.parse(`${String(at).replace(' ', 'T')}Z`),
    ]),
  );
}

function beside(values: Values, truth: Values | undefined): Headline['metrics'] {
  const one = (name: HeadlineMetric): MetricBesideTruth => ({
    value: values[name],
    truth: truth?.[name] ?? null,
  });
  return {
    gmv: one('gmv'),
    net_revenue: one('net_revenue'),
    fulfilled_orders: one('fulfilled_orders'),
    refunds: one('refunds'),
  };
}

/** '1234.5' to '1234.50'. More decimals than two would be a defect of the metric and are kept, so that it shows. */
export function toCents(text: string): string {
  const [whole = '0', decimals = ''] = text.split('.');
  return `${whole}.${decimals.replace(/0+$/, '').padEnd(2, '0')}`;
}

/** 123450n to '1234.50'. */
export function minorToCents(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function notPublished(): Error {
  return cliErrors.error('CLI_RUN_FAILED', { message: 'nothing was published yet' });
}
