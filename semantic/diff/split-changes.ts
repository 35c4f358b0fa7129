import type { Exposed, Model } from '../validate/model.ts';

/** A dimension or segment by which every metric of its view gives other rows than before. */
export interface SplitChange {
  readonly member: string;
  readonly change: 'split is gone' | 'split computed otherwise';
}

/** Compares what metrics can be split and filtered by: their own statements do not hold it. New ones change no number. */
export function splitChanges(before: Model, now: Model): readonly SplitChange[] {
  const fresh = splitsOf(now);
  return [...splitsOf(before)].flatMap(([member, meaning]): SplitChange[] => {
    const other = fresh.get(member);
    if (other === meaning) return [];
    return [{ member, change: other === undefined ? 'split is gone' : 'split computed otherwise' }];
  });
}

/** Dimensions and segments by member, with all that their values depend on. */
function splitsOf(model: Model): ReadonlyMap<string, string> {
  return new Map(
    model.views.flatMap((view) =>
      view.exposed.flatMap((exposed): [string, string][] => {
        const meaning = meaningOf(model, exposed);
        return meaning === undefined ? [] : [[`${view.name}.${exposed.name}`, meaning]];
      }),
    ),
  );
}

function meaningOf({ cubes }: Model, { cube, member, path }: Exposed): string | undefined {
  const owner = cubes.get(cube);
  const dimension = owner?.dimensions.get(member)?.value;
  const said = dimension ?? owner?.segments.get(member)?.value;
  if (owner === undefined || said === undefined) return undefined;
  const joins = path.slice(1).map((to, index) => {
    const join = cubes.get(path[index] ?? '')?.joins.get(to)?.value;
    return [to, join?.relationship, plain(join?.sql ?? '')];
  });
  // What only metrics read may change: a cube of its own is told by them.
  const read = path.length > 1 ? plain(owner.sql) : '';
  return JSON.stringify([plain(said.sql), dimension?.type, read, joins]);
}

function plain(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim();
}
