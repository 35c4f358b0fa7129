import { refused } from './refused.ts';

export type LockMode = 'shared' | 'exclusive';

/** Who holds locks: a transaction, or a statement that is one. */
export interface LockOwner {
  readonly id: string;
}

export interface LockWait {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told again and again, while it waits, of whom it waits for. */
  readonly onBlocked: (blockers: Iterable<LockOwner>) => void;
}

interface Waiter {
  readonly owner: LockOwner;
  readonly mode: LockMode;
  readonly grant: () => void;
}

interface Lock {
  readonly table: string;
  readonly holders: Map<LockOwner, LockMode>;
  readonly queue: Waiter[];
}

/** How often who waits looks at whom it waits for. */
const lookMs = 25;

/**
 * Locks of tables, held until their transaction ends. Who would wait for somebody that waits for him is refused at once:
 * the newest statement of a deadlock is its victim.
 */
export class Locks {
  private readonly locks = new Map<string, Lock>();

  async acquire(owner: LockOwner, table: string, mode: LockMode, wait: LockWait): Promise<void> {
    const lock = this.locks.get(table) ?? { table, holders: new Map(), queue: [] };
    this.locks.set(table, lock);
    const held = lock.holders.get(owner);
    if (held === 'exclusive' || held === mode) return;
    if (isFree(lock, owner, mode) && (held !== undefined || lock.queue.length === 0)) {
      lock.holders.set(owner, mode);
      return;
    }
    await this.wait(lock, owner, mode, wait);
  }

  releaseAll(owner: LockOwner): void {
    for (const lock of this.locks.values()) {
      if (!lock.holders.delete(owner)) continue;
      serve(lock);
      if (lock.holders.size === 0 && lock.queue.length === 0) this.locks.delete(lock.table);
    }
  }

  /** Tables with who holds them, for SHOW LOCKS. */
  held(): { readonly table: string; readonly owner: string; readonly mode: LockMode }[] {
    return [...this.locks.values()].flatMap((lock) =>
      [...lock.holders].map(([owner, mode]) => ({ table: lock.table, owner: owner.id, mode })),
    );
  }

  private async wait(lock: Lock, owner: LockOwner, mode: LockMode, wait: LockWait): Promise<void> {
    // Who holds it already goes first: whoever stands before him could not be served anyway.
    const place = lock.holders.has(owner) ? 0 : lock.queue.length;
    await new Promise<void>((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        clearInterval(look);
        wait.signal.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        owner,
        mode,
        grant: () => {
          over();
          resolve();
        },
      };
      const leave = (error: unknown): void => {
        over();
        lock.queue.splice(lock.queue.indexOf(waiter), 1);
        serve(lock);
        reject(error);
      };
      const abort = (): void => leave(wait.signal.reason);
      const timer = setTimeout(() => leave(refused('lockTimeout', lock.table)), wait.timeoutMs);
      const look = setInterval(() => wait.onBlocked(this.blockersOf(owner)), lookMs);
      wait.signal.addEventListener('abort', abort);
      lock.queue.splice(place, 0, waiter);
      if (wait.signal.aborted) abort();
      else if (this.waitsForItself(owner)) leave(refused('deadlock', lock.table));
    });
  }

  private waitsForItself(owner: LockOwner): boolean {
    const seen = new Set<LockOwner>();
    const next = [...this.blockersOf(owner)];
    for (let each = next.pop(); each !== undefined; each = next.pop()) {
      if (each === owner) return true;
      if (seen.has(each)) continue;
      seen.add(each);
      next.push(...this.blockersOf(each));
    }
    return false;
  }

  /** Whom an owner waits for: holders in conflict, and those who stand before it. */
  private blockersOf(owner: LockOwner): Set<LockOwner> {
    const blockers = new Set<LockOwner>();
    for (const { holders, queue } of this.locks.values()) {
      const place = queue.findIndex((waiter) => waiter.owner === owner);
      const waiter = queue[place];
      if (waiter === undefined) continue;
      for (const [holder, mode] of holders)
        if (holder !== owner && isConflict(mode, waiter.mode)) blockers.add(holder);
      for (const before of queue.slice(0, place)) if (before.owner !== owner) blockers.add(before.owner);
    }
    return blockers;
  }
}

function isConflict(left: LockMode, right: LockMode): boolean {
  return left === 'exclusive' || right === 'exclusive';
}

function isFree(lock: Lock, owner: LockOwner, mode: LockMode): boolean {
  return [...lock.holders].every(([holder, held]) => holder === owner || !isConflict(held, mode));
}

function serve(lock: Lock): void {
  for (let first = lock.queue[0]; first !== undefined; first = lock.queue[0]) {
    if (!isFree(lock, first.owner, first.mode)) return;
    lock.queue.shift();
    lock.holders.set(first.owner, first.mode);
    first.grant();
  }
}
