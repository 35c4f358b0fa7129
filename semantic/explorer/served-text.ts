import type { Served } from './cube-rest.ts';

/** Of which publication an answer is, and where it was found. */
export function servedText({ publication, origin }: Served): string {
  const parts = [
    publication === '' ? '' : `Publication ${publication}`,
    origin === '' ? '' : `from the ${origin}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
