import { bindArguments } from './arguments.ts';
import type { Dialect } from './dialect.ts';
import type { MacroArguments, MacroParameter } from './parameters.ts';

/** A dialect macro: texts of SQL in, the text of an SQL expression (or clause, or query) out, once per engine. */
export interface DialectMacro {
  readonly name: string;
  readonly parameters: readonly MacroParameter[];
  readonly description: string;
  /** Arguments of the call that the generated reference shows. */
  readonly example: MacroArguments;
  /** Throws DIALECT_ARGUMENT, without a place: the caller knows where the call stands. */
  readonly render: Readonly<Record<Dialect, (args: MacroArguments) => string>>;
}

/** Macros by name; dbt's own as `dbt.<name>`. */
export type MacroTable = Readonly<Record<string, DialectMacro>>;

/** What a renderer is given: every parameter by its name, checked and with defaults filled in. */
export type Bound<P extends readonly MacroParameter[]> = {
  readonly [Each in P[number] as Each['name']]: Each extends { readonly many: true }
    ? readonly string[]
    : string;
};

type Renderer<P extends readonly MacroParameter[]> = (bound: Bound<P>, dialect: Dialect) => string;

interface MacroText<P extends readonly MacroParameter[]> {
  readonly parameters: P;
  readonly description: string;
  readonly example: MacroArguments['positional'];
}

/** Either one rendering that is right for both engines, or one for each. */
type MacroSpec<P extends readonly MacroParameter[]> = MacroText<P> &
  ({ readonly both: Renderer<P> } | { readonly duckdb: Renderer<P>; readonly snowflake: Renderer<P> });

/** A macro still without its name; `macroTable` gives it the key it stands under. */
export type UnnamedMacro = (name: string) => DialectMacro;

/** Declares one macro. Renderers are given bound and checked arguments and only put text together. */
export function macro<const P extends readonly MacroParameter[]>(spec: MacroSpec<P>): UnnamedMacro {
  const renderers = 'both' in spec ? { duckdb: spec.both, snowflake: spec.both } : spec;
  return (name) => {
    const render = (dialect: Dialect) => (args: MacroArguments) =>
      // The binding is by the same parameters that the type is derived from.
      renderers[dialect](bindArguments(name, spec.parameters, args) as Bound<P>, dialect);
    return {
      name,
      parameters: spec.parameters,
      description: spec.description,
      example: { positional: spec.example, named: {} },
      render: { duckdb: render('duckdb'), snowflake: render('snowflake') },
    };
  };
}

/** A theme's macros under their names, each with an optional namespace before it (`dbt.`). */
export function macroTable(macros: Readonly<Record<string, UnnamedMacro>>, namespace = ''): MacroTable {
  return Object.fromEntries(
    Object.entries(macros).map(([key, named]) => [`${namespace}${key}`, named(`${namespace}${key}`)]),
  );
}
