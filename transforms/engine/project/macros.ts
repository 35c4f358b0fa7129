import type { MacroDefinition } from '../../../lib/jinja/ast.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { parseTemplate } from '../../../lib/jinja/parse.ts';
import { partsOf, walkNodes } from '../../../lib/jinja/walk.ts';
import type { Defects } from './defects.ts';
import { projectErrors } from './errors.ts';
import type { SourceFile } from './files.ts';

/** A macro or generic test of the project. */
export interface Macro {
  readonly uniqueId: string;
  /** As it is called: a test's is `test_<name>`. */
  readonly name: string;
  readonly kind: 'macro' | 'test';
  readonly definition: MacroDefinition;
  readonly file: string;
  /** Names that its body calls or mentions: candidates for other macros. */
  readonly mentions: readonly string[];
}

/** Macros by the name they are called under. */
export type MacroTable = ReadonlyMap<string, Macro>;

/** Generic tests that the engine runs natively; a project's own cannot take their names. */
export const nativeTests: ReadonlySet<string> = new Set([
  'unique',
  'not_null',
  'accepted_values',
  'relationships',
  'unique_combination_of_columns',
]);

/** Other names for tests of the engine's own: dbt_utils' for a composite key, and the word for what it says. */
const alsoKnownAs: ReadonlyMap<string, string> = new Map([
  ['dbt_utils.unique_combination_of_columns', 'unique_combination_of_columns'],
  ['grain', 'unique_combination_of_columns'],
]);

/** The name that the engine knows a generic test by. */
export function builtInName(kind: string): string {
  return alsoKnownAs.get(kind) ?? kind;
}

const instead = {
  materialization:
    'materializations are built in: view, table, ephemeral, incremental, scd2, latest, history (see the config of models)',
  snapshot: 'use a model with materialized: scd2, which is built from the change log and loses no version',
} as const;

/** Every macro and test in some files, by name; double and forbidden ones are collected as defects. */
export function collectMacros(
  projectName: string,
  files: readonly SourceFile[],
  defects: Defects,
): MacroTable {
  const table = new Map<string, Macro>();
  for (const source of files) {
    const template = defects.try(() => parseTemplate(source.text, source.file));
    for (const definition of template?.macros ?? []) {
      const macro = defects.try(() => toMacro(projectName, source.file, definition));
      if (macro === undefined) continue;
      const before = table.get(macro.name);
      if (before === undefined) table.set(macro.name, macro);
      else defects.add(duplicate(macro, before));
    }
  }
  return table;
}

function toMacro(projectName: string, file: string, definition: MacroDefinition): Macro | undefined {
  const where = formatLocation(definition.at);
  const { kind, name } = definition;
  if (kind === 'docs') return undefined;
  if (kind === 'materialization' || kind === 'snapshot') {
    throw projectErrors.error('PROJECT_UNSUPPORTED', {
      message: `{% ${kind} ${name} %} is not supported: ${instead[kind]}`,
      where,
      remedy: instead[kind],
    });
  }
  if (kind === 'test' && nativeTests.has(name)) {
    throw projectErrors.error('PROJECT_MACRO_INVALID', {
      message: `the test ${name} is built in and cannot be replaced`,
      where,
      remedy: 'Give it another name.',
    });
  }
  const called = kind === 'test' ? `test_${name}` : name;
  return {
    uniqueId: `macro.${projectName}.${called}`,
    name: called,
    kind,
    definition,
    file,
    mentions: mentionsOf(definition),
  };
}

/** Names and attribute names that a macro's body reads; `pkg.name` and dispatched texts count as well. */
function mentionsOf(definition: MacroDefinition): string[] {
  const { parameters, body } = definition.signature;
  const defaults = parameters.flatMap(({ fallback }) => (fallback === undefined ? [] : [fallback]));
  return mentionedIn([...defaults, ...body.nodes]);
}

/** Every name, attribute and text of some parts: a superset of the macros that they can reach. */
export function mentionedIn(parts: Parameters<typeof walkNodes>[0]): string[] {
  const found = new Set<string>();
  walkNodes(parts, (part) => {
    if (part.kind === 'name' || part.kind === 'attribute') found.add(part.name);
    if (part.kind === 'const' && typeof part.value === 'string' && /^\w+$/.test(part.value))
      found.add(part.value);
    return partsOf(part).length > 0;
  });
  return [...found];
}

function duplicate(macro: Macro, before: Macro): ReturnType<typeof projectErrors.error> {
  return projectErrors.error('PROJECT_MACRO_INVALID', {
    message: `there is another macro ${macro.name} at ${formatLocation(before.definition.at)}`,
    where: formatLocation(macro.definition.at),
    remedy: 'Rename one of them.',
  });
}

/** The macros that some names lead to, directly or through other macros, in order of their names. */
export function reachedMacros(
  table: MacroTable,
  names: Iterable<string>,
  prefixes: readonly string[],
): Macro[] {
  const reached = new Map<string, Macro>();
  const visit = (name: string): void => {
    for (const candidate of [name, ...prefixes.map((prefix) => `${prefix}__${name}`)]) {
      const macro = table.get(candidate);
      if (macro === undefined || reached.has(candidate)) continue;
      reached.set(candidate, macro);
      macro.mentions.forEach(visit);
    }
  };
  for (const name of names) visit(name);
  return [...reached.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
