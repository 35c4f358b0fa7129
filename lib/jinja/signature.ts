import { nearest } from '../edit-distance.ts';
import { fail } from './errors.ts';
import type { Value } from './values.ts';

interface Parameters {
  readonly text: string;
  readonly names: readonly string[];
  readonly required: number;
  /** How many can only be given by position. */
  readonly positionalOnly: number;
  readonly rest: boolean;
  readonly named: boolean;
}

/** Arguments by parameter; those left out are undefined. */
export interface Bound {
  readonly values: readonly (Value | undefined)[];
  readonly rest: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

const NONE: ReadonlyMap<string, Value> = new Map();

/**
 * A Python signature in short: `old, new, count?` with `?` behind optional ones, `/` behind those that are given by
 * position only, and `*`, `**` where the function takes any more of either.
 */
export function signature(text: string): Parameters {
  const words = text.split(',').map((word) => word.trim());
  const names: string[] = [];
  let required = 0;
  let positionalOnly = 0;
  for (const word of words) {
    if (word === '/') positionalOnly = names.length;
    else if (word !== '' && !word.startsWith('*')) {
      if (!word.endsWith('?')) required += 1;
      names.push(word.replace('?', ''));
    }
  }
  return { text, names, required, positionalOnly, rest: words.includes('*'), named: words.includes('**') };
}

/** Binds a call's arguments; the errors name the function and its signature. */
export function bind(
  called: string,
  parameters: Parameters,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value> = NONE,
): Bound {
  const { names } = parameters;
  const refuse = (what: string): never => fail('JINJA_ARGUMENTS', `${called}(${parameters.text}): ${what}`);
  if (positional.length > names.length && !parameters.rest) {
    refuse(`takes at most ${names.length} positional arguments, ${positional.length} were given`);
  }
  const values: (Value | undefined)[] = positional.slice(0, names.length);
  const others = new Map<string, Value>();
  for (const [name, value] of named) {
    const index = names.indexOf(name);
    if (index < parameters.positionalOnly) {
      if (!parameters.named) refuse(unknownName(name, names));
      others.set(name, value);
    } else if (index < positional.length) refuse(`the argument '${name}' is given twice`);
    else values[index] = value;
  }
  for (let index = 0; index < parameters.required; index += 1) {
    if (values[index] === undefined) refuse(`the argument '${names[index]}' is missing`);
  }
  return { values, rest: positional.slice(names.length), named: others };
}

function unknownName(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return `there is no argument '${name}'${near === undefined ? '' : `; did you mean '${near}'?`}`;
}
