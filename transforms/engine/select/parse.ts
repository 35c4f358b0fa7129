import { nearest } from '../../../lib/edit-distance.ts';
import { selectErrors } from './errors.ts';
import { methodNames } from './selection.ts';
import type { Criterion, MethodName, Selection } from './selection.ts';

/** A text with its place: `--select, argument 2`, or file:line:column; and which column its first character has. */
interface Placed {
  readonly text: string;
  readonly place: string;
  /** From 1; undefined where the place says it all. */
  readonly column: number | undefined;
}

/**
 * The selection of a command's `--select` or `--exclude` arguments: arguments and spaces mean "or", commas "and".
 * SELECT_SYNTAX and SELECT_UNKNOWN_METHOD say where.
 */
export function parseArguments(option: string, args: readonly string[]): Selection {
  const parts = args.flatMap((text, index) => {
    const place = args.length === 1 ? option : `${option}, argument ${index + 1}`;
    const words = split(text, ' ', { text, place, column: 1 }).filter((word) => word.text !== '');
    if (words.length === 0) throw syntax('an empty selector', { text, place, column: 1 });
    return words.map(parseIntersection);
  });
  return { kind: 'union', parts, indirect: undefined };
}

function parseIntersection(word: Placed): Selection {
  const parts = split(word.text, ',', word).map(parseCriterion);
  return { kind: 'intersection', parts, indirect: undefined };
}

function split(text: string, separator: string, placed: Placed): Placed[] {
  let offset = 0;
  return text.split(separator).map((part) => {
    const here = { text: part, place: placed.place, column: later(placed, offset) };
    offset += part.length + separator.length;
    return here;
  });
}

const shape =
  /^(?<at>@)?(?:(?<parentsDepth>\d*)(?<parents>\+))?(?:(?<method>[\w.]+):)?(?<value>.*?)(?:(?<children>\+)(?<childrenDepth>\d*))?$/s;

/** One criterion, without commas or spaces. */
export function parseCriterion(placed: Placed): Criterion {
  const groups = shape.exec(placed.text)?.groups ?? {};
  const { at, parents, parentsDepth, method, value = '', children, childrenDepth } = groups;
  if (value === '') throw syntax(placed.text === '' ? 'nothing stands here' : 'a name is missing', placed);
  if (at !== undefined && children !== undefined) {
    throw syntax('`@` already means the descendants: it does not go with a `+` behind', placed);
  }
  return {
    kind: 'criterion',
    ...(method === undefined
      ? { method: methodOf(value), arguments: [] }
      : parseMethod(method, { ...placed, column: later(placed, placed.text.indexOf(method)) })),
    value,
    childrensParents: at !== undefined,
    parents: depth(parents, parentsDepth),
    children: depth(children, childrenDepth),
    indirect: undefined,
    raw: placed.text,
    where: whereOf(placed),
  };
}

function depth(plus: string | undefined, digits: string | undefined): number {
  if (plus === undefined) return 0;
  return digits === undefined || digits === '' ? Infinity : Number(digits);
}

/** Without a method, a slash makes a path, an ending a file, and all else is a name. */
function methodOf(value: string): MethodName {
  if (value.includes('/')) return 'path';
  return /\.(sql|py|csv)$/i.test(value) ? 'file' : 'fqn';
}

/** `config.meta.owner` is the method config with the arguments meta and owner. */
export function parseMethod(
  text: string,
  placed: Placed,
): { readonly method: MethodName; readonly arguments: readonly string[] } {
  const [name = '', ...rest] = text.split('.');
  const method = methodNames.find((each) => each === name);
  if (method === undefined) {
    const near = nearest(name, methodNames);
    const hint = near === undefined ? `; there are ${methodNames.join(', ')}` : `; did you mean ${near}?`;
    throw selectErrors.error('SELECT_UNKNOWN_METHOD', {
      message: `${name} is not a selector method${hint}`,
      where: whereOf(placed),
    });
  }
  if (method === 'config' && (rest.length === 0 || rest.includes(''))) {
    throw syntax('config needs the name of a setting, as in `config.materialized:table`', placed);
  }
  return { method, arguments: rest };
}

function later({ column }: Placed, offset: number): number | undefined {
  return column === undefined ? undefined : column + offset;
}

function whereOf({ place, column }: Placed): string {
  return column === undefined ? place : `${place}, column ${column}`;
}

function syntax(what: string, placed: Placed): Error {
  return selectErrors.error('SELECT_SYNTAX', {
    message: `${what}${placed.text === '' ? '' : ` in \`${placed.text}\``}`,
    where: whereOf(placed),
  });
}
