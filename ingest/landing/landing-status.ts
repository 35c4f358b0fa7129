import type { Knex } from 'knex';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { readChain } from './chain.ts';
import { ingestSchema } from './control-schema.ts';
import { chainStart } from './manifest.ts';
import { loadedPosition } from './load.ts';

/** How far a source is landed and loaded. Positions are 16 hex digits. */
export interface LandingStatus {
  readonly landedPosition: string;
  /** Source commit time of the landed position, ISO 8601 UTC with microseconds; undefined before the snapshot. */
  readonly landedCommittedAt: string | undefined;
  readonly landedBatches: number;
  readonly landedRows: number;
  readonly loadedPosition: string;
  readonly rawRows: number;
}

/** Reads both ends: the control store for what is landed, the warehouse for what is loaded. */
export async function readLandingStatus(
  control: Knex,
  warehouse: Warehouse,
  source: string,
  sideChains: readonly string[] = [],
): Promise<LandingStatus> {
  const chain = await readChain(control, source);
  const landed: Array<{ batches: string; rows: string | null }> = await control
    .withSchema(ingestSchema)
    .from('manifest')
    .whereIn('source', [source, ...sideChains])
    .select(control.raw('count(*) as batches, sum(rows) as rows'));
  // The ledger commits together with the rows it counts.
  const [raw] = await warehouse.query(
    'select cast(coalesce(sum(row_count), 0) as bigint) as total from _meta.load_ledger where source = ?',
    [source],
  );
  return {
    landedPosition: chain?.position ?? chainStart,
    landedCommittedAt: chain?.committedAt,
    landedBatches: Number(landed[0]?.batches ?? 0),
    landedRows: Number(landed[0]?.rows ?? 0),
    loadedPosition: await loadedPosition(warehouse, source),
    rawRows: Number(raw?.['total'] ?? 0),
  };
}
