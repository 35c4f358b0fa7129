/** One argument as a template gives it: a text, a list of texts (dbt.concat), or none, which means "the default". */
export type MacroArgument = string | readonly string[] | null;

/** The arguments of one call; numbers and booleans come as their text. */
export interface MacroArguments {
  readonly positional: readonly MacroArgument[];
  readonly named: Readonly<Record<string, MacroArgument>>;
}

/** How a parameter's text is read; see `parameterKinds`. */
export type ParameterKind =
  | 'sql'
  | 'text'
  | 'pattern'
  | 'name'
  | 'path'
  | 'unit'
  | 'integer'
  | 'fraction'
  | 'boolean'
  | 'zone'
  | 'date'
  | 'type'
  | 'castable'
  | 'format'
  | 'choice';

/** One parameter of a macro, and how its argument is checked. */
export interface MacroParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Present on optional parameters; '' stands for "none". */
  readonly default?: string;
  /** Takes several texts: a list, or (where `variadic`) all remaining positional arguments. */
  readonly many?: true;
  readonly variadic?: true;
  /** The only values allowed, where the kind allows more. */
  readonly choices?: readonly string[];
}

interface Parameter<Name extends string> {
  readonly name: Name;
  readonly kind: ParameterKind;
  readonly default?: string;
  readonly choices?: readonly string[];
}

type Declare = <const Name extends string>(name: Name, fallback?: string) => Parameter<Name>;

function of(kind: ParameterKind): Declare {
  return (name, fallback) => ({ name, kind, ...(fallback === undefined ? {} : { default: fallback }) });
}

/** An SQL expression, taken over as it stands. */
export const sql = of('sql');
/** Plain text that the macro quotes for the engine: a pattern, a column name in JSON. */
export const text = of('text');
// The others are named as their kind: `parameterKinds` says what each takes.
export const pattern = of('pattern');
export const name = of('name');
export const path = of('path');
export const integer = of('integer');
export const fraction = of('fraction');
export const boolean = of('boolean');
export const zone = of('zone');
export const date = of('date');
export const sqlTypeName = of('type');
/** A type that text can be tried as. */
export const castableType = of('castable');
export const format = of('format');

/** A unit of time under any of its names, given on as the canonical one out of `choices`. */
export function unit<const Name extends string>(named: Name, choices: readonly string[]): Parameter<Name> {
  return { name: named, kind: 'unit', choices };
}

/** One of a few texts; without `fallback` it must be given. */
export function choice<const Name extends string>(
  named: Name,
  choices: readonly string[],
  fallback?: string,
): Parameter<Name> {
  return { ...of('choice')(named, fallback), choices };
}

/** The parameter takes a list: `['a', 'b']`. A single text is a list of one. */
export function list<Name extends string>(each: Parameter<Name>): Parameter<Name> & { readonly many: true } {
  return { ...each, many: true };
}

/** The last parameter takes all remaining positional arguments; at least one unless it has a default. */
export function variadic<Name extends string>(
  each: Parameter<Name>,
): Parameter<Name> & { readonly many: true; readonly variadic: true } {
  return { ...each, many: true, variadic: true };
}

/** The parameters as a reader writes them: `datepart, amount, at = now`. */
export function signature(parameters: readonly MacroParameter[]): string {
  return parameters
    .map((each) => {
      const dots = each.variadic === true ? '...' : '';
      const fallback = each.default === undefined ? '' : ` = ${each.default === '' ? 'none' : each.default}`;
      return `${each.name}${dots}${fallback}`;
    })
    .join(', ');
}
