import type { Scan } from './scan.ts';

/**
 * `NAME = value` pairs up to the end: values are words, numbers, texts, lists in brackets, which are kept as written.
 * Names are in upper case.
 */
export function properties(scan: Scan, ...stops: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  while (!scan.isAtEnd && !stops.some((stop) => scan.sees(stop))) {
    if (scan.takes(',')) continue;
    if (scan.takes('with')) {
      if (scan.takes('tag')) scan.bracketed();
      continue;
    }
    const name = scan.identifier();
    scan.must('=');
    found.set(name, propertyValue(scan));
  }
  return found;
}

function propertyValue(scan: Scan): string {
  if (scan.sees('(')) return scan.bracketed();
  const token = scan.peek();
  if (token?.kind === 'word' || token?.kind === 'quoted') return scan.name().join('.');
  return scan.value();
}
