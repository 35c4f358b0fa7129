import type { ProgressEvent } from '../../lib/progress.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';

export interface SlowStatement {
  readonly phase: string;
  readonly seconds: number;
  readonly sql: string;
}

/** Where the time of one run went: seconds of SQL by phase, and the statements that took long. */
export interface Timings {
  /** Seconds in which at least one statement was under way; several may be at once. */
  sqlSeconds: number;
  readonly phases: Map<string, number>;
  readonly slow: SlowStatement[];
}

export interface TimedWarehouse extends Warehouse {
  /** Tells which phase statements belong to; give it to the engine as onProgress. */
  readonly onProgress: (event: ProgressEvent) => void;
  /** The phase at this moment. */
  readonly phase: () => string;
  /** Timings since the last call. */
  readonly take: () => Timings;
}

const slowSeconds = 0.3;

/** A warehouse that takes the time of every statement. */
export function timedWarehouse(warehouse: Warehouse): TimedWarehouse {
  let phase = 'begin';
  let timings: Timings = { sqlSeconds: 0, phases: new Map(), slow: [] };
  const add = (sql: string, seconds: number): void => {
    timings.phases.set(phase, (timings.phases.get(phase) ?? 0) + seconds);
    if (seconds >= slowSeconds) timings.slow.push({ phase, seconds, sql: sql.replaceAll(/\s+/g, ' ') });
  };
  let running = 0;
  let busySince = 0;
  const begin = (): void => {
    if (running === 0) busySince = performance.now();
    running += 1;
  };
  const end = (): void => {
    running -= 1;
    if (running === 0) timings.sqlSeconds += (performance.now() - busySince) / 1000;
  };
  const timed = async <T>(sql: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    begin();
    try {
      return await work();
    } finally {
      end();
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
        begin();
        return result;
      });
      const result = await committed;
      end();
      add('commit', (performance.now() - done) / 1000);
      return result;
    },
    onProgress: (event) => {
      phase = phaseAfter(event, phase);
    },
    phase: () => phase,
    take: () => {
      const taken = timings;
      timings = { sqlSeconds: 0, phases: new Map(), slow: [] };
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
