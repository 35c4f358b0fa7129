import type { Random } from '../../../simulator/world/random.ts';
import type { RawRow } from '../feed.ts';

/** An object of an API as JSON. */
export type Data = Readonly<Record<string, unknown>>;

/** An object with every version that was read of it; the last one counts. */
export interface SeenObject {
  readonly table: string;
  readonly id: string | number;
  readonly versions: readonly { readonly at: number; readonly data: Data }[];
  /** When it was read of that it is no more; once more where an export repeats it. */
  readonly goneAt: readonly number[];
}

/** What an API said in the end. */
export interface ApiWorld {
  readonly objects: readonly SeenObject[];
  /** What was landed of it, in the order of reads. */
  readonly rows: readonly RawRow[];
}

/** An object that only came and changed. */
export function seen(
  table: string,
  versions: SeenObject['versions'],
  goneAt: readonly number[] = [],
): SeenObject {
  const id = versions[0]?.data['id'];
  if (typeof id !== 'string' && typeof id !== 'number')
    throw new TypeError(`an object of ${table} has no id`);
  return { table, id, versions, goneAt };
}

/** APIs name whole seconds. */
export function secondOf(at: number): number {
  return Math.floor(at / 1000);
}

/** The objects as a source's log: a version's position is its time. */
export function apiWorld(objects: readonly SeenObject[]): ApiWorld {
  const rows = objects.flatMap(({ table, id, versions, goneAt }) => [
    ...versions.map(({ at, data }) => ({ table, op: 'u' as const, at, data })),
    ...goneAt.map((at) => ({ table, op: 'd' as const, at, data: { id } })),
  ]);
  return {
    objects,
    rows: rows
      .toSorted((one, other) => one.at - other.at)
      .map(({ table, op, at, data }, index) => ({
        table,
        op,
        data,
        position: (at * 1000).toString(16).toUpperCase().padStart(16, '0'),
        ordinal: index + 1,
        committedAt: at,
      })),
  };
}

/** What is there in the end of a table, by id. */
export function nowOf({ objects }: ApiWorld, table: string): ReadonlyMap<string, Data> {
  return new Map(
    objects
      .filter((each) => each.table === table && each.goneAt.length === 0)
      .map(({ id, versions }) => [String(id), versions.at(-1)?.data ?? {}]),
  );
}

/** One of two, by chance. */
export function either<Value>(random: Random, probability: number, one: Value, other: Value): Value {
  return random.chance(probability) ? one : other;
}

/** Items by what they have in common. */
export function gathered<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
): readonly (readonly [string, readonly Item[]])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups];
}
