/** A row of a change log; times are seconds. A delete carries its key only. */
export interface LogRow {
  readonly id: number;
  readonly city: string | null;
  readonly email: string | null;
  readonly region: string | null;
  readonly updatedAt: number | null;
  readonly op: 'c' | 'u' | 'd';
  readonly position: number;
  readonly ordinal: number;
  readonly committedAt: number;
}

export interface Version {
  readonly id: number;
  readonly city: string | null;
  readonly region: string | null;
  readonly email: string | null;
  readonly validFrom: string;
  readonly validTo: string;
  readonly isCurrent: boolean;
  readonly isInferred: boolean;
  readonly isDeleted: boolean;
}

interface State {
  readonly city: string | null;
  readonly region: string | null;
  readonly isDeleted: boolean;
  readonly from: number;
}

const second = (value: number): string => `2026-03-01 00:00:${String(value).padStart(2, '0')}`;

/**
 * The rules of versions, written as one walk over a key's log in its order: what the SQL must give. A change counts
 * from its update time where that is later than all before it, else from its commit, and never before the change
 * before it; of several at one instant the last stays; equal neighbours are one.
 */
export function versionsOf(log: readonly LogRow[], hardDeletes: 'flag' | 'new_record'): Version[] {
  const ids = [...new Set(log.map((row) => row.id))].toSorted((left, right) => left - right);
  return ids.flatMap((id) => {
    const rows = log
      .filter((row) => row.id === id)
      .toSorted((left, right) => left.position - right.position || left.ordinal - right.ordinal);
    return walk(id, rows, hardDeletes);
  });
}

function walk(id: number, rows: readonly LogRow[], hardDeletes: 'flag' | 'new_record'): Version[] {
  const states: State[] = [];
  let latest: number | undefined;
  let from: number | undefined;
  let alive: LogRow | undefined;
  for (const row of rows) {
    const isDelete = row.op === 'd';
    if (isDelete && (hardDeletes === 'flag' || alive === undefined)) continue;
    if (!isDelete) alive = row;
    const moved = isDelete ? row.committedAt : (row.updatedAt ?? row.committedAt);
    const start = latest === undefined || moved > latest ? moved : row.committedAt;
    latest = Math.max(latest ?? moved, moved);
    from = Math.max(from ?? start, start);
    const shown = { city: alive?.city ?? null, region: alive?.region ?? null };
    const state = { ...shown, isDeleted: isDelete, from };
    if (states.at(-1)?.from === from) states.pop();
    states.push(state);
  }
  const opened = states.filter((state, index) => {
    const before = states[index - 1];
    return before === undefined || before.city !== state.city || before.isDeleted !== state.isDeleted;
  });
  const isGone = hardDeletes === 'flag' && rows.at(-1)?.op === 'd';
  const email = rows.findLast((row) => row.op !== 'd')?.email ?? null;
  return opened.map(({ city, region, isDeleted, from: start }, index) => {
    const next = opened[index + 1];
    return {
      id,
      city,
      region,
      email,
      validFrom: index === 0 ? '1900-01-01 00:00:00' : second(start),
      validTo: next === undefined ? '9999-12-31 00:00:00' : second(next.from),
      isCurrent: next === undefined,
      isInferred: false,
      isDeleted: isGone || isDeleted,
    };
  });
}
