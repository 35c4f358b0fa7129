import { transformErrors } from '../errors.ts';
import { nearest } from '../project/graph.ts';
import { ShopwaveError } from '../../../lib/errors.ts';
import { formatLocation } from '../template/location.ts';
import type { TemplateCall, TemplateFunction, TemplateValue } from '../template/render.ts';
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
import type { MacroArgument, MacroArguments } from './parameters.ts';
import { textMacros } from './text.ts';

export type { Dialect } from './dialect.ts';

/**
 * Every macro a model may call for SQL that engines spell differently, or that must be spelt one way everywhere.
 * Those of dbt stand under `dbt.`; the rest have no namespace.
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

/** The macros of one dialect as functions of a template scope. */
export function dialectFunctions(dialect: Dialect): Array<readonly [string, TemplateFunction]> {
  return Object.keys(dialectMacros).map((name) => [name, (call) => renderCall(name, dialect, call)]);
}

function renderCall(name: string, dialect: Dialect, call: TemplateCall): string {
  try {
    return renderDialectMacro(name, dialect, {
      positional: call.args.map(asArgument),
      named: Object.fromEntries(Object.entries(call.named).map(([key, value]) => [key, asArgument(value)])),
    });
  } catch (error) {
    if (!(error instanceof ShopwaveError)) throw error;
    throw transformErrors.error('TRANSFORM_TEMPLATE_ARGUMENT', {
      message: error.message,
      remedy: error.remedy,
      where: formatLocation(call.at),
    });
  }
}

function asArgument(value: TemplateValue): MacroArgument {
  if (value === null) return null;
  return isList(value) ? value.map(asText) : asText(value);
}

function asText(value: TemplateValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}
