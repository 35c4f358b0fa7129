import type { Grant } from './caller.ts';

/** The members of the model's public views, by full name. */
export type MemberCatalog = ReadonlyMap<string, { readonly isTime: boolean }>;

/** A view as Cube's compiler describes it. */
export interface ViewConfig {
  readonly name: string;
  readonly measures?: readonly MemberConfig[];
  readonly dimensions?: readonly MemberConfig[];
  readonly segments?: readonly MemberConfig[];
  readonly hierarchies?: readonly MemberConfig[];
}

interface MemberConfig {
  readonly name: string;
  readonly type?: string;
  readonly isVisible?: boolean;
}

/** What the model shows to those who may see everything. */
export function memberCatalog(views: readonly ViewConfig[]): MemberCatalog {
  return new Map(
    views
      .flatMap(({ measures = [], dimensions = [], segments = [] }) => [
        ...measures,
        ...dimensions,
        ...segments,
      ])
      .filter(({ isVisible }) => isVisible === true)
      .map(({ name, type }) => [name, { isTime: type === 'time' }]),
  );
}

export function viewOf(member: string): string {
  return member.slice(0, member.indexOf('.'));
}

/** The grants that show a member; none for what does not exist, or is limited by a dimension that its view lacks. */
export function grantsFor(
  member: string,
  grants: readonly Grant[],
  catalog: MemberCatalog,
): readonly Grant[] {
  if (!catalog.has(member)) return [];
  const view = viewOf(member);
  const names = (list: readonly string[]): boolean => list.includes(view) || list.includes(member);
  return grants.filter(
    ({ sees, hides, rows }) =>
      (sees.includes('*') || names(sees)) &&
      !names(hides) &&
      rows.every(({ dimension }) => catalog.has(`${view}.${dimension}`)),
  );
}

/** All that the grants show. */
export function visibleMembers(grants: readonly Grant[], catalog: MemberCatalog): ReadonlySet<string> {
  return new Set([...catalog.keys()].filter((member) => grantsFor(member, grants, catalog).length > 0));
}

/** The descriptions without what is not visible, be it only in what a member drills to. */
export function onlyVisible<View extends ViewConfig>(view: View, visible: ReadonlySet<string>): View {
  const kept = (members: readonly MemberConfig[] | undefined): MemberConfig[] | undefined =>
    members?.filter(({ name }) => visible.has(name)).map((member) => withoutHidden(member, visible));
  return {
    ...view,
    measures: kept(view.measures),
    dimensions: kept(view.dimensions),
    segments: kept(view.segments),
    // Levels and folders are lists of member names.
    ...hiddenRemoved(view, ['hierarchies', 'folders', 'nestedFolders'], visible),
  };
}

function withoutHidden(member: MemberConfig, visible: ReadonlySet<string>): MemberConfig {
  return { ...member, ...hiddenRemoved(member, ['drillMembers', 'drillMembersGrouped'], visible) };
}

function hiddenRemoved(
  owner: object,
  fields: readonly string[],
  visible: ReadonlySet<string>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(owner)
      .filter(([field]) => fields.includes(field))
      .map(([field, value]) => [field, pruned(value, visible)]),
  );
}

/** Names of members are `view.member`, wherever they are in a list; other texts stay. */
function pruned(value: unknown, visible: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) {
    return value
      .filter((each) => typeof each !== 'string' || !/^\w+\.\w+$/.test(each) || visible.has(each))
      .map((each) => pruned(each, visible));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, pruned(each, visible)]));
}
