import type { Publications } from '../publications.ts';
import { allDays, stretchesOf } from './months.ts';
import type { DayRange, Month } from './months.ts';
import type { Kept } from './rollup-store.ts';
import type { Rollup, WatchedMart } from './rollup.ts';

/** What the marts' publisher tells of changes. */
export interface MartChanges {
  /** Which months of marts have changed since a publication, up to the newest one that there is. */
  readonly since: (
    watched: readonly WatchedMart[],
    version: number,
  ) => Promise<{ readonly version: number; readonly months: readonly ('all' | ReadonlySet<Month>)[] }>;
  /** The newest publication that there is. */
  readonly version: () => Promise<number>;
}

/** What is to be read anew of each rollup, to be that of a publication. */
export interface Refresh {
  readonly version: number;
  readonly changed: ReadonlyMap<Rollup, 'all' | ReadonlySet<Month>>;
}

/** One statement. */
export interface RefreshStep {
  readonly rollup: Rollup;
  readonly days: { readonly range: DayRange; readonly isAll: boolean };
}

/** Asks the warehouse nothing where none of the marts behind any rollup has changed. */
export async function refreshOf(
  rollups: readonly Rollup[],
  kept: Kept,
  publications: Publications,
  martChanges: MartChanges,
): Promise<Refresh> {
  const standing = (rollup: Rollup): number | undefined => {
    const found = kept.get(rollup.id);
    return found?.definition === rollup.definition ? found.version : undefined;
  };
  const due = rollups.filter((rollup) => (standing(rollup) ?? -1) < publications.stampOf(rollup.marts));
  if (due.length === 0) return { version: publications.newest().version, changed: new Map() };
  const partly = due.flatMap((rollup) => {
    const [watched, version] = [rollup.watched, standing(rollup)];
    return watched === undefined || version === undefined ? [] : [{ rollup, watched, version }];
  });
  const since = Math.min(...partly.map(({ version }) => version));
  const changes = await martChanges.since(
    partly.map(({ watched }) => watched),
    Number.isFinite(since) ? since : 0,
  );
  const months = new Map(
    partly.map(({ rollup }, index) => [rollup, changes.months[index] ?? 'all'] as const),
  );
  return {
    version: changes.version,
    changed: new Map(due.map((rollup) => [rollup, months.get(rollup) ?? ('all' as const)])),
  };
}

export function stepsOf({ changed }: Refresh): RefreshStep[] {
  return [...changed].flatMap(([rollup, months]): RefreshStep[] =>
    months === 'all'
      ? [{ rollup, days: { range: allDays, isAll: true } }]
      : stretchesOf(months).map((range) => ({ rollup, days: { range, isAll: false } })),
  );
}
