/** One record of a CSV file: its fields, its own text, and the line of the file that it starts on (from 1). */
export interface CsvRecord {
  readonly line: number;
  readonly raw: string;
  /** Undefined where the quoting is broken. */
  readonly fields: readonly string[] | undefined;
}

/**
 * Splits text that arrives in pieces into records (RFC 4180: comma, optional quotes, "" for a quote, LF or CRLF).
 * Yields what each piece completed, so memory holds one piece at a time.
 */
export async function* readCsv(pieces: AsyncIterable<string>): AsyncGenerator<readonly CsvRecord[]> {
  let rest = '';
  let line = 1;
  for await (const piece of pieces) {
    const text = rest + piece;
    const records: CsvRecord[] = [];
    let start = 0;
    for (;;) {
      const end = recordEnd(text, start);
      if (end === -1) break;
      const raw = text.slice(start, end);
      if (raw.trim() !== '') records.push(toRecord(raw, line));
      line += newlines(raw) + 1;
      start = end + 1;
    }
    rest = text.slice(start);
    yield records;
  }
  if (rest.trim() !== '') yield [toRecord(rest, line)];
}

/** Index of the line feed that ends the record, or -1: one inside quotes does not. */
function recordEnd(text: string, start: number): number {
  let end = text.indexOf('\n', start);
  let quote = text.indexOf('"', start);
  while (quote !== -1 && end !== -1 && quote < end) {
    const closing = text.indexOf('"', quote + 1);
    if (closing === -1) return -1;
    if (closing > end) end = text.indexOf('\n', closing);
    quote = text.indexOf('"', closing + 1);
  }
  return end;
}

function newlines(raw: string): number {
  return raw.includes('\n') ? raw.split('\n').length - 1 : 0;
}

function toRecord(raw: string, line: number): CsvRecord {
  const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
  return { line, raw: text, fields: text.includes('"') ? splitQuoted(text) : text.split(',') };
}

// A field: quoted, with doubled quotes inside, or plain; then a comma or the end.
const fieldPattern = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

function splitQuoted(text: string): readonly string[] | undefined {
  const fields: string[] = [];
  fieldPattern.lastIndex = 0;
  for (;;) {
    const match = fieldPattern.exec(text);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') return fields;
  }
}
