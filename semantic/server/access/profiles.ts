import type { CompilerApi } from '@cubejs-backend/server-core/dist/src/core/CompilerApi.js';
import type { Caller } from './caller.ts';
import { memberCatalog, onlyVisible, visibleMembers } from './member-catalog.ts';
import type { MemberCatalog, ViewConfig } from './member-catalog.ts';

/** A view or cube in Cube's own description of a model. */
export interface Described {
  readonly config: ViewConfig;
}

/** What callers with the same rights have in common. */
export interface Profile {
  readonly catalog: MemberCatalog;
  /** The descriptions without what these callers may not see. */
  readonly only: (described: readonly Described[]) => Described[];
  /** Cube keeps one GraphQL schema for everybody, whose introspection would tell of what is hidden. */
  graphqlSchema: ReturnType<CompilerApi['getGraphQLSchema']> | undefined;
}

/** Different rights in use at once; more are worked out anew. */
const mostProfiles = 500;

/** Finds the profile of a caller in a model's description, of which Cube gives the same array until it compiles anew. */
export type ProfileOf = (described: readonly Described[], caller: Caller) => Profile;

export function createProfiles(): ProfileOf {
  const models = new WeakMap<object, { catalog: MemberCatalog; profiles: Map<string, Profile> }>();
  return (described, { grants }) => {
    const known = models.get(described);
    const model = known ?? {
      catalog: memberCatalog(described.map(({ config }) => config)),
      profiles: new Map<string, Profile>(),
    };
    if (known === undefined) models.set(described, model);
    const key = JSON.stringify(grants);
    const found = model.profiles.get(key);
    if (found !== undefined) return found;
    const profile = createProfile(model.catalog, visibleMembers(grants, model.catalog));
    if (model.profiles.size >= mostProfiles) model.profiles.clear();
    model.profiles.set(key, profile);
    return profile;
  };
}

function createProfile(catalog: MemberCatalog, visible: ReadonlySet<string>): Profile {
  const known = new WeakMap<object, Described[]>();
  return {
    catalog,
    only: (described) => {
      const kept =
        known.get(described) ??
        described
          .map((each) => ({ ...each, config: onlyVisible(each.config, visible) }))
          .filter(({ config }) => hasMembers(config));
      known.set(described, kept);
      return kept;
    },
    graphqlSchema: undefined,
  };
}

function hasMembers({ measures = [], dimensions = [], segments = [] }: ViewConfig): boolean {
  return measures.length + dimensions.length + segments.length > 0;
}
