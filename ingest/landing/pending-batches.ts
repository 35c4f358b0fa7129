import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { ingestSchema } from './control-schema.ts';
import { landingErrors } from './errors.ts';
import { parseManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { ObjectStore } from './object-store.ts';

/** A recorded batch that is not loaded. */
export interface PendingBatch {
  readonly batchId: string;
  readonly key: string;
  /** Of the manifest object. */
  readonly sha256: string;
  readonly fromPosition: string;
  readonly toPosition: string;
  readonly rows: number;
}

/** The manifest of a recorded batch. */
export interface RecordedManifest {
  readonly manifest: Manifest;
  /** Of the manifest object. */
  readonly sha256: string;
}

/** What is loaded of a chain is a prefix of it: everything from its end on is pending. */
export async function readPending(control: Knex, chain: string, position: string): Promise<PendingBatch[]> {
  const rows: Array<
    Record<'batch_id' | 'key' | 'from_position' | 'to_position' | 'sha256' | 'rows', string>
  > = await control
    .withSchema(ingestSchema)
    .from('manifest')
    .select('batch_id', 'key', 'sha256', 'from_position', 'to_position', 'rows')
    .where({ source: chain })
    .where('from_position', '>=', position)
    .orderBy('from_position');
  return rows.map((row) => ({
    batchId: row.batch_id,
    key: row.key,
    sha256: row.sha256,
    fromPosition: row.from_position,
    toPosition: row.to_position,
    rows: Number(row.rows),
  }));
}

/** The manifest object of a recorded batch; it must be the one that was recorded. */
export async function readManifest(store: ObjectStore, row: PendingBatch): Promise<RecordedManifest> {
  const object = await store.get(row.key);
  const where = store.locate(row.key);
  if (object === undefined) {
    throw landingErrors.error('LANDING_OBJECT_MISSING', {
      message: `the manifest of ${row.batchId} is not in the archive`,
      where,
    });
  }
  if (createHash('sha256').update(object).digest('hex') !== row.sha256) {
    throw landingErrors.error('LANDING_FILE_DAMAGED', {
      message: `the manifest of ${row.batchId} is not the one that was recorded`,
      where,
    });
  }
  return { manifest: parseManifest(object.toString('utf8'), row.key), sha256: row.sha256 };
}
