import type { Panel } from './chart-data.ts';
import { svg } from './dom.ts';
import { shownTick } from './exact-number.ts';
import { linear, niceTicks, spread } from './scale.ts';

/** What was drawn, and where its days are. */
export interface Plot {
  readonly element: SVGSVGElement;
  /** The place next to a point of the drawing. */
  readonly nearest: (x: number, y: number) => number;
  /** Marks a place; undefined takes the mark away. */
  readonly point: (place: number | undefined) => void;
}

const height = 260;
const margin = { top: 10, right: 38, bottom: 26, left: 58 };
const markWidth = 84;

/** Lines over days. A day that a series says nothing of is a gap, never zero. */
export function lineChart(panel: Panel, width: number): Plot {
  const values = panel.series.flatMap(({ marks }) => marks.map(({ value }) => value));
  const ticks = niceTicks(values, { whole: panel.unit === 'count' });
  const times = panel.places.map((day) => Date.parse(`${day}T00:00:00Z`));
  const range = [times[0] ?? 0, times.at(-1) ?? 0] as const;
  const across = linear(range, [margin.left, Math.max(margin.left + 1, width - margin.right)]);
  const up = linear([ticks[0] ?? 0, ticks.at(-1) ?? 1], [height - margin.bottom, margin.top]);
  const xs = times.map((time) =>
    times.length === 1 ? (margin.left + width - margin.right) / 2 : across(time),
  );
  const cursor = svg('line', {
    class: 'cursor',
    y1: margin.top,
    y2: height - margin.bottom,
    visibility: 'hidden',
  });
  const rings = svg('g', { class: 'rings' });
  const series = panel.series.map(({ marks }, index) => {
    const byDay = new Map(marks.map(({ at, value }) => [at, value]));
    const points = panel.places.map((day, at) => {
      const value = byDay.get(day);
      return value === undefined ? undefined : { x: xs[at] ?? 0, y: up(value) };
    });
    return { points, drawing: oneLine(points, index) };
  });
  const element = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true', class: 'plot' },
    [
      ...ticks.map((tick) => gridLine(up(tick), width, shownTick(tick, panel.unit), tick === 0)),
      ...dayLabels(panel.places, xs, width),
      cursor,
      ...series.map(({ drawing }) => drawing),
      rings,
    ],
  );
  return {
    element,
    nearest: (x) =>
      xs.reduce((best, each, at) => (Math.abs(each - x) < Math.abs((xs[best] ?? 0) - x) ? at : best), 0),
    point: (place) => {
      const x = place === undefined ? undefined : xs[place];
      cursor.setAttribute('visibility', x === undefined ? 'hidden' : 'visible');
      cursor.setAttribute('x1', String(x ?? 0));
      cursor.setAttribute('x2', String(x ?? 0));
      const points = series.map(({ points }) => (place === undefined ? undefined : points[place]));
      rings.replaceChildren(
        ...points.flatMap((point, index) =>
          point === undefined
            ? []
            : svg('circle', { class: `ring series-${index}`, cx: point.x, cy: point.y, r: 6 }),
        ),
      );
    },
  };
}

type Point = { readonly x: number; readonly y: number } | undefined;

function oneLine(points: readonly Point[], index: number): SVGGElement {
  let isPen = false;
  const path = points.map((point) => {
    if (point === undefined) {
      isPen = false;
      return '';
    }
    const command = isPen ? 'L' : 'M';
    isPen = true;
    return `${command}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
  });
  // Many points are a line; few, or one alone between gaps, must be seen as such.
  const isAlone = (at: number): boolean => points[at - 1] === undefined && points[at + 1] === undefined;
  const dots = points.flatMap((point, at) =>
    point !== undefined && (points.length <= 40 || isAlone(at)) ? marker(index, point.x, point.y) : [],
  );
  return svg('g', { class: `series-${index}` }, [svg('path', { class: 'line', d: path.join('') }), ...dots]);
}

/** Each series has a shape of its own, for who cannot tell the colours apart. */
export function marker(index: number, x: number, y: number): SVGElement {
  const shape = index % 4;
  if (shape === 0) return svg('circle', { class: 'dot', cx: x, cy: y, r: 3.5 });
  const around: Readonly<Record<number, string>> = {
    1: `${x - 3.2},${y - 3.2} ${x + 3.2},${y - 3.2} ${x + 3.2},${y + 3.2} ${x - 3.2},${y + 3.2}`,
    2: `${x},${y - 4.4} ${x + 4.2},${y + 3.2} ${x - 4.2},${y + 3.2}`,
    3: `${x},${y - 4.6} ${x + 4.6},${y} ${x},${y + 4.6} ${x - 4.6},${y}`,
  };
  return svg('polygon', { class: 'dot', points: around[shape] ?? '' });
}

function gridLine(y: number, width: number, label: string, isZero: boolean): SVGGElement {
  return svg('g', {}, [
    svg('line', { class: isZero ? 'zero' : 'grid', x1: margin.left, x2: width - margin.right, y1: y, y2: y }),
    svg('text', { class: 'mark', x: margin.left - 8, y: y + 4, 'text-anchor': 'end' }, [label]),
  ]);
}

function dayLabels(days: readonly string[], xs: readonly number[], width: number): SVGElement[] {
  const most = Math.max(1, Math.floor((width - margin.left - margin.right) / markWidth));
  return spread(days.length, most).map((at) => {
    return svg('text', { class: 'mark', x: xs[at], y: height - 8, 'text-anchor': 'middle' }, [days[at]]);
  });
}
