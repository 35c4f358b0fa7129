import { wasNeverLoaded } from '../../transforms/engine/checks/freshness.ts';
import type { FreshnessResult } from '../../transforms/engine/checks/freshness.ts';

/** How fresh a source is, as people read it. */
export interface SourceAge {
  readonly status: FreshnessResult['status'] | 'not read yet';
  /** When its newest row was loaded, ISO 8601 UTC, or `never`; null where it cannot be told. */
  readonly newest: string | null;
  /** The age, or why it cannot be told. */
  readonly detail: string | null;
}

/** A source that nothing was read of is none that is stale: it has not begun. */
export function sourceAge(result: FreshnessResult, age: (seconds: number) => string): SourceAge {
  if (result.status === 'runtime error')
    return { status: result.status, newest: null, detail: result.message };
  if (wasNeverLoaded(result)) return { status: 'not read yet', newest: 'never', detail: null };
  const { status, maxLoadedAt, ageSeconds } = result;
  return { status, newest: maxLoadedAt.toISOString(), detail: age(ageSeconds) };
}
