import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readSettings, writeSettings } from '../data-dir.ts';
import type { DataPaths } from '../data-dir.ts';
import { cliErrors } from '../errors.ts';

/**
 * Settles which shop the data folder follows: the first start decides, later ones keep to it. Two shops in one folder
 * would mix their rows, so once something was captured another database is refused; a new password of the same one is
 * taken over.
 */
export async function settleSource(paths: DataPaths, sourceUrl: string | undefined): Promise<void> {
  const settings = (await readSettings(paths)) ?? { format: 1 };
  const wanted = sourceUrl === undefined ? settings.source : ({ kind: 'url', url: sourceUrl } as const);
  const source = wanted ?? ({ kind: 'embedded' } as const);
  const isAnother = settings.source !== undefined && placeOf(settings.source) !== placeOf(source);
  if (settings.source !== undefined && isAnother && (await hasCaptured(paths))) {
    throw cliErrors.error('CLI_SOURCE_CHANGED', {
      message: `this data folder follows ${placeOf(settings.source)}, not ${placeOf(source)}`,
      where: paths.root,
    });
  }
  await writeSettings(paths, { ...settings, source });
}

/** A batch exists from when its manifest stands in the archive; a first start that failed has none. */
async function hasCaptured(paths: DataPaths): Promise<boolean> {
  const names = await readdir(path.join(paths.archive, 'manifests')).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return names.length > 0;
}

type Source = { readonly kind: 'embedded' } | { readonly kind: 'url'; readonly url: string };

/** Server and database, without user and password. */
function placeOf(source: Source): string {
  if (source.kind === 'embedded') return 'the embedded shop';
  const { hostname, port, pathname } = new URL(source.url);
  return `postgres://${hostname}:${port || '5432'}${pathname}`;
}
