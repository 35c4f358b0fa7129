import path from 'node:path';
import process from 'node:process';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/duration.ts';
import { defaultDataDir, packageRoot } from '../config.ts';
import type { SourceFreshness } from '../operations/source-freshness.ts';
import type { Headline, MetricBesideTruth } from '../supervisor/headline.ts';
import { formatCount, renderTable } from './render.ts';

/** What a start has to tell besides the headline. */
export interface RunFacts {
  readonly elapsedMs: number;
  readonly peakRssMb: number;
  /** undefined when the platform is about to end. */
  readonly port: number | undefined;
  /** Of the SQL API, where it is served. */
  readonly sqlPort: number | undefined;
  readonly dataDir: string;
  readonly sources: readonly SourceFreshness[];
}

/** The one object that `start --json` ends with. */
export function summaryObject({ publication, rows, metrics }: Headline, facts: RunFacts): object {
  return {
    publication: {
      version: publication.version,
      publishedAt: toIso(publication.publishedAt),
      sourceWatermark: publication.sourceWatermark,
    },
    rows,
    metrics,
    sources: facts.sources,
    elapsedMs: Math.round(facts.elapsedMs),
    peakRssMb: facts.peakRssMb,
  };
}

/** The summary for people. */
export function renderSummary(headline: Headline, facts: RunFacts, clock: Clock): string {
  const { publication, rows, metrics } = headline;
  const ageMs = clock.now().getTime() - Date.parse(toIso(publication.publishedAt));
  const layers = renderTable(
    ['layer', 'rows'],
    Object.entries(rows).map(([layer, count]) => [layer, formatCount(count)]),
  );
  const values = renderTable(
    ['metric', 'value', "simulator's truth", ''],
    Object.entries(metrics).map(([name, metric]) => [
      name.replaceAll('_', ' '),
      shown(metric.value),
      metric.truth === null ? '-' : shown(metric.truth),
      verdict(metric),
    ]),
  );
  const sources = renderTable(
    ['source', 'where', 'complete up to', ''],
    facts.sources.map(({ source, site, freshTo, behind }) => [
      source,
      site,
      freshTo === null ? '-' : `${freshTo.slice(0, 19)}Z`,
      behind,
    ]),
  );
  return [
    '',
    `Publication ${publication.version}, ${formatDuration(Math.max(0, ageMs))} old, has everything up to ${toLsn(publication.sourceWatermark)} of the shop's log.`,
    '',
    indent(layers),
    '',
    indent(values),
    '',
    indent(sources),
    '',
    `  after ${formatDuration(facts.elapsedMs)}, peak memory ${formatCount(facts.peakRssMb)} MB`,
    '',
    ...(facts.port === undefined ? [] : addresses(facts.port, facts.sqlPort)),
    ...unread(facts),
    'Try:',
    ...suggestions(facts).map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** One line for every later publication; `held` are marts that stand at an older one. */
export function renderTick(
  { publication, metrics }: Headline,
  clock: Clock,
  held: readonly string[],
): string {
  const time = clock.now().toISOString().slice(11, 19);
  const named = Object.entries(metrics).map(([name, metric]) => ({
    name: name.replaceAll('_', ' '),
    ...metric,
  }));
  const values = named.map(({ name, value }) => `${name} ${shown(value)}`);
  return `${time}  publication ${publication.version}  ${values.join('  ')}${againstTruth(named, held)}`;
}

/** What is held back on purpose does not reflect what the truth does: the two must not be compared. */
function againstTruth(
  metrics: ReadonlyArray<MetricBesideTruth & { readonly name: string }>,
  held: readonly string[],
): string {
  if (held.length > 0) return `  held back: ${held.join(', ')}`;
  const wrong = metrics.filter((metric) => !isEqual(metric));
  if (wrong.length > 0)
    return `  BUT TRUTH: ${wrong.map(({ name, truth }) => `${name} ${shown(truth ?? 0)}`).join('  ')}`;
  return metrics.every((metric) => metric.truth === null) ? '' : '  all equal to the truth';
}

/** Whether a metric equals the truth to the cent; true where there is no truth to compare with. */
export function isEqual({ value, truth }: MetricBesideTruth): boolean {
  return truth === null || value === truth;
}

function verdict(metric: MetricBesideTruth): string {
  if (metric.truth === null) return '';
  return isEqual(metric) ? 'equal' : 'DIFFERS';
}

function shown(value: string | number): string {
  if (typeof value === 'number') return formatCount(value);
  const [whole = '', cents = ''] = value.split('.');
  return `${formatCount(BigInt(whole))}.${cents}`;
}

function addresses(port: number, sqlPort: number | undefined): string[] {
  const base = `http://127.0.0.1:${port}`;
  return [
    `Metrics to look at: ${base}/metrics`,
    `Metrics over REST:  ${base}/cubejs-api/v1/load   (model: ${base}/cubejs-api/v1/meta)`,
    ...(sqlPort === undefined
      ? []
      : [`Metrics in SQL:     psql -h 127.0.0.1 -p ${sqlPort} shopwave   (or any PostgreSQL driver)`]),
    `Health:             ${base}/readyz`,
    '',
  ];
}

/** With `--once` the shop alone is read; who does not know waits for the others in vain. */
export function unread({ port, sources }: Pick<RunFacts, 'port' | 'sources'>): string[] {
  const names = sources
    .filter(({ source, site, freshTo }) => source !== 'shop' && site !== 'not configured' && freshTo === null)
    .map(({ source }) => source);
  if (port !== undefined || names.length === 0) return [];
  return [`Read by a running platform (\`start\` without --once): ${names.join(', ')}.`, ''];
}

function suggestions({ dataDir, port }: RunFacts): string[] {
  const command = path.relative(process.cwd(), path.join(packageRoot, 'bin/shopwave')) || 'shopwave';
  const isDefault = dataDir === defaultDataDir();
  const where = isDefault ? '' : ` --data-dir ${dataDir}`;
  return [
    `${command} metrics query gmv net_revenue --grain month${where}`,
    `${command} warehouse query "select * from marts.fct_orders limit 5"${where}`,
    port === undefined ? `${command} start${where}` : `${command} runs list${where}`,
  ];
}

/** 16 hex digits to PostgreSQL's way of writing a log position. */
function toLsn(position: string): string {
  return [position.slice(0, 8), position.slice(8)]
    .map((half) => Number.parseInt(half, 16).toString(16).toUpperCase())
    .join('/');
}

/** The warehouse prints UTC times without a zone. */
export function toIso(timestamp: string): string {
  return new Date(`${timestamp.replace(' ', 'T')}Z`).toISOString();
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
