import type { ProgressEvent } from '../../lib/progress.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';

export interface SlowStatement {
  readonly phase: string;
  readonly seconds: number;
  readonly sql: string;
}

/** Where the time of one run went: seconds of SQL by phase, and the statements that took long. */
export interface Timings {
  readonly phases: Map<string, number>;
  readonly slow: SlowStatement[];
}

export interface TimedWarehouse extends Warehouse {
  /** Tells which phase statements belong to; give it to the engine as onProgress. */
  readonly onProgress: (event: ProgressEvent) => void;
  /** Timings since the last call. */
  readonly take: () => Timings;
}

const slowSeconds = 0.3;

/** A warehouse that takes the time of every statement. */
export function timedWarehouse(warehouse: Warehouse): TimedWarehouse {
  let phase = 'begin';
  let timings: Timings = { phases: new Map(), slow: [] };
  const add = (sql: string, seconds: number): void => {
    timings.phases.set(phase, (timings.phases.get(phase) ?? 0) + seconds);
    if (seconds >= slowSeconds) timings.slow.push({ phase, seconds, sql: sql.replaceAll(/\s+/g, ' ') });
  };
  const timed = async <T>(sql: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    try {
      return await work();
    } finally {
      add(sql, (performance.now() - started) / 1000);
    }
  };
  const wrap = (session: Session): Session => ({
    query: (sql, params) => timed(sql, () => session.query(sql, params)),
    execute: (sql, params) => timed(sql, () => session.execute(sql, params)),
  });
  return {
    ...warehouse,
    ...wrap(warehouse),
    transaction: async (work) => {
      // Begin and commit are the transaction's time that is not the work's.
      let done = performance.now();
      const committed = warehouse.transaction(async (session) => {
        const result = await work(wrap(session));
        done = performance.now();
        return result;
      });
      const result = await committed;
      add('commit', (performance.now() - done) / 1000);
      return result;
    },
    onProgress: (event) => {
      phase = phaseAfter(event, phase);
    },
    take: () => {
      const taken = timings;
      timings = { phases: new Map(), slow: [] };
      return taken;
    },
  };
}

/** The engine says what it begins; after the checks only publishing is left. */
function phaseAfter({ step, state, note }: ProgressEvent, phase: string): string {
  if (step === 'audit') return state === 'finished' ? 'publish' : 'audit';
  if (state === 'running' && note !== undefined) return `${step} ${note.split(',')[0] ?? ''}`;
  return state === 'running' ? step : phase;
}
