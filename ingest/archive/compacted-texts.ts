import { ShopwaveError } from '../../lib/errors.ts';
import { rowsOfCompaction } from './archive.ts';
import type { ArchiveDeps } from './archive.ts';
import { parseCompaction } from './compaction.ts';
import type { Compaction } from './compaction.ts';
import { inParallel } from './in-parallel.ts';
import { renderLine } from './line-content.ts';

/** The rows of a compacted file as the lines that were landed; undefined where no manifest says how to read it. */
type CompactedTexts = (key: string) => AsyncIterable<readonly string[]> | undefined;

const readsAtOnce = 16;

/** Reads what was compacted so far, to be searched. */
export async function compactedTexts(
  deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>,
): Promise<CompactedTexts> {
  const known = new Map<string, Compaction>();
  await inParallel(await deps.store.list('compactions/'), readsAtOnce, async (key) => {
    const compaction = parsed((await deps.store.get(key))?.toString('utf8') ?? '', key);
    if (compaction !== undefined) known.set(compaction.parquet.key, compaction);
  });
  return (key) => {
    const compaction = known.get(key);
    return compaction === undefined ? undefined : linesOf(deps, compaction);
  };
}

/** One that is damaged leaves its file unread; that is told, and keeps nothing else from being searched. */
function parsed(text: string, key: string): Compaction | undefined {
  try {
    return parseCompaction(text, key);
  } catch (error) {
    if (error instanceof ShopwaveError && error.code === 'ARCHIVE_COMPACTION_INVALID') return undefined;
    throw error;
  }
}

async function* linesOf(
  deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>,
  compaction: Compaction,
): AsyncGenerator<readonly string[]> {
  for await (const rows of rowsOfCompaction(deps, compaction, 'landed'))
    yield rows.map(({ content }) => renderLine(content));
}
