import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { ingestSchema } from './control-schema.ts';
import { landingErrors } from './errors.ts';
import { chainOf, manifestKey } from './manifest.ts';
import type { Manifest } from './manifest.ts';

/**
 * Row, position and cursor in one transaction; the compare-and-set on the position lets one of two rivals through.
 * Recording what is already recorded is success: whoever met the manifest first may have adopted it.
 */
export async function recordManifest(control: Knex, manifest: Manifest, text: string): Promise<void> {
  const { fromPosition, toPosition, toCommittedAt } = manifest;
  const chain = chainOf(manifest);
  const sha256 = createHash('sha256').update(text).digest('hex');
  await control.transaction(async (trx) => {
    const moved = await trx
      .withSchema(ingestSchema)
      .from('chain')
      .where({ source: chain, position: fromPosition })
      .update({ position: toPosition, committed_at: toCommittedAt, updated_at: trx.fn.now() });
    if (moved !== 1) return await mustBeRecorded(trx, manifest, sha256);
    await trx
      .withSchema(ingestSchema)
      .into('manifest')
      .insert({
        batch_id: manifest.batchId,
        source: chain,
        kind: manifest.kind,
        from_position: fromPosition,
        to_position: toPosition,
        key: manifestKey(chain, fromPosition),
        sha256,
        rows: manifest.rows,
        bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
        committed_at: toCommittedAt,
      });
    await moveCursor(trx, manifest);
  });
}

/** What a stream goes on from, moved in the transaction that records the batch that brought it there. */
async function moveCursor(trx: Knex, manifest: Manifest): Promise<void> {
  if (manifest.kind !== 'extract' || manifest.extract.cursorOut === null) return;
  const { stream, cursorOut } = manifest.extract;
  await trx
    .withSchema(ingestSchema)
    .into('cursor')
    .insert({
      source: chainOf(manifest),
      stream,
      cursor: cursorOut,
      batch_id: manifest.batchId,
      fresh_to: manifest.toCommittedAt,
    })
    .onConflict(['source', 'stream'])
    .merge();
}

async function mustBeRecorded(trx: Knex, manifest: Manifest, sha256: string): Promise<void> {
  const chain = chainOf(manifest);
  const known: unknown = await trx
    .withSchema(ingestSchema)
    .from('manifest')
    .where({ source: chain, from_position: manifest.fromPosition, sha256 })
    .first();
  if (known === undefined) throw positionTaken(manifestKey(chain, manifest.fromPosition));
}

/** Somebody else's batch begins there. */
export function positionTaken(key: string): Error {
  return landingErrors.error('LANDING_POSITION_TAKEN', {
    message: 'another process landed this position first',
    where: key,
  });
}
