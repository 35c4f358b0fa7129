import { charge, chargeSize, checkSize } from '../../../lib/jinja/meter.ts';
import { JinjaList, Tuple } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { argumentError, fn, itemsOf, Namespace } from '../../../lib/jinja/host.ts';

/** More than a template can have use for. */
const most = 1_000_000;

function mustItems(value: Value | undefined, args: CallArguments): Value[] {
  const items = itemsOf(value);
  if (items === undefined) throw argumentError('itertools takes lists', args);
  chargeSize(items.length);
  return items;
}

function count(value: Value | undefined, fallback: number): number {
  return typeof value === 'bigint' ? Number(value) : fallback;
}

function product(lists: readonly Value[][], args: CallArguments): Value[][] {
  let rows: Value[][] = [[]];
  for (const list of lists) {
    if (rows.length * list.length > most) throw argumentError('itertools.product gives too many rows', args);
    charge(rows.length * list.length);
    rows = rows.flatMap((row) => list.map((item) => [...row, item]));
  }
  return rows;
}

/** Choices of `size` positions; `next` says which positions may follow those chosen. */
function choose(
  length: number,
  size: number,
  next: (chosen: readonly number[], candidate: number) => boolean,
  args: CallArguments,
): number[][] {
  let rows: number[][] = [[]];
  for (let step = 0; step < size; step += 1) {
    charge(1 + (rows.length * length) / 4);
    rows = rows.flatMap((row) =>
      Array.from({ length }, (_, candidate) => candidate)
        .filter((candidate) => next(row, candidate))
        .map((candidate) => [...row, candidate]),
    );
    if (rows.length > most) throw argumentError('itertools gives too many rows', args);
  }
  return rows;
}

function chosen(
  name: string,
  next: (chosen: readonly number[], candidate: number) => boolean,
  wholeByDefault: boolean,
): readonly [string, Value] {
  return fn(name, (args) => {
    const items = mustItems(args.positional[0], args);
    const size = count(args.positional[1] ?? args.named.get('r'), wholeByDefault ? items.length : 0);
    const rows = choose(items.length, size, next, args);
    return new JinjaList(rows.map((row) => new Tuple(row.map((index) => items[index] ?? null))));
  });
}

const after = (row: readonly number[], candidate: number): boolean => candidate > (row.at(-1) ?? -1);

/** `modules.itertools`, with lists where Python has iterators. */
export const itertoolsModule: Value = new Namespace(
  'itertools',
  new Map<string, Value>([
    fn('chain', (args) => new JinjaList(args.positional.flatMap((each) => mustItems(each, args)))),
    fn('product', (args) => {
      const repeat = count(args.named.get('repeat'), 1);
      checkSize(repeat * args.positional.length, 'a product');
      const lists = args.positional.map((each) => mustItems(each, args));
      const repeated = Array.from({ length: repeat }, () => lists).flat();
      return new JinjaList(product(repeated, args).map((row) => new Tuple(row)));
    }),
    chosen('permutations', (row, candidate) => !row.includes(candidate), true),
    chosen('combinations', after, false),
    chosen('combinations_with_replacement', (row, candidate) => candidate >= (row.at(-1) ?? 0), false),
    fn('islice', (args) => {
      const items = mustItems(args.positional[0], args);
      const [first, last] = args.positional.slice(1).map((each) => count(each, items.length));
      return new JinjaList(last === undefined ? items.slice(0, first) : items.slice(first, last));
    }),
    fn('zip_longest', (args) => {
      const lists = args.positional.map((each) => mustItems(each, args));
      const fill = args.named.get('fillvalue') ?? null;
      const length = Math.max(0, ...lists.map((each) => each.length));
      return new JinjaList(
        Array.from({ length }, (_, index) => new Tuple(lists.map((each) => each[index] ?? fill))),
      );
    }),
    fn('repeat', (args) => {
      const times = count(args.positional[1] ?? args.named.get('times'), -1);
      if (times < 0 || times > most) throw argumentError('itertools.repeat needs a number of times', args);
      return new JinjaList(Array.from({ length: times }, () => args.positional[0] ?? null));
    }),
  ]),
);
