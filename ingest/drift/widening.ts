/** A type in PostgreSQL's words, taken apart: `numeric(12,2)` is numeric with 12 and 2. */
interface TypeParts {
  readonly base: string;
  readonly numbers: readonly number[];
}

/** Each family from narrow to wide: every value of a type is one of all types after it. */
const families: ReadonlyArray<readonly string[]> = [
  ['smallint', 'integer', 'bigint', 'numeric'],
  ['real', 'double precision'],
  ['character varying', 'text'],
  ['date', 'timestamp without time zone'],
];

/** Whether every value of the one type is also a value of the other, written the same way or longer. */
export function isWidening(before: string, after: string): boolean {
  const [from, to] = [partsOf(before), partsOf(after)];
  if (from.base === to.base) return takesAll(from, to);
  const isWider = families.some((family) => {
    const [narrow, wide] = [family.indexOf(from.base), family.indexOf(to.base)];
    return narrow >= 0 && wide > narrow;
  });
  // A limited numeric may not have room for a bigint; an unlimited one has.
  return isWider && to.numbers.length === 0;
}

/** `varchar(40)` to `varchar(80)`, `numeric(12,2)` to `numeric(14,4)`: room on both sides of the point must not shrink. */
function takesAll(from: TypeParts, to: TypeParts): boolean {
  if (to.numbers.length === 0) return true;
  if (from.numbers.length === 0) return false;
  const [length = 0, scale = 0] = from.numbers;
  const [newLength = 0, newScale = 0] = to.numbers;
  return newScale >= scale && newLength - newScale >= length - scale;
}

function partsOf(type: string): TypeParts {
  const match = /^(?<head>[^(]+)(?:\((?<numbers>[\d,]+)\))?(?<tail>.*)$/.exec(type);
  const { head = type, numbers = '', tail = '' } = match?.groups ?? {};
  const base = `${head.trim()} ${tail.trim()}`.trim();
  return { base, numbers: numbers === '' ? [] : numbers.split(',').map(Number) };
}
