import type { HistoryPoint } from '../../transforms/engine/quality/history.ts';
import type { QualityReport } from '../../transforms/engine/quality/report.ts';

const stepMs = { hour: 3_600_000, day: 86_400_000 } as const;

/** Boxes of one strip; a longer time is cut at its beginning. */
const mostBoxes = 120;

/** Time from left to right, one box an hour or day, coloured by the worst that happened in it. */
export function strip(
  points: readonly HistoryPoint[],
  { since, generatedAt, grain }: Pick<QualityReport, 'since' | 'generatedAt' | 'grain'>,
): string {
  const step = stepMs[grain];
  const numberOf = (at: string): number => Math.floor(Date.parse(at) / step);
  const last = numberOf(generatedAt);
  const first = Math.max(numberOf(since), last - mostBoxes + 1);
  const byNumber = new Map(points.map((point) => [numberOf(point.at), point]));
  const boxes = Array.from({ length: last - first + 1 }, (_, index) => {
    const point = byNumber.get(first + index);
    const at = new Date((first + index) * step).toISOString().slice(0, grain === 'hour' ? 16 : 10);
    const told =
      point === undefined ? 'not run' : `${point.status}, ${point.failures} rows, ${point.runs} runs`;
    return `<rect class="${point?.status ?? 'none'}" x="${index * 6}" width="5" height="14"><title>${at}: ${told}</title></rect>`;
  });
  const width = boxes.length * 6;
  return `<svg class="strip" role="img" aria-label="history" width="${width}" height="14" viewBox="0 0 ${width} 14">${boxes.join('')}</svg>`;
}
