import { unknownHere } from './read.ts';

/** Elements of Snowflake's date formats, longest first, in DuckDB's strftime. */
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
  ['PM', '%p'],
];

const plain = /^[-/:., _]/;
const quoted = /^"([^"]*)"/;

/** A format of TO_CHAR for strftime. */
export function strftimeFormat(format: string): string {
  let rest = format;
  let written = '';
  while (rest !== '') {
    const [taken, text] = piece(rest) ?? unknownHere(`format ${format}`);
    written += text;
    rest = rest.slice(taken.length);
  }
  return written;
}

function piece(rest: string): readonly [taken: string, text: string] | undefined {
  const element = elements.find(([each]) => rest.toUpperCase().startsWith(each));
  if (element !== undefined) return element;
  const said = quoted.exec(rest);
  if (said !== null) return [said[0], (said[1] ?? '').replaceAll('%', '%%')];
  const separator = plain.exec(rest)?.[0];
  return separator === undefined ? undefined : [separator, separator];
}
