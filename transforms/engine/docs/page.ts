import { readFile } from 'node:fs/promises';
import { readDocsStyle } from '../../../lib/docs-style.ts';
import type { ModelLineage } from '../lineage/column-lineage.ts';

export interface DocsPageInput {
  /** manifest.json and catalog.json as they are written beside the page. */
  readonly manifest: unknown;
  readonly catalog: unknown;
  readonly lineage: readonly ModelLineage[];
}

/** One HTML page that needs nothing else: models, columns, checks and lineage, to open from a folder or a bucket. */
export async function docsPage({ manifest, catalog, lineage }: DocsPageInput): Promise<string> {
  const template = await readFile(new URL('page.html', import.meta.url), 'utf8');
  const style = await readDocsStyle();
  const byModel = Object.fromEntries(lineage.map(({ model, columns }) => [model, columns]));
  const data = JSON.stringify({ manifest, catalog, lineage: byModel });
  // `<` could close the script element early: a description may hold any text.
  return template
    .replace('__STYLE__', () => style)
    .replace('__DATA__', () => data.replaceAll('<', String.raw`\u003c`));
}
