import { readFile } from 'node:fs/promises';

/** How pages about models and metrics look: one style, written into each, since a page needs nothing else. */
export const readDocsStyle = (): Promise<string> =>
  readFile(new URL('docs-style.css', import.meta.url), 'utf8');
