import { formatLocation } from '../../../lib/jinja/location.ts';
import { findCalls } from '../../../lib/jinja/discover.ts';
import { HostObject } from '../../../lib/jinja/values.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import { parseContext } from './discover.ts';
import { projectErrors } from './errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import { mentionedIn } from './macros.ts';
import type { Model } from './model.ts';
import type { UnitTestProperties } from './property-schema.ts';
import type { Path } from './yaml.ts';

/** What overrides of unit tests may name. */
export interface Overridable {
  readonly isMacro: (name: string) => boolean;
  readonly macros: Iterable<string>;
  /** Names and texts in models and macros: what var() and env_var() ask for is among them. */
  readonly mentioned: ReadonlySet<string>;
  /** What var() and env_var() ask for literally. */
  readonly asked: Readonly<Record<'var' | 'env_var', readonly string[]>>;
}

/** Names that macros, vars and environment variables have in a project. */
export function overridable(models: Iterable<Pick<Model, 'template'>>, loading: Loading): Overridable {
  const { context } = parseContext(loading, { settings: {}, self: undefined, isIncremental: false });
  const { globals } = context.options;
  const parts = [
    ...Array.from(models, ({ template }) => template.body.nodes),
    ...Array.from(loading.macros.values(), ({ definition }) => definition.signature.body.nodes),
  ].flat();
  const asked = (called: string): string[] =>
    findCalls(parts)
      .filter(({ name }) => name === called)
      .flatMap(({ positional: [first] }) => (typeof first === 'string' ? [first] : []));
  return {
    isMacro: (name) => isKnown(name, globals),
    macros: [...loading.macros.keys(), ...platformMacros],
    mentioned: new Set(mentionedIn(parts)),
    asked: { var: asked('var'), env_var: asked('env_var') },
  };
}

const platformMacros = ['is_incremental', 'touched', 'run_query', 'dbt.current_timestamp'];

/** A name, or one of a package: `dbt.current_timestamp`. */
function isKnown(name: string, globals: (name: string) => Value | undefined): boolean {
  const [first = '', second] = name.split('.');
  const value = globals(first);
  if (second === undefined) return value !== undefined;
  return value instanceof HostObject && value.attribute(second) !== undefined;
}

/** An override of a name that nobody reads would leave the test on the branch that it wanted to leave. */
export function checkOverrides(
  { name, overrides }: UnitTestProperties,
  path: Path,
  file: PropertiesFile,
  readKnown: () => Overridable,
  { defects, environment }: Loading,
): void {
  const { macros, vars, env_vars: envVars } = overrides;
  if ([macros, vars, envVars].every((each) => Object.keys(each).length === 0)) return;
  const known = readKnown();
  const refuse = (kind: string, each: string, candidates: Iterable<string>, what: string): void => {
    const near = nearest(each, candidates);
    defects.add(
      projectErrors.error('PROJECT_SETTING_INVALID', {
        message: `${name}: ${what} ${each}${near === undefined ? '' : `; did you mean ${near}?`}`,
        where: formatLocation(file.yaml.atKey([...path, 'overrides', kind, each])),
        remedy: 'Override what the model reads.',
      }),
    );
  };
  for (const macro of Object.keys(macros)) {
    if (!known.isMacro(macro)) refuse('macros', macro, known.macros, 'there is no macro');
  }
  for (const each of Object.keys(vars)) {
    const isSet = Object.hasOwn(environment.vars, each);
    if (isSet || known.mentioned.has(each)) continue;
    refuse('vars', each, [...Object.keys(environment.vars), ...known.asked.var], 'nothing reads the var');
  }
  for (const each of Object.keys(envVars)) {
    if (known.mentioned.has(each)) continue;
    refuse('env_vars', each, known.asked.env_var, 'nothing reads the environment variable');
  }
}
