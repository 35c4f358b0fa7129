import { baseNames } from '../compile/base-context.ts';
import { Context } from '../compile/context.ts';
import { nodeNames } from '../compile/node-context.ts';
import type { RefRequest } from '../compile/node-context.ts';
import { relationOf } from '../compile/relation.ts';
import type { Template } from '../../../lib/jinja/ast.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import { renderSync } from '../../../lib/jinja/render.ts';
import { Dict, toValue } from '../../../lib/jinja/values.ts';
import type { Environment } from './environment.ts';
import { mentionedIn, reachedMacros } from './macros.ts';
import type { MacroTable } from './macros.ts';
import { mergeSettings } from './settings.ts';
import type { Authored } from './settings.ts';
import { unknownCalls } from './unknown-calls.ts';
import { own } from './yaml.ts';

/** What a template turned out to use when it was rendered without a warehouse. */
export interface Discovery {
  readonly refs: readonly (RefRequest & { readonly at: Location })[];
  readonly sources: readonly { readonly name: string; readonly at: Location }[];
  /** Calls of config(), in order. */
  readonly configs: readonly { readonly values: Authored; readonly at: Location }[];
  readonly callsTouched: boolean;
  /** Ids of the project's macros that it can reach. */
  readonly macros: readonly string[];
}

/** The parts of a project that templates can use before its nodes are known. */
export interface Known {
  readonly environment: Environment;
  readonly macros: MacroTable;
}

/** The names of a template while its project is parsed; `found` grows as it is rendered. */
export interface Parsing {
  readonly context: Context;
  readonly found: {
    readonly refs: (RefRequest & { readonly at: Location })[];
    readonly sources: { readonly name: string; readonly at: Location }[];
    readonly configs: { readonly values: Authored; readonly at: Location }[];
    callsTouched: boolean;
    asksIncremental: boolean;
  };
}

/** How one template is parsed. */
export interface ParseInput {
  readonly settings: Authored;
  /** Schema and name that `this` prints. */
  readonly self: { readonly schema: string; readonly identifier: string } | undefined;
  readonly isIncremental: boolean;
  /** Lets changed() through, inside a mapping of touched keys. */
  readonly isMapping?: boolean;
  /** Hooks may read secrets. */
  readonly allowSecrets?: boolean;
}

/** Names for rendering without a warehouse. */
export function parseContext({ environment, macros }: Known, input: ParseInput): Parsing {
  const found: Parsing['found'] = {
    refs: [],
    sources: [],
    configs: [],
    callsTouched: false,
    asksIncremental: false,
  };
  const { database, type } = environment.target;
  const { self } = input;
  const nothing = (): void => undefined;
  const base = baseNames(environment, {
    allowSecrets: input.allowSecrets ?? false,
    startedAt: new Date(0),
    invocationId: 'none',
    onVolatile: nothing,
    onLog: nothing,
  });
  const get = (name: string): unknown =>
    own(mergeSettings([input.settings, ...found.configs.map((each) => each.values)]), name);
  const node = nodeNames({
    environment,
    execute: false,
    isIncremental: () => {
      found.asksIncremental = true;
      return input.isIncremental;
    },
    ref: (request, { at }) => {
      found.refs.push({ ...request, at });
      return relationOf(`${self?.schema ?? environment.target.schema}.${request.name}`, database, 'table');
    },
    source: (name, { at }) => {
      found.sources.push({ name, at });
      return relationOf(name, database, 'table');
    },
    config: { get, add: (values, { at }) => void found.configs.push({ values, at }) },
    self: self === undefined ? undefined : relationOf(`${self.schema}.${self.identifier}`, database, 'table'),
    model: () =>
      toValue({ name: self?.identifier ?? '', resource_type: 'model', config: input.settings, columns: {} }),
    graph: () => new Dict(),
    ask: undefined,
    changed: input.isMapping === true ? 'changed' : undefined,
    onTouched: () => (found.callsTouched = true),
    onVolatile: nothing,
    targetType: type,
    dispatch: (name, args) => context.dispatch(name, args),
    results: new Map(),
  });
  const context: Context = new Context({ environment, dialect: type, macros, node, base });
  return { context, found };
}

/**
 * Renders a template as dbt parses it and records what it uses. Where it asks is_incremental() it is rendered both ways,
 * so that a ref in either branch is an input.
 */
export function discover(
  template: Template,
  known: Known,
  input: Omit<ParseInput, 'isIncremental'>,
): Discovery {
  const first = discoverOnce(template, known, { ...input, isIncremental: false });
  const second = first.asksIncremental
    ? discoverOnce(template, known, { ...input, isIncremental: true })
    : undefined;
  const { type } = known.environment.target;
  const reached = reachedMacros(known.macros, mentionedIn(template.body.nodes), [type, 'default']);
  return {
    refs: [...first.refs, ...(second?.refs ?? [])],
    sources: [...first.sources, ...(second?.sources ?? [])],
    configs: first.configs,
    callsTouched: first.callsTouched || second?.callsTouched === true,
    macros: reached.map((macro) => macro.uniqueId),
  };
}

function discoverOnce(template: Template, known: Known, input: ParseInput): Parsing['found'] {
  const { context, found } = parseContext(known, input);
  try {
    renderSync(template, context.options);
  } catch (error) {
    throw context.explain(error);
  }
  const [unknown] = unknownCalls(template, context.options.globals);
  if (unknown !== undefined) throw context.unknownName(unknown.name, unknown.at);
  return found;
}
