import { captureErrors } from './errors.ts';

const lineFeed = 0x0a;
const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Cuts PostgreSQL's text COPY format into lines, from chunks cut anywhere. */
export class CopyTextLines {
  private rest: Buffer[] = [];

  /** Takes the next bytes; returns the lines that became complete. A raw line feed is always the end of a row. */
  push(chunk: Buffer): string[] {
    const end = chunk.lastIndexOf(lineFeed);
    if (end < 0) {
      this.rest.push(chunk);
      return [];
    }
    const head = chunk.subarray(0, end);
    const text =
      this.rest.length === 0 ? head.toString('utf8') : Buffer.concat([...this.rest, head]).toString('utf8');
    this.rest = end + 1 === chunk.length ? [] : [chunk.subarray(end + 1)];
    return text.split('\n');
  }

  /** Call at the end of the input. */
  end(): void {
    if (this.rest.length > 0) {
      throw captureErrors.error('CAPTURE_STREAM_BROKEN', { message: 'a table copy ended inside a row' });
    }
  }
}

/** The values of one line. */
export function copyFields(line: string): Array<string | null> {
  return line.split('\t').map((field) => (field.includes('\\') ? unescape(field) : field));
}

function unescape(field: string): string | null {
  if (field === '\\N') return null;
  return field.replaceAll(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
}
