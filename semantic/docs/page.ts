import { readFile } from 'node:fs/promises';
import { readDocsStyle } from '../../lib/docs-style.ts';
import type { Catalogue } from './catalogue.ts';

/** One HTML page that needs nothing else: every metric, to be searched, read and linked to from a folder or a bucket. */
export async function cataloguePage(catalogue: Catalogue): Promise<string> {
  const template = await readFile(new URL('page.html', import.meta.url), 'utf8');
  const style = await readDocsStyle();
  // `<` could close the script element early: a description may hold any text.
  const data = JSON.stringify(catalogue).replaceAll('<', String.raw`\u003c`);
  return template.replace('__STYLE__', () => style).replace('__DATA__', () => data);
}
