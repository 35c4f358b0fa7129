import type { CompilerApi } from '@cubejs-backend/server-core/dist/src/core/CompilerApi.js';
import { ShopwaveError } from '../../../lib/errors.ts';
import { queryErrorText } from '../query-errors.ts';
import type { Caller } from './caller.ts';
import type { MemberCatalog } from './member-catalog.ts';
import { createProfiles } from './profiles.ts';
import type { Described } from './profiles.ts';
import { withPolicies } from './query-policy.ts';

/** Shows the compiled model to a caller as if it held nothing but what they may see. */
export type PolicedCompiler = (
  compiler: CompilerApi,
  caller: Caller,
  planning: (compiler: CompilerApi) => CompilerApi,
) => Promise<CompilerApi>;

type Context = Parameters<CompilerApi['metaConfig']>[0];

/**
 * All doors of Cube's gateway (load, sql, dry-run, meta, GraphQL, and this process's own) ask the compiler for what
 * there is and hand it every query before SQL is made of it. Policies therefore live here, and nowhere else.
 */
export function policedCompilers(): PolicedCompiler {
  const profileOf = createProfiles();
  return async (model, caller, planning) => {
    const compiler = planning(model);
    const all: unknown = await compiler.metaConfig({} as Context, { requestId: 'policies' });
    const profile = profileOf(all as Described[], caller);
    const policed: Readonly<Record<string | symbol, unknown>> = {
      metaConfig: async (...args: Parameters<CompilerApi['metaConfig']>) => {
        const meta: unknown = await compiler.metaConfig(...args);
        if (Array.isArray(meta)) return profile.only(meta as Described[]);
        const { cubes, ...rest } = meta as { readonly cubes: Described[] };
        return { ...rest, cubes: profile.only(cubes) };
      },
      metaConfigExtended: async (...args: Parameters<CompilerApi['metaConfigExtended']>) => {
        const { metaConfig, cubeDefinitions } = await compiler.metaConfigExtended(...args);
        return { metaConfig: profile.only(metaConfig as Described[]), cubeDefinitions };
      },
      applyRowLevelSecurity: async (query: object) => ({
        query: police(query, caller, profile.catalog),
        denied: false,
      }),
      getGraphQLSchema: () => profile.graphqlSchema,
      setGraphQLSchema: (schema: typeof profile.graphqlSchema) => {
        profile.graphqlSchema = schema;
      },
    };
    return new Proxy(compiler, {
      get: (target, name) => {
        if (Object.hasOwn(policed, name)) return policed[name];
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
      set: (target, name, value) => Reflect.set(target, name, value),
    });
  };
}

/** Typed errors in the shape that the gateway answers with 400. */
function police(query: object, caller: Caller, catalog: MemberCatalog): object {
  try {
    return withPolicies(query, caller, catalog);
  } catch (error) {
    if (!(error instanceof ShopwaveError)) throw error;
    throw Object.assign(new Error(queryErrorText(error), { cause: error }), { type: 'UserError' });
  }
}
