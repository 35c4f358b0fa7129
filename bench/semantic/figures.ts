import { atLeast, atMost, machine } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { quantile } from './load.ts';
import type { Loaded } from './load.ts';
import type { Facts } from './messages.ts';

/** Answers to repeated queries a second, and how long the slower ones took. */
export interface Rate {
  readonly perSecond: number;
  readonly p95Ms: number;
}

/** What one run has shown. */
export interface Measured {
  readonly loaded: Loaded;
  readonly before: Facts;
  readonly after: Facts;
  readonly closed: { readonly ours: Rate; readonly plain: Rate };
  readonly lines: number;
  readonly people: number;
  /** What so many questions that nobody has asked before leave in memory. */
  readonly distinct: { readonly queries: number; readonly grownMb: number };
}

type Base = Pick<Figure, 'area' | 'setup'>;

export function figuresOf(measured: Measured): readonly Figure[] {
  const { loaded, before, after, lines, people } = measured;
  const publications = after.version - before.version;
  const setup = `${machine()}; ${lines.toLocaleString('en')} order lines, ${people} people, ${loaded.queries} queries, ${publications} publications`;
  const base: Base = { area: 'semantic', setup };
  return [...timeFigures(base, loaded), ...countFigures(base, measured), closedFigure(base, measured)];
}

const timed: readonly (readonly [figure: string, name: string, bar: number])[] = [
  ['from the cache', 'from cache', 100],
  ['from a rollup', 'from rollup', 800],
  ['from the warehouse', 'from warehouse', 3_000],
  ['what was asked before, publications among it', 'repeated', 100],
];

function timeFigures(base: Base, { times }: Loaded): readonly Figure[] {
  return timed.map(([figure, name, bar]) => {
    const at = (share: number): number => tenth(quantile(times.get(name) ?? [], share));
    const title = `${figure}, p95 (p50 ${at(0.5)}, p99 ${at(0.99)} ms)`;
    return atMost({ ...base, figure: title, value: at(0.95), unit: 'ms' }, bar);
  });
}

function countFigures(base: Base, { loaded, before, after, distinct }: Measured): readonly Figure[] {
  const statements = after.statements - before.statements;
  const asked = loaded.origins.get('warehouse') ?? 0;
  const perThousand = (count: number): number => tenth((count * 1_000) / loaded.queries);
  const counted = (figure: string, value: number, bar: number | undefined, unit = ''): Figure => {
    const judged = atMost({ ...base, figure, value, unit }, bar ?? 0);
    return bar === undefined ? { ...judged, bar: null, holds: null } : judged;
  };
  const rest = perThousand(Math.max(0, statements - asked));
  return [
    counted('errors', loaded.errors.length, 0),
    counted('answers that are not of the one publication that they name', loaded.mixed.length, 0),
    counted(
      'warehouse statements for 1,000 queries, without those that only the warehouse can answer',
      rest,
      20,
    ),
    counted('warehouse statements for 1,000 queries, all', perThousand(statements), undefined),
    counted('memory of the process, its warehouse in it', after.peakRssMb, 1_000, 'MB'),
    counted(`growth of memory by ${distinct.queries} distinct queries`, distinct.grownMb, undefined, 'MB'),
    counted('a publication, with rollups and warming', after.publishMs, undefined, 'ms'),
  ];
}

function closedFigure(base: Base, { closed: { ours, plain } }: Measured): Figure {
  const figure = `closed loop of repeated queries (p95 ${Math.round(ours.p95Ms)} ms)`;
  const value = Math.round(ours.perSecond);
  return {
    ...atLeast({ ...base, figure, value, unit: 'a second' }, 1_500),
    peer: {
      name: 'plain Cube',
      value: Math.round(plain.perSecond),
      ratio: tenth(ours.perSecond / plain.perSecond),
    },
  };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
