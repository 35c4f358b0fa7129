import type { Knex } from 'knex';
import type { CaptureDeps } from './capture-deps.ts';

/** How often it is looked whether another process is done with the snapshots. */
const pollMs = 200;

/**
 * Work on a source's stream: steps of capture share it, whoever changes what is captured has it alone. It lives as long
 * as a transaction of its own in the control store, which writes nothing: a crash lets go of it.
 */
export async function withStreamLock<T>(
  control: Knex,
  source: string,
  mode: 'shared' | 'alone',
  work: () => Promise<T>,
): Promise<T> {
  const take = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  return await holding(control, async (trx) => {
    await trx.raw(`select ${take}(hashtext(?))`, [`shopwave.stream.${source}`]);
    return work;
  });
}

/** Reading of snapshots, by one process at a time. Undefined when another has it, or still has it at the signal. */
export async function withSnapshotLock<T>(
  { control, source, clock }: Pick<CaptureDeps, 'control' | 'source' | 'clock'>,
  { isWaiting, signal }: { readonly isWaiting: boolean; readonly signal: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T | undefined> {
  for (;;) {
    const outcome = await holding(control, async (trx) => {
      const { rows }: { rows: Array<{ isMine: boolean }> } = await trx.raw(
        'select pg_try_advisory_xact_lock(hashtext(?)) as "isMine"',
        [`shopwave.snapshot.${source}`],
      );
      return rows[0]?.isMine === true
        ? async () => ({ value: await work() })
        : () => Promise.resolve(undefined);
    });
    if (outcome !== undefined) return outcome.value;
    if (!isWaiting || signal?.aborted === true) return undefined;
    await clock.sleep(pollMs, signal).catch(() => undefined);
  }
}

/** Takes a lock and works; an error of the work is not hidden by what becomes of the lock's transaction after it. */
async function holding<T>(control: Knex, take: (trx: Knex) => Promise<() => Promise<T>>): Promise<T> {
  const failed: unknown[] = [];
  try {
    return await control.transaction(async (trx) => {
      const work = await take(trx);
      try {
        return await work();
      } catch (error) {
        failed.push(error);
        throw error;
      }
    });
  } catch (error) {
    throw failed.length === 0 ? error : failed[0];
  }
}
