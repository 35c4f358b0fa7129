import type { Metric, MetricCatalog } from '../server/metric-catalog.ts';
import type { MetricResult } from '../server/metric-query.ts';
import { dimensionTitle } from './catalog-choices.ts';
import { drawChart } from './chart.ts';
import { chartOf } from './chart-data.ts';
import { csvName, toCsv } from './csv.ts';
import { button, byId, element } from './dom.ts';
import { drillOf } from './drill.ts';
import { shownNumber, unitTitles } from './exact-number.ts';
import { chartKinds } from './state.ts';
import type { ChartKind, ExplorerState } from './state.ts';
import { table } from './table.ts';

export interface AnswerViewOptions {
  readonly catalog: MetricCatalog;
  readonly onChange: (change: Partial<ExplorerState>) => void;
}

export interface AnswerView {
  readonly show: (result: MetricResult, metrics: readonly Metric[], state: ExplorerState) => void;
}

const kindTitles: Readonly<Record<ChartKind, string>> = {
  auto: 'What fits',
  line: 'Lines',
  bars: 'Bars',
  none: 'No chart',
};

/** An answer as figures or chart, and as table. */
export function createAnswerView({ catalog, onChange }: AnswerViewOptions): AnswerView {
  const kind = element(
    'select',
    { id: 'kind' },
    chartKinds.map((each) => element('option', { value: each }, [kindTitles[each]])),
  );
  kind.addEventListener('change', () =>
    onChange({ chart: chartKinds.find((each) => each === kind.value) ?? 'auto' }),
  );
  byId('chart-kind').replaceChildren(
    element('label', { for: 'kind', class: 'unseen' }, ['Kind of chart']),
    kind,
  );
  let shown: MetricResult | undefined;
  byId('table-actions').replaceChildren(
    button('Download CSV', () => shown !== undefined && download(shown), { id: 'download' }),
  );
  return {
    show: (result, metrics, state) => {
      shown = result;
      kind.value = state.chart;
      const single = result.rows.length === 1 && result.columns.length === metrics.length;
      byId('figures').replaceChildren(...(single ? figures(result, metrics) : []));
      drawChart(
        byId('chart'),
        chartOf({ result, metrics, by: state.by, grain: state.grain, kind: state.chart }),
      );
      showTable(catalog, { result, metrics, state, onChange });
    },
  };
}

interface TableParts {
  readonly result: MetricResult;
  readonly metrics: readonly Metric[];
  readonly state: ExplorerState;
  readonly onChange: AnswerViewOptions['onChange'];
}

function showTable(catalog: MetricCatalog, { result, metrics, state, onChange }: TableParts): void {
  const byColumn = new Map(
    metrics.flatMap((metric) => [[metric.name, metric] as const, [metric.member, metric] as const]),
  );
  const titleOf = (column: string): string => {
    if (column === 'date' && state.grain !== undefined)
      return state.grain === 'day' ? 'Day' : `First day of ${state.grain}`;
    return byColumn.get(column)?.title ?? dimensionTitle(catalog, column, metrics);
  };
  const host = byId('table');
  const isInside = host.contains(document.activeElement);
  const focused = isInside ? sortOf(document.activeElement) : undefined;
  const made = table({
    result,
    metrics: byColumn,
    titleOf,
    sort: state.sort,
    onSort: (sort) => onChange({ sort }),
    drillOf: (column) => drillOf(catalog, metrics, state, column),
    onDrill: onChange,
  });
  host.replaceChildren(
    result.rows.length === 0 ? element('p', {}, ['No rows: nothing fits the days and filters.']) : made,
  );
  // Who sorts goes on from the same heading, who looks into a value from the top of its table.
  if (isInside && focused === undefined) host.querySelector<HTMLElement>('[role=region]')?.focus();
  if (focused === undefined) return;
  const headings = [...host.querySelectorAll<HTMLElement>('[data-sort]')];
  headings.find((each) => sortOf(each) === focused)?.focus();
}

function sortOf(found: Element | null): string | undefined {
  return found instanceof HTMLElement ? found.dataset['sort'] : undefined;
}

function figures({ rows, columns }: MetricResult, metrics: readonly Metric[]): HTMLElement[] {
  return metrics.map((metric) => {
    const column = columns.find((name) => name === metric.name || name === metric.member) ?? metric.name;
    const value = rows[0]?.[column] ?? null;
    return element('div', { class: 'figure' }, [
      metric.title,
      element('b', {}, [value === null ? '–' : shownNumber(value, metric.unit)]),
      element('small', {}, [unitTitles[metric.unit]]),
    ]);
  });
}

/** Excel takes a file for UTF-8 by its first character alone. */
const byteOrderMark = '\uFEFF';

function download(result: MetricResult): void {
  const url = URL.createObjectURL(
    new Blob([byteOrderMark, toCsv(result)], { type: 'text/csv;charset=utf-8' }),
  );
  const link = element('a', { href: url, download: csvName(result.columns) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
