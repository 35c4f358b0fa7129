import type { Fields } from '../world/changes.ts';
import type { RowVersion } from '../world/tables.ts';
import { groupBy, hashKey, timeOf } from './values.ts';

const beginning = new Date('1900-01-01T00:00:00Z');
const end = new Date('9999-12-31T00:00:00Z');

/** A version of a member of a dimension, valid from a moment up to another. */
export interface MemberVersion {
  readonly id: bigint;
  readonly key: bigint;
  readonly durableKey: bigint;
  /** Nothing where the member is only named by facts. */
  readonly fields: Fields | undefined;
  readonly from: Date;
  readonly to: Date;
  readonly isDeleted: boolean;
}

/**
 * The versions of one key, from its log. A change counts from the row's own update time where that is later than all
 * before it, else from its commit, and never before the change before it. Of several at one instant the last stays, equal
 * neighbours are one, the first reaches back to the beginning. A delete that nothing follows marks all of them.
 */
export function versionsOf(
  id: bigint,
  log: readonly RowVersion[],
  attributes: readonly string[],
): readonly MemberVersion[] {
  const states: { readonly fields: Fields; readonly from: number }[] = [];
  let newest = -Infinity;
  let from = -Infinity;
  for (const { op, fields, committedAt } of log) {
    if (op === 'd') continue;
    const moved = timeOf(fields['updated_at'])?.getTime() ?? committedAt;
    from = Math.max(from, moved > newest ? moved : committedAt);
    newest = Math.max(newest, moved);
    if (states.at(-1)?.from === from) states.pop();
    states.push({ fields, from });
  }
  const text = (fields: Fields): string => JSON.stringify(attributes.map((name) => fields[name] ?? null));
  const opened = states.filter(({ fields }, index) => {
    const before = states[index - 1];
    return before === undefined || text(before.fields) !== text(fields);
  });
  return opened.map(({ fields, from: at }, index) => {
    const start = index === 0 ? beginning : new Date(at);
    const next = opened[index + 1];
    return {
      ...keysOf(id, start),
      fields,
      from: start,
      to: next === undefined ? end : new Date(next.from),
      isDeleted: log.at(-1)?.op === 'd',
    };
  });
}

/** A member that facts name and no log has. */
export function inferred(id: bigint): MemberVersion {
  return { ...keysOf(id, beginning), fields: undefined, from: beginning, to: end, isDeleted: false };
}

function keysOf(id: bigint, start: Date): Pick<MemberVersion, 'id' | 'key' | 'durableKey'> {
  return { id, key: hashKey(id, start), durableKey: hashKey(id) };
}

/** Versions of all keys of a log, and inferred members for the keys that only facts name. */
export function dimensionOf(
  log: readonly RowVersion[],
  attributes: readonly string[],
  named: Iterable<string | null | undefined>,
): readonly MemberVersion[] {
  const byId = groupBy(log, ({ fields }) => fields['id'] ?? '');
  const known = [...byId].flatMap(([id, rows]) => versionsOf(BigInt(id), rows, attributes));
  const ids = new Set(known.map(({ id }) => String(id)));
  const missing = new Set([...named].filter((id) => id !== null && id !== undefined && !ids.has(id)));
  return [...known, ...[...missing].map((id) => inferred(BigInt(id ?? 0)))];
}

/** Finds the version of a key that was valid at a time. */
export function lookup(
  versions: readonly MemberVersion[],
): (id: string | null | undefined, at: Date) => MemberVersion | undefined {
  const byId = groupBy(versions, ({ id }) => String(id));
  return (id, at) => byId.get(id ?? '')?.find(({ from, to }) => from <= at && at < to);
}

/** Columns that every dimension ends with. */
export function validity({
  from,
  to,
  fields,
  isDeleted,
}: MemberVersion): Readonly<Record<string, Date | boolean>> {
  return {
    valid_from: from,
    valid_to: to,
    is_current: to.getTime() === end.getTime(),
    is_inferred: fields === undefined,
    is_deleted: isDeleted,
  };
}

/** A member that stands for no key of a source: its number is its keys. */
export function standing(id: bigint, isInferred: boolean): Readonly<Record<string, Date | boolean | bigint>> {
  const always = { key: id, durableKey: id, id, from: beginning, to: end, isDeleted: false };
  return { ...validity({ ...always, fields: undefined }), is_inferred: isInferred };
}
