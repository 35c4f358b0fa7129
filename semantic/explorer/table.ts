import type { Metric } from '../server/metric-catalog.ts';
import type { MetricResult } from '../server/metric-query.ts';
import { button, element } from './dom.ts';
import { compareExact, shownNumber, shortUnits } from './exact-number.ts';
import type { Drill } from './drill.ts';
import type { ExplorerState, Sort } from './state.ts';

export interface TableInput {
  readonly result: MetricResult;
  /** By the name of their column. */
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly titleOf: (column: string) => string;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort | undefined) => void;
  /** Where the values of a column lead to. */
  readonly drillOf: (column: string) => Drill | undefined;
  readonly onDrill: (change: Partial<ExplorerState>) => void;
}

const rowsAtOnce = 200;

type Row = MetricResult['rows'][number];

/** The numbers as they were told. Many rows are drawn in steps, which is also when they would be looked at. */
export function table(input: TableInput): HTMLElement {
  const { result } = input;
  const rows = sorted(input);
  const body = element('tbody');
  const more = element('div', { class: 'more' });
  const drills = new Map(result.columns.map((column) => [column, input.drillOf(column)]));
  const grow = (): void => {
    const before = body.children.length;
    body.append(...rows.slice(before, before + rowsAtOnce).map((row) => line(row, input, drills)));
    const left = rows.length - body.children.length;
    more.hidden = left === 0;
    if (left === 0) return;
    const next = Math.min(left, rowsAtOnce);
    more.replaceChildren(
      `${body.children.length} of ${rows.length} rows. `,
      button(`Show ${next} more`, () => {
        grow();
        (more.querySelector('button') ?? scroll).focus();
      }),
    );
  };
  const made = element('table', {}, [
    element('caption', { class: 'unseen' }, [`${rows.length} rows`]),
    element('thead', {}, [
      element(
        'tr',
        {},
        result.columns.map((column) => heading(column, input)),
      ),
    ]),
    body,
  ]);
  const region = { class: 'wide', role: 'region', 'aria-label': 'Table of the answer', tabindex: 0 };
  const scroll = element('div', region, [made]);
  grow();
  return element('div', {}, [scroll, more]);
}

function heading(column: string, { metrics, sort, titleOf, onSort }: TableInput): HTMLElement {
  const metric = metrics.get(column);
  const isSorted = sort?.column === column;
  const direction = sort?.isDescending === true ? 'descending' : 'ascending';
  // Numbers from the greatest, names from A; the third press gives the order of the answer back.
  const first = metric !== undefined;
  const next = (): void => {
    if (!isSorted) onSort({ column, isDescending: first });
    else onSort(sort.isDescending === first ? { column, isDescending: !first } : undefined);
  };
  const arrow = isSorted ? (sort.isDescending ? ' ↓' : ' ↑') : '';
  const press = button(titleOf(column), next, { 'data-sort': column });
  press.append(element('span', { 'aria-hidden': 'true' }, [arrow]));
  const unit = metric === undefined ? undefined : element('small', {}, [shortUnits[metric.unit]]);
  return element(
    'th',
    { scope: 'col', class: metric && 'number', 'aria-sort': isSorted ? direction : undefined },
    [press, unit],
  );
}

function line(
  row: Row,
  { result, metrics, onDrill }: TableInput,
  drills: ReadonlyMap<string, Drill | undefined>,
): HTMLElement {
  const cells = result.columns.map((column, index) => {
    const metric = metrics.get(column);
    const value = row[column] ?? null;
    if (metric !== undefined) {
      return element('td', { class: 'number' }, [value === null ? '–' : shownNumber(value, metric.unit)]);
    }
    const drill = drills.get(column);
    const attributes = { scope: index === 0 && 'row', class: column === 'date' && 'day' };
    const content =
      drill === undefined
        ? (value ?? '–')
        : button(value ?? '–', () => onDrill(drill.into(value)), {
            class: 'into',
            title: `By ${drill.title}, of these alone`,
          });
    return element(index === 0 ? 'th' : 'td', attributes, [content]);
  });
  return element('tr', {}, cells);
}

function sorted({ result, sort, metrics }: TableInput): readonly Row[] {
  if (sort === undefined || !result.columns.includes(sort.column)) return result.rows;
  const { column, isDescending } = sort;
  const compare = metrics.has(column)
    ? compareExact
    : (left: string, right: string): number => left.localeCompare(right, 'en', { numeric: true });
  return result.rows.toSorted((left, right) => {
    const [a, b] = [left[column] ?? null, right[column] ?? null];
    // What says nothing comes last either way.
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return isDescending ? compare(b, a) : compare(a, b);
  });
}
