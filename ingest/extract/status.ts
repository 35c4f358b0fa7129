import type { Knex } from 'knex';
import { ingestSchema } from '../landing/control-schema.ts';
import type { ExtractDeps } from './extract-deps.ts';
import { parseCursor } from './cursor.ts';
import type { CursorState } from './cursor.ts';
import type { StreamDefinition } from './stream.ts';

/** How far one stream is landed. */
export interface StreamStatus {
  readonly stream: string;
  /** Complete up to here, ISO 8601 UTC; undefined: never read. */
  readonly freshTo: string | undefined;
  readonly ageMs: number | undefined;
  /** The batch that brought it there. */
  readonly lastBatch:
    | { readonly batchId: string; readonly rows: number; readonly landedAt: string }
    | undefined;
  /** What the source had forgotten before it was read. */
  readonly gaps: NonNullable<CursorState['gaps']>;
}

interface StatusRow {
  readonly stream: string;
  readonly cursor: string;
  readonly batch_id: string;
  readonly fresh_to: Date;
  readonly rows: string;
  readonly landed_at: Date;
}

/** Reads where all streams of a source stand, in the streams' order. */
export async function readStatus(
  control: Knex,
  deps: Pick<ExtractDeps, 'source' | 'clock'>,
  streams: readonly StreamDefinition[],
): Promise<readonly StreamStatus[]> {
  const rows: StatusRow[] = await control
    .withSchema(ingestSchema)
    .from('cursor')
    .join('manifest', 'manifest.batch_id', 'cursor.batch_id')
    .where({ 'cursor.source': deps.source })
    .select('stream', 'cursor', 'cursor.batch_id', 'fresh_to', 'rows', 'landed_at');
  const nowMs = deps.clock.now().getTime();
  return streams.map(({ stream }) => {
    const row = rows.find((each) => each.stream === stream);
    if (row === undefined) {
      return { stream, freshTo: undefined, ageMs: undefined, lastBatch: undefined, gaps: [] };
    }
    return {
      stream,
      freshTo: row.fresh_to.toISOString(),
      ageMs: nowMs - row.fresh_to.getTime(),
      lastBatch: { batchId: row.batch_id, rows: Number(row.rows), landedAt: row.landed_at.toISOString() },
      gaps: parseCursor(stream, row.cursor).gaps ?? [],
    };
  });
}
