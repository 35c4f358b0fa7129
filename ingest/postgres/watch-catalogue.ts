import type { DriftChange } from '../drift/change.ts';
import type { DriftWatch } from '../drift/watch.ts';
import { readCatalogue } from './catalogue.ts';
import type { CapturedTable } from './shop-tables.ts';
import { connectSource } from './source-connection.ts';

/** Looks at the catalogue of the shop on a session of its own; resolves to what has changed since the last look. */
export async function watchCatalogue(options: {
  readonly source: string;
  readonly sourceUrl: string;
  readonly tables: readonly CapturedTable[];
  readonly drift: DriftWatch;
}): Promise<readonly DriftChange[]> {
  const source = await connectSource(options.sourceUrl);
  try {
    return await options.drift.observeTables(options.source, await readCatalogue(source), options.tables);
  } finally {
    await source.close();
  }
}
