/** Elements of a date format in Snowflake's spelling, longest first, and DuckDB's strftime for each. */
const elements: ReadonlyArray<readonly [string, string]> = [
  ['YYYY', '%Y'],
  ['MMMM', '%B'],
  ['HH24', '%H'],
  ['HH12', '%I'],
  ['MON', '%b'],
  ['FF3', '%g'],
  ['FF6', '%f'],
  ['YY', '%y'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['DY', '%a'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['AM', '%p'],
];

const separator = /^[-/:., _]/;
const quoted = /^"([^"'%\\]*)"/;

/** True for a text of known elements, separators and "quoted text". */
export function isDateFormat(format: string): boolean {
  return format !== '' && strftimeFormat(format) !== undefined;
}

/** The format for DuckDB's strftime; undefined where a part of it is no known element. */
export function strftimeFormat(format: string): string | undefined {
  let rest = format;
  let result = '';
  while (rest !== '') {
    const element = elements.find(([each]) => rest.startsWith(each));
    const plain = separator.exec(rest)?.[0];
    const text = quoted.exec(rest);
    if (element !== undefined) {
      result += element[1];
      rest = rest.slice(element[0].length);
    } else if (plain !== undefined) {
      result += plain;
      rest = rest.slice(plain.length);
    } else if (text !== null) {
      result += text[1] ?? '';
      rest = rest.slice(text[0].length);
    } else return undefined;
  }
  return result;
}
