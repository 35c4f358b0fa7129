import type { Knex } from 'knex';
import { holdsMarts } from '../ingest/drift/change.ts';
import type { DriftChange } from '../ingest/drift/change.ts';
import { migrateDrift, readChanges } from '../ingest/drift/registry.ts';
import type { RecordedChange } from '../ingest/drift/registry.ts';
import { shopSource } from '../ingest/postgres/capture.ts';
import type { Clock } from '../lib/clock.ts';
import { memoryOf } from '../lib/memory.ts';
import type { Memory } from '../lib/memory.ts';
import { heldTables, holdSource, releaseSource } from '../transforms/engine/warehouse/source-hold.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

interface HoldNeeds {
  readonly control: () => Promise<Knex>;
  readonly warehouse: () => Promise<Warehouse>;
  /** Its tables must be there before a hold can be written. */
  readonly transforms: () => Promise<unknown>;
}

/** Another process that undoes a hold says nothing of it here. */
const mostMs = 3_600_000;

/**
 * Looks at the shop's catalogue, and lets the marts that stand on what drifted away stay at their last good version until
 * somebody decides. Nothing is dropped, and nothing is filled with nulls. Holds follow from the changes that are open,
 * not from those of this look: one that could not be written, or was released by a decision that got no further, is
 * written by the next. The warehouse is not woken for those that it is known to have.
 */
export function holdingDrifted(
  clock: Clock,
  needs: HoldNeeds & { readonly watchShop: () => Promise<readonly DriftChange[]> },
): () => Promise<readonly DriftChange[]> {
  let known: Memory<ReadonlySet<string>> | undefined;
  return async () => {
    const changes = await needs.watchShop();
    const open = await openHolding(await needs.control());
    if (open.length === 0) return changes;
    const warehouse = await needs.warehouse();
    known ??= memoryOf(warehouse, { clock, ms: mostMs });
    const recalled = known.recall();
    if (open.every(({ table }) => recalled?.has(table) === true)) return changes;
    await needs.transforms();
    const asked = known.now();
    const held = await heldTables(warehouse, shopSource);
    const missing = open.filter((each) => !held.has(each.table));
    for (const { table, kind, column } of missing) {
      const reason = `${kind}${column === undefined ? '' : ` ${column}`}: shopwave schema diff`;
      await holdSource(warehouse, clock, { source: shopSource, table, reason });
    }
    if (missing.length > 0) await releaseDecided(needs, clock, missing);
    // Counts only where nothing had to be written: a hold is news, and the next look finds it there.
    known.remember(held, asked);
    return changes;
  };
}

/** Somebody may have decided while the holds were written, too soon to see them. */
async function releaseDecided(
  needs: HoldNeeds,
  clock: Clock,
  written: readonly RecordedChange[],
): Promise<void> {
  for (const table of new Set(written.map((each) => each.table)))
    await releaseUnless(needs, clock, table, () => false);
}

/**
 * Resolves changes of a table, and lets its marts go on unless another open change holds them. Before, so that a crash in
 * between is made up for by the next look, which holds again; and after, for a look in between that has done so.
 */
export async function resolveReleasing<T>(
  needs: HoldNeeds,
  clock: Clock,
  table: string,
  {
    isResolved,
    resolve,
  }: { readonly isResolved: (change: RecordedChange) => boolean; readonly resolve: () => Promise<T> },
): Promise<T> {
  await releaseUnless(needs, clock, table, isResolved);
  const resolved = await resolve();
  await releaseUnless(needs, clock, table, isResolved);
  return resolved;
}

async function releaseUnless(
  needs: HoldNeeds,
  clock: Clock,
  table: string,
  isResolved: (change: RecordedChange) => boolean,
): Promise<void> {
  const others = (await openHolding(await needs.control())).filter((each) => !isResolved(each));
  if (others.some((each) => each.table === table)) return;
  await needs.transforms();
  await releaseSource(await needs.warehouse(), clock, { source: shopSource, table });
}

async function openHolding(control: Knex): Promise<RecordedChange[]> {
  await migrateDrift(control);
  return (await readChanges(control, { source: shopSource, isOpen: true })).filter(holdsMarts);
}
