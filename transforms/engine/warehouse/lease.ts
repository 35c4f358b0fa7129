import { randomBytes } from 'node:crypto';
import { ShopwaveError } from '../../../lib/errors.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import { leaseErrors } from './errors.ts';
import { toBigint } from './state.ts';

/** The right to publish, for as long as it is renewed. Its epoch is larger than that of any holder before. */
export interface Lease {
  readonly holder: string;
  readonly epoch: bigint;
}

const leaseSeconds = 60;
const renewalMs = 20_000;
const pollMs = 250;
/** How long a run waits for another to end. */
const patienceMs = 300_000;

/** Part of every holder's name: in a warehouse that one process owns, all other holders are dead. */
const processName = randomBytes(5).toString('hex');
/** Holders of this process that are at work: one that could not give its lease back must not be waited for. */
const atWork = new Set<string>();
const now = 'cast(current_timestamp as timestamp)';
const until = `${now} + interval '${leaseSeconds} seconds'`;

/** An id for a run: letters and digits, because it ends the names of the run's relations; unique over all processes. */
export function newRunId(startedAt: Date): string {
  return `r${startedAt.getTime().toString(36)}${randomBytes(3).toString('hex')}`;
}

export function holderOf(run: string): string {
  return `${processName}:${run}`;
}

/** Whether a lease row's holder may still be at work, as SQL. */
export function aliveSql(warehouse: Warehouse): string {
  const ours = [...atWork].map((holder) => `'${holder}'`).join(', ');
  const isOurs = `holder in (${ours === '' ? "''" : ours})`;
  const isAtWork = warehouse.capabilities.singleProcess
    ? isOurs
    : `(holder not like '${processName}:%' or ${isOurs})`;
  return `(holder is not null and lease_until >= ${now} and ${isAtWork})`;
}

async function atWorkAs<T>(holder: string, work: () => Promise<T>): Promise<T> {
  atWork.add(holder);
  try {
    return await work();
  } finally {
    atWork.delete(holder);
  }
}

/**
 * Takes the build lease; undefined while somebody else has it. The head learns the new epoch in the same
 * transaction, so that a holder whose lease ran out can publish no more.
 */
export async function takeLease(warehouse: Warehouse, run: string): Promise<Lease | undefined> {
  const holder = holderOf(run);
  try {
    return await warehouse.transaction(async (session) => {
      const taken = await session.execute(
        `update _meta.build_lease set holder = ?, lease_until = ${until},
           epoch = greatest(epoch, (select max(epoch) from _meta.head)) + 1
         where name = 'build' and not ${aliveSql(warehouse)}`,
        [holder],
      );
      if (taken !== 1) return undefined;
      // Marks of runs that died: only their owner would delete them.
      const isDead = `name <> 'build' and not ${aliveSql(warehouse)}`;
      const [row] = await session.query(
        `select max(case when name = 'build' then epoch end) as epoch, count(case when ${isDead} then 1 end) as dead
         from _meta.build_lease`,
      );
      const epoch = toBigint(row?.['epoch']);
      await session.execute('update _meta.head set epoch = ?', [epoch]);
      if (Number(row?.['dead']) > 0) await session.execute(`delete from _meta.build_lease where ${isDead}`);
      return { holder, epoch };
    });
  } catch (error) {
    if (error instanceof ShopwaveError && error.code === 'WAREHOUSE_CONFLICT') return undefined;
    throw error;
  }
}

async function mustTakeLease(
  context: EngineContext,
  run: string,
  signal: AbortSignal | undefined,
): Promise<Lease> {
  const { clock, warehouse } = context;
  const started = clock.monotonicMs();
  for (;;) {
    throwIfCancelled(signal);
    const lease = await takeLease(warehouse, run);
    if (lease !== undefined) return lease;
    if (clock.monotonicMs() - started > patienceMs) {
      const [row] = await warehouse.query(
        "select holder, lease_until from _meta.build_lease where name = 'build'",
      );
      throw leaseErrors.error('TRANSFORM_BUILD_BUSY', {
        message: `${String(row?.['holder'])} has the build lease until ${String(row?.['lease_until'])}`,
      });
    }
    await clock.sleep(pollMs, signal);
  }
}

/**
 * Does work as the only publisher. The lease is renewed meanwhile; when it is lost all the same (the process slept),
 * the signal given to `work` aborts.
 */
export async function withBuildLease<T>(
  context: EngineContext,
  run: string,
  signal: AbortSignal | undefined,
  work: (lease: Lease, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return await atWorkAs(holderOf(run), async () => {
    const lease = await mustTakeLease(context, run, signal);
    return await whileRenewed(context, 'build', lease.holder, signal, async (alive) => {
      try {
        return await work(lease, alive);
      } finally {
        // Best effort: what cannot be given back runs out.
        await context.warehouse
          .execute("update _meta.build_lease set holder = null where name = 'build' and holder = ?", [
            lease.holder,
          ])
          .catch(() => {});
      }
    });
  });
}

/** Does work that has relations of its own but publishes nothing: its mark keeps other runs from dropping them. */
export async function whileMarked<T>(
  context: EngineContext,
  run: string,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { warehouse } = context;
  const holder = holderOf(run);
  return await atWorkAs(holder, async () => {
    await warehouse.execute(`insert into _meta.build_lease values (?, ?, 0, ${until})`, [run, holder]);
    return await whileRenewed(context, run, holder, signal, async (alive) => {
      try {
        return await work(alive);
      } finally {
        await warehouse.execute('delete from _meta.build_lease where name = ?', [run]).catch(() => {});
      }
    });
  });
}

async function whileRenewed<T>(
  context: EngineContext,
  name: string,
  holder: string,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const kept = await context.warehouse.execute(
      `update _meta.build_lease set lease_until = ${until} where name = ? and holder = ?`,
      [name, holder],
    );
    if (kept === 0) {
      lost.abort(
        transformErrors.error('TRANSFORM_PUBLISH_CONFLICT', {
          message: 'the build lease went to another run',
        }),
      );
    }
  };
  // A renewal that fails is made up for by the next; only when all fail does the lease run out.
  const timer = setInterval(() => void renew().catch(() => {}), renewalMs);
  timer.unref();
  try {
    return await work(signal === undefined ? lost.signal : AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(timer);
  }
}

/** Ends a run between two of its statements when it was cancelled or its lease lost. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  if (signal.reason instanceof ShopwaveError) throw signal.reason;
  throw leaseErrors.error('TRANSFORM_CANCELLED', {
    message: 'the run was cancelled; nothing of it was published',
  });
}
