import type { Panel } from './chart-data.ts';
import { svg } from './dom.ts';
import { shownNumber, shownTick } from './exact-number.ts';
import type { Plot } from './line-chart.ts';
import { linear, niceTicks } from './scale.ts';

const top = 22;
const barHeight = 16;
const gap = 12;
const labelHeight = 17;
const right = 12;

/** Bars side by side under the name of what they are about: names may be long, and a phone is narrow. */
export function barChart(panel: Panel, width: number): Plot {
  const values = panel.series.flatMap(({ marks }) => marks.map(({ value }) => value));
  const ticks = niceTicks(values, {
    most: Math.max(3, Math.floor(width / 110)),
    whole: panel.unit === 'count',
  });
  const along = linear([ticks[0] ?? 0, ticks.at(-1) ?? 1], [16, width - right - 16]);
  const rowHeight = labelHeight + panel.series.length * barHeight + gap;
  const height = top + panel.places.length * rowHeight;
  const highlight = svg('rect', {
    class: 'highlight',
    x: 0,
    width,
    height: rowHeight - 4,
    visibility: 'hidden',
  });
  const rows = panel.places.map((place, index) => row(panel, place, top + index * rowHeight, along, width));
  const element = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true', class: 'plot' },
    [
      highlight,
      ...ticks.map((tick) =>
        svg('g', {}, [
          svg('line', {
            class: tick === 0 ? 'zero' : 'grid',
            x1: along(tick),
            x2: along(tick),
            y1: top - 6,
            y2: height,
          }),
          svg('text', { class: 'mark', x: along(tick), y: 12, 'text-anchor': 'middle' }, [
            shownTick(tick, panel.unit),
          ]),
        ]),
      ),
      ...rows,
    ],
  );
  return {
    element,
    nearest: (_, y) => Math.min(panel.places.length - 1, Math.max(0, Math.floor((y - top) / rowHeight))),
    point: (place) => {
      highlight.setAttribute('visibility', place === undefined ? 'hidden' : 'visible');
      highlight.setAttribute('y', String(top + (place ?? 0) * rowHeight - 2));
    },
  };
}

function row(
  { series, unit }: Panel,
  place: string,
  y: number,
  along: (value: number) => number,
  width: number,
): SVGGElement {
  const bars = series.flatMap(({ marks }, index) => {
    const mark = marks.find(({ at }) => at === place);
    if (mark === undefined) return [];
    const [start, end] = [along(0), along(mark.value)].sort((left, right) => left - right);
    const at = { x: start, y: y + labelHeight + index * barHeight };
    return [
      svg('g', { class: `series-${index}` }, [
        svg('rect', {
          class: 'bar',
          ...at,
          width: Math.max(1, (end ?? 0) - (start ?? 0)),
          height: barHeight - 3,
        }),
      ]),
      value(shownNumber(mark.text, unit), start ?? 0, end ?? 0, at.y + barHeight - 6, width),
    ];
  });
  return svg('g', {}, [svg('text', { class: 'name', x: 4, y: y + 12 }, [clipped(place, width)]), ...bars]);
}

/** Beside the bar where there is room, else within. */
function value(text: string, start: number, end: number, y: number, width: number): SVGTextElement {
  const needed = text.length * 6.6 + 8;
  if (end + needed < width) return svg('text', { class: 'value', x: end + 5, y }, [text]);
  if (start - needed > 0)
    return svg('text', { class: 'value', x: start - 5, y, 'text-anchor': 'end' }, [text]);
  return svg('text', { class: 'value within', x: end - 5, y, 'text-anchor': 'end' }, [text]);
}

function clipped(text: string, width: number): string {
  const most = Math.floor((width - 12) / 7);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
