type Row = Readonly<Record<string, string | null>>;

/** What an answer is other than expected, one line a difference; none where it is as expected. */
export function differences(
  expected: readonly Row[],
  actual: readonly Row[],
  keys: readonly string[],
): string[] {
  const values = new Map(actual.map((row) => [keyOf(row, keys), row]));
  const wanted = new Set(expected.map((row) => keyOf(row, keys)));
  const found = expected.flatMap((row) => {
    const key = keyOf(row, keys);
    const answer = values.get(key);
    if (answer === undefined) return [`${nameOf(row, keys)}no row, expected ${said(row, keys)}`];
    return cellsOf(row, answer, keys);
  });
  const surplus = actual
    .filter((row) => !wanted.has(keyOf(row, keys)))
    .map((row) => `${nameOf(row, keys)}a row that is not expected: ${said(row, keys)}`);
  const all = [...found, ...surplus];
  if (all.length > 0 || isSameOrder(expected, actual, keys)) return all;
  return [`the rows are in another order: ${actual.map((row) => keyOf(row, keys)).join(' ')}`];
}

function cellsOf(expected: Row, actual: Row, keys: readonly string[]): string[] {
  const columns = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...columns]
    .filter((column) => (expected[column] ?? null) !== (actual[column] ?? null))
    .map((column) => {
      const wanted = column in expected ? show(expected[column]) : 'nothing';
      const is = column in actual ? show(actual[column]) : 'not there';
      return `${nameOf(expected, keys)}${column} is ${is}, expected ${wanted}`;
    });
}

function keyOf(row: Row, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => row[key] ?? null));
}

function isSameOrder(expected: readonly Row[], actual: readonly Row[], keys: readonly string[]): boolean {
  return expected.every((row, index) => keyOf(row, keys) === keyOf(actual[index] ?? {}, keys));
}

/** `2026-01-01, web: `, or nothing where there is one row. */
function nameOf(row: Row, keys: readonly string[]): string {
  return keys.length === 0 ? '' : `${keys.map((key) => show(row[key])).join(', ')}: `;
}

function said(row: Row, keys: readonly string[]): string {
  return Object.entries(row)
    .filter(([column]) => !keys.includes(column))
    .map(([column, value]) => `${column} ${show(value)}`)
    .join(', ');
}

function show(value: string | null | undefined): string {
  return value ?? 'null';
}
