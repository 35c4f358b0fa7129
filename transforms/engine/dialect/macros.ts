import { nearest } from '../../../lib/edit-distance.ts';
import { aggregateMacros } from './aggregates.ts';
import { cdcMacros } from './cdc.ts';
import { conversionMacros } from './conversions.ts';
import { dateMacros } from './dates.ts';
import { dbtMacros } from './dbt-core.ts';
import type { Dialect } from './dialect.ts';
import { epochMacros } from './epochs.ts';
import { dialectErrors } from './errors.ts';
import { jsonMacros } from './json.ts';
import type { MacroTable } from './macro.ts';
import { numberMacros } from './numbers.ts';
import type { MacroArguments } from './parameters.ts';
import { textMacros } from './text.ts';

export type { Dialect } from './dialect.ts';

/**
 * Every macro a model may call for SQL that engines spell differently, or that must be spelt one way everywhere.
 * Those of dbt stand under `dbt.`; the rest have no namespace. Where a name stands under both, both take dbt's
 * arguments, so that it does not matter which of the two a call without namespace finds.
 */
export const dialectMacros: MacroTable = {
  ...cdcMacros,
  ...jsonMacros,
  ...dateMacros,
  ...epochMacros,
  ...numberMacros,
  ...conversionMacros,
  ...textMacros,
  ...aggregateMacros,
  ...dbtMacros,
};

/**
 * The SQL of one macro call. Throws DIALECT_UNKNOWN_MACRO or DIALECT_ARGUMENT, both without `where`: the caller
 * knows the place of the call.
 */
export function renderDialectMacro(name: string, dialect: Dialect, args: MacroArguments): string {
  const macro = Object.hasOwn(dialectMacros, name) ? dialectMacros[name] : undefined;
  if (macro !== undefined) return macro.render[dialect](args);
  const near = nearest(name, Object.keys(dialectMacros));
  throw dialectErrors.error('DIALECT_UNKNOWN_MACRO', {
    message: `there is no dialect macro "${name}"${near === undefined ? '' : `; did you mean ${near}?`}`,
  });
}
