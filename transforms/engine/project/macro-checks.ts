import type { Value } from '../../../lib/jinja/values.ts';
import type { Defects } from './defects.ts';
import { parseContext } from './discover.ts';
import type { Known } from './discover.ts';
import type { PropertiesFile } from './loading.ts';
import { reachedMacros } from './macros.ts';
import type { MacroTable } from './macros.ts';
import type { ProjectMacro } from './model.ts';
import { unknownCalls } from './unknown-calls.ts';

/** Macros as the project shows them, by unique id. */
export function projectMacros(
  table: MacroTable,
  files: readonly PropertiesFile[],
  targetType: string,
): ReadonlyMap<string, ProjectMacro> {
  const described = new Map(
    files.flatMap((file) => file.properties.macros.map((each) => [each.name, each.description] as const)),
  );
  const prefixes = [targetType, 'default'];
  return new Map(
    [...table.values()].map((macro) => [
      macro.uniqueId,
      {
        uniqueId: macro.uniqueId,
        name: macro.name,
        text: macro.definition.raw,
        macros: reachedMacros(table, macro.mentions, prefixes)
          .filter((each) => each !== macro)
          .map((each) => each.uniqueId),
        description: described.get(macro.definition.name) ?? '',
        file: macro.file,
      },
    ]),
  );
}

/** Every call of a name that nobody defines, in any macro, is a defect: it would else wait for its first use. */
export function checkMacroCalls(known: Known, defects: Defects): void {
  const { context } = parseContext(known, { settings: {}, self: undefined, isIncremental: false });
  const isKnown = (name: string): Value | undefined => context.options.globals(name);
  for (const { definition } of known.macros.values()) {
    const parts = definition.signature.body.nodes;
    const own = new Set(definition.signature.parameters.map((parameter) => parameter.name));
    for (const call of unknownCalls(parts, isKnown)) {
      if (!own.has(call.name)) defects.add(context.unknownName(call.name, call.at));
    }
  }
}
