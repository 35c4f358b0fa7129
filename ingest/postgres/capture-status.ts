import { migrateIngest, readChain } from '../landing/chain.ts';
import { chainStart } from '../landing/manifest.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { readCaptureState } from './capture-state.ts';
import { migrateCapture } from './control-tables.ts';
import { openGaps } from './gaps.ts';
import type { Gap } from './gaps.ts';
import { readSlotHealthFacts } from './slot-facts.ts';
import { slotHealth, worstOf } from './slot-health.ts';
import type { HealthFinding, HealthLevel } from './slot-health.ts';
import { readSnapshotProgress } from './snapshot-store.ts';
import type { TableProgress } from './snapshot-store.ts';
import type { SourceConnection } from './source-connection.ts';

/** How capture stands. */
export interface CaptureStatus {
  readonly isSetUp: boolean;
  readonly slot: string;
  readonly publication: string;
  /** Landed position of the log, 16 hex digits. */
  readonly landedPosition: string;
  readonly landedCommittedAt: string | undefined;
  readonly level: HealthLevel;
  readonly findings: readonly HealthFinding[];
  /** Tables of snapshots that are not finished. */
  readonly snapshots: readonly TableProgress[];
  readonly gaps: readonly Gap[];
}

/** Reads how capture stands, at the source and in the control store. */
export async function readCaptureStatus(deps: CaptureDeps, source: SourceConnection): Promise<CaptureStatus> {
  await migrateIngest(deps.control);
  await migrateCapture(deps.control);
  const state = await readCaptureState(deps.control, deps.source);
  const { position = chainStart, committedAt } = (await readChain(deps.control, deps.source)) ?? {};
  const landed = { position, committedAt };
  const facts = await readSlotHealthFacts(source, deps.control, deps.source, deps.slot, landed);
  const { findings } = slotHealth(facts);
  const gaps = await openGaps(deps.control, deps.source);
  const isSetUp = state !== undefined && position !== chainStart;
  const snapshots = await readSnapshotProgress(deps.control, deps.source);
  const isLost = state === undefined && position !== chainStart;
  const all = isSetUp ? [...findings, ...unfinished(snapshots, gaps)] : isLost ? [lostState] : [];
  return {
    isSetUp,
    slot: deps.slot,
    publication: deps.publication,
    landedPosition: position,
    landedCommittedAt: committedAt,
    level: gaps.length > 0 ? 'page' : worstOf(all),
    findings: all,
    snapshots,
    gaps,
  };
}

const lostState: HealthFinding = {
  what: 'capture state',
  level: 'page',
  value: 'not in the control store, though batches are landed',
  advice: 'Run `shopwave sources postgres resync`.',
};

/** A snapshot that nobody has read to its end: rows are missing until somebody does. */
function unfinished(tables: readonly TableProgress[], gaps: readonly Gap[]): HealthFinding[] {
  const open = tables.filter((each) => !each.isLanded);
  if (open.length === 0) return [];
  const isHealing = gaps.some((each) => each.isHealing);
  return [
    {
      what: 'unfinished snapshot',
      level: isHealing ? 'page' : 'warn',
      value: open.map((each) => `${each.table} ${each.rows} of ${each.estimatedRows} rows`).join(', '),
      advice: 'Unless a process reads it now: `shopwave sources postgres snapshot` goes on with it.',
    },
  ];
}
