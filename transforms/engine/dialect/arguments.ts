import type { ShopwaveError } from '../../../lib/errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { dialectErrors } from './errors.ts';
import { parameterKinds } from './kinds.ts';
import { signature } from './parameters.ts';
import type { MacroArgument, MacroArguments, MacroParameter } from './parameters.ts';

/**
 * Gives every parameter its value, checked: positional ones in order, named ones by name, else the default.
 * Anything left over, missing, given twice or of the wrong kind is DIALECT_ARGUMENT.
 */
export function bindArguments(
  macro: string,
  parameters: readonly MacroParameter[],
  args: MacroArguments,
): Readonly<Record<string, string | readonly string[]>> {
  const fail = (message: string): ShopwaveError => {
    const call = `${macro}(${signature(parameters)})`;
    return dialectErrors.error('DIALECT_ARGUMENT', {
      message: `${macro}() ${message}`,
      remedy: `Call it as ${call}; see docs/reference/dialect-macros.md.`,
    });
  };
  const given = mustAssign(parameters, args, fail);
  return Object.fromEntries(
    parameters.map((parameter) => [
      parameter.name,
      mustRead(parameter, given.get(parameter.name) ?? null, fail),
    ]),
  );
}

type Fail = (message: string) => ShopwaveError;

function mustAssign(
  parameters: readonly MacroParameter[],
  args: MacroArguments,
  fail: Fail,
): ReadonlyMap<string, MacroArgument> {
  const given = new Map<string, MacroArgument>();
  const last = parameters.at(-1);
  const places = last?.variadic === true ? parameters.length - 1 : parameters.length;
  for (const [index, parameter] of parameters.slice(0, places).entries()) {
    if (index < args.positional.length) given.set(parameter.name, args.positional[index] ?? null);
  }
  const rest = args.positional.slice(places);
  if (last?.variadic === true && rest.length > 0) {
    given.set(
      last.name,
      rest.flatMap((each) => each ?? 'null'),
    );
  } else if (rest.length > 0) {
    throw fail(`takes at most ${places} argument(s), got ${args.positional.length}`);
  }
  const names = parameters.map((each) => each.name);
  for (const [name, value] of Object.entries(args.named)) {
    if (!names.includes(name)) {
      const near = nearest(name, names);
      throw fail(`has no parameter "${name}"${near === undefined ? '' : `; did you mean ${near}?`}`);
    }
    if (given.has(name)) throw fail(`got "${name}" twice, in its place and by its name`);
    given.set(name, value);
  }
  return given;
}

function mustRead(parameter: MacroParameter, value: MacroArgument, fail: Fail): string | readonly string[] {
  if (value === null) {
    if (parameter.default === undefined) throw fail(`needs "${parameter.name}"`);
    return parameter.many === true ? [] : parameter.default;
  }
  if (parameter.many === true) {
    const items = typeof value === 'string' ? [value] : value;
    return items.map((each) => mustBeOf(parameter, each, fail));
  }
  if (typeof value !== 'string') throw fail(`takes one text as "${parameter.name}", got a list`);
  // An optional parameter may be switched off explicitly: dbt.listagg(..., order_by_clause='').
  if (value.trim() === '' && parameter.default === '') return '';
  return mustBeOf(parameter, value, fail);
}

function mustBeOf(parameter: MacroParameter, value: string, fail: Fail): string {
  const kind = parameterKinds[parameter.kind];
  const read = kind.read(value);
  const { choices } = parameter;
  const isAllowed = read !== undefined && (choices === undefined || choices.includes(read));
  if (isAllowed) return read;
  const expected = choices === undefined ? kind.expects : `one of ${choices.join(', ')}`;
  const near = choices === undefined ? undefined : nearest(value, choices);
  throw fail(
    `needs ${expected} as "${parameter.name}", got "${value}"${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}
