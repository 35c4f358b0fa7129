import type { ShopwaveError } from '../../lib/errors.ts';
import { readChain } from '../landing/chain.ts';
import { ingestSchema } from '../landing/control-schema.ts';
import { chainStart, parseManifest } from '../landing/manifest.ts';
import type { Manifest } from '../landing/manifest.ts';
import { canaryTable } from './canary.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { readCaptureState } from './capture-state.ts';
import type { CaptureState } from './capture-state.ts';
import { captureErrors } from './errors.ts';
import { formatLsn, parseLsn, positionToLsn } from './lsn.ts';
import { describeUrl } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';
import { readServer, readSlot } from './source-facts.ts';

type Origin = Extract<Manifest, { kind: 'changes' }>['origin'];

/**
 * Whether batches of the log are on record, but not what capture relies on: the control store was lost and made again
 * from the archive.
 */
export async function isStateLost(deps: CaptureDeps): Promise<boolean> {
  const chain = await readChain(deps.control, deps.source);
  if (chain === undefined || chain.position === chainStart) return false;
  return (await readCaptureState(deps.control, deps.source)) === undefined;
}

/** Why capture cannot go on from what the archive tells. */
export function lostStateError(deps: CaptureDeps): ShopwaveError {
  return captureErrors.error('CAPTURE_STATE_LOST', {
    message: `batches of ${deps.source} are landed, and slot and publication they came from are not on record`,
    where: describeUrl(deps.sourceUrl),
  });
}

/**
 * What the last landed batch says of the capture that landed it. Its object ids are gone, so that nothing at the source
 * passes for what it was.
 */
export async function stateFromArchive(deps: CaptureDeps, position: string): Promise<CaptureState> {
  const origin = await readOrigin(deps, position);
  return {
    slot: origin.slot,
    publication: origin.publication,
    publicationOid: 0,
    systemIdentifier: origin.systemIdentifier,
    timeline: origin.timeline,
    tables: [...deps.tables, canaryTable].map(({ table, key, columns }) => ({
      table,
      key: [...key],
      columns: [...columns],
      membershipOid: 0,
    })),
  };
}

/** A slot is dropped only when it can be none but ours: named by the archive, and not read beyond what is landed. */
export async function mustBeOurSlots(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  position: string,
): Promise<void> {
  const { database } = await readServer(source);
  const landed = positionToLsn(position);
  for (const name of new Set([state.slot, deps.slot])) {
    const slot = await readSlot(source, name);
    if (slot === undefined) continue;
    const confirmed = parseLsn(slot.confirmedFlush ?? '0/0');
    if (name === state.slot && slot.database === database && confirmed <= landed) continue;
    throw captureErrors.error('CAPTURE_SLOT_FOREIGN', {
      message: `the archive, landed up to ${formatLsn(landed)}, does not explain slot ${name} at ${slot.confirmedFlush}`,
      where: describeUrl(deps.sourceUrl),
      remedy: `If nothing uses it: select pg_drop_replication_slot('${name}'); then run it again.`,
    });
  }
}

async function readOrigin(deps: CaptureDeps, position: string): Promise<Origin> {
  const row: { key: string } | undefined = await deps.control
    .withSchema(ingestSchema)
    .from('manifest')
    .where({ source: deps.source, to_position: position })
    .first('key');
  const text = row && (await deps.store.get(row.key));
  const manifest = text && parseManifest(text.toString(), row.key);
  if (manifest && manifest.kind !== 'extract') return manifest.origin;
  throw captureErrors.error('CAPTURE_STATE_LOST', {
    message: `the archive has no batch of ${deps.source} that ends at ${position}`,
    where: deps.store.locate('manifests'),
    remedy: 'Run `shopwave archive verify`, and `shopwave archive rebuild` when it finds the archive whole.',
  });
}
