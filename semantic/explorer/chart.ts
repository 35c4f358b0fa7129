import { barChart } from './bar-chart.ts';
import type { Chart, Panel } from './chart-data.ts';
import { announce, element, svg } from './dom.ts';
import { shownNumber } from './exact-number.ts';
import { lineChart, marker } from './line-chart.ts';
import type { Plot } from './line-chart.ts';

/** Draws a chart into `host`, anew for each width. The table beside it is what it says in words. */
export function drawChart(host: HTMLElement, chart: Chart | undefined): void {
  watchers.get(host)?.disconnect();
  host.replaceChildren();
  if (chart === undefined) return;
  const figures = chart.panels.map((panel) => figure(panel, chart.kind));
  host.append(...figures.map(({ element }) => element));
  let drawn = 0;
  const watcher = new ResizeObserver(() => {
    const width = Math.floor(host.clientWidth);
    if (width === drawn || width === 0) return;
    drawn = width;
    for (const { draw } of figures) draw(width);
  });
  watchers.set(host, watcher);
  watcher.observe(host);
}

const watchers = new WeakMap<HTMLElement, ResizeObserver>();

interface Figure {
  readonly element: HTMLElement;
  readonly draw: (width: number) => void;
}

function figure(panel: Panel, kind: Chart['kind']): Figure {
  const readout = element('div', { class: 'readout', hidden: true });
  const plotHost = element('div', {
    class: 'plot-host',
    tabindex: 0,
    role: 'group',
    'aria-roledescription': 'chart',
    'aria-label': `${summary(panel, kind)}. Read it with the arrow keys.`,
  });
  const made = element('figure', {}, [
    element('figcaption', {}, [panel.title]),
    panel.series.length > 1 ? legend(panel, kind) : undefined,
    element('div', { class: 'stage' }, [plotHost, readout]),
    panel.leftOut === undefined ? undefined : element('p', { class: 'quiet' }, [panel.leftOut]),
  ]);
  let plot: Plot | undefined;
  let place: number | undefined;
  const point = (next: number | undefined): void => {
    place = next;
    plot?.point(next);
    readout.hidden = next === undefined;
    if (next !== undefined) readout.replaceChildren(...lines(panel, kind, next));
  };
  const move = (by: number): void => {
    const last = panel.places.length - 1;
    const from = place ?? (by > 0 ? -1 : last + 1);
    point(Math.min(last, Math.max(0, from + by)));
    announce(readout.textContent ?? '');
  };
  plotHost.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (event.key === 'Escape') point(undefined);
    if (step === undefined) return;
    event.preventDefault();
    move(step);
  });
  plotHost.addEventListener('pointermove', ({ clientX, clientY }) => {
    const box = plotHost.getBoundingClientRect();
    if (plot !== undefined) point(plot.nearest(clientX - box.left, clientY - box.top));
  });
  plotHost.addEventListener('pointerleave', () => point(undefined));
  plotHost.addEventListener('blur', () => point(undefined));
  return {
    element: made,
    draw: (width) => {
      plot = kind === 'line' ? lineChart(panel, width) : barChart(panel, width);
      plotHost.replaceChildren(plot.element);
      point(undefined);
    },
  };
}

const steps: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

function summary({ title, series, places }: Panel, kind: Chart['kind']): string {
  const names = series.map(({ label }) => label).join(', ');
  const where = kind === 'line' ? `, ${places[0] ?? ''} to ${places.at(-1) ?? ''}` : '';
  return `${kind === 'line' ? 'Lines' : 'Bars'}, ${title}: ${names}${where}`;
}

function legend({ series }: Panel, kind: Chart['kind']): HTMLElement {
  return element(
    'ul',
    { class: 'legend' },
    series.map(({ label }, index) => element('li', {}, [swatch(index, kind), label])),
  );
}

function swatch(index: number, kind: Chart['kind']): SVGElement {
  const sample =
    kind === 'line'
      ? [svg('path', { class: 'line', d: 'M1 6L25 6' }), marker(index, 13, 6)]
      : [svg('rect', { class: 'bar', x: 7, y: 0, width: 12, height: 12 })];
  return svg(
    'svg',
    { width: 26, height: 12, class: `swatch series-${index}`, 'aria-hidden': 'true' },
    sample,
  );
}

/** The exact numbers of one place. */
function lines({ places, series, unit }: Panel, kind: Chart['kind'], place: number): HTMLElement[] {
  const at = places[place] ?? '';
  return [
    element('strong', {}, [`${at} `]),
    ...series.flatMap(({ label, marks }, index) => {
      const mark = marks.find((each) => each.at === at);
      if (mark === undefined) return [];
      return element('div', {}, [
        swatch(index, kind),
        `${label} `,
        element('b', {}, [shownNumber(mark.text, unit)]),
        ' ',
      ]);
    }),
  ];
}
