/** A column type, and how one of its cells is written so that a cast takes it. */
export interface InferredType {
  readonly type: string;
  readonly spell: (cell: string) => string;
}

interface Candidate extends InferredType {
  readonly fits: (cell: string) => boolean;
}

const asIs = (cell: string): string => cell.trim();

/**
 * dbt's inference (agate's): the first type that every value fits, empty cells left out. 1 and 0 are integers, not
 * booleans; integers with a leading zero are text, since they are codes.
 */
const candidates: readonly Candidate[] = [
  { type: 'integer', fits: isInteger, spell: asIs },
  { type: 'bigint', fits: isBigint, spell: asIs },
  {
    type: 'boolean',
    fits: (cell) => /^(true|false)$/i.test(cell.trim()),
    spell: (cell) => cell.trim().toLowerCase(),
  },
  { type: 'double', fits: isNumber, spell: asIs },
  { type: 'date', fits: isDate, spell: asIs },
  { type: 'timestamp', fits: isTimestamp, spell: asIs },
];

const text: InferredType = { type: 'varchar', spell: (cell) => cell };

/** The type of a column from all of its cells; a column without any value is text. */
export function inferType(cells: readonly string[]): InferredType {
  const values = cells.filter((cell) => cell !== '');
  if (values.length === 0) return text;
  return candidates.find(({ fits }) => values.every(fits)) ?? text;
}

const integerPattern = /^[+-]?(0|[1-9]\d*)$/;

function isInteger(cell: string): boolean {
  const value = cell.trim();
  return integerPattern.test(value) && Math.abs(Number(value)) <= 2_147_483_647;
}

function isBigint(cell: string): boolean {
  const value = cell.trim();
  if (!integerPattern.test(value)) return false;
  const magnitude = BigInt(value.replace(/^\+/, ''));
  return magnitude >= -(2n ** 63n) && magnitude < 2n ** 63n;
}

function isNumber(cell: string): boolean {
  return /^[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$|^[+-]?\.\d+$/.test(cell.trim());
}

function isDate(cell: string): boolean {
  const value = cell.trim();
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && isReal(`${value}T00:00:00Z`, value);
}

function isTimestamp(cell: string): boolean {
  const value = cell.trim();
  const found = /^(\d{4}-\d{2}-\d{2})([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$/.exec(value);
  const day = found?.[1];
  return (
    day !== undefined && isReal(`${day}T00:00:00Z`, day) && !Number.isNaN(Date.parse(value.replace(' ', 'T')))
  );
}

/** JavaScript takes 2026-02-30 for the 2nd of March. */
function isReal(instant: string, day: string): boolean {
  const parsed = new Date(instant);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
}
