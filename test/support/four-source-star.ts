import type { CheckResult } from '../../transforms/engine/checks/check.ts';
import type { Clock } from '../../lib/clock.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import { builtWorld } from './built-world.ts';
import { engineOn, openTransforms } from './platform-parts.ts';
import { freshWorldRows } from './four-source-world.ts';
import type { SourceRow } from './order-story.ts';
import { appendRows, readAt } from './source-log.ts';

/** The star that four sources make, and what it says of itself once something is done to it. */
export interface Star {
  readonly warehouse: DuckdbWarehouse;
  readonly transforms: Transforms;
  /** Works on the star as it is; whatever that does is taken back. */
  readonly within: <T>(work: (inside: Warehouse) => Promise<T>) => Promise<T>;
  /** Every check that is not passed, by name, after these statements; they are taken back. */
  readonly redAfter: (statements: readonly string[]) => Promise<readonly string[]>;
  /** Works on a star that has taken in further rows of the sources; they are taken back. */
  readonly after: <T>(rows: readonly SourceRow[], work: (grown: GrownStar) => Promise<T>) => Promise<T>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** The star with rows besides. */
export interface GrownStar {
  readonly warehouse: Warehouse;
  readonly transforms: Transforms;
  /** Checks that did not pass, with the rows behind them. */
  readonly red: readonly CheckResult[];
}

/** A moment after the sources were read: nothing is stale. */
export const clockOfReading: Clock = { ...systemClock, now: () => new Date(`${readAt.replace(' ', 'T')}Z`) };

/** Builds the star once a run; every question after that is asked in a transaction that is rolled back. */
export async function openStar(rows: readonly SourceRow[] = freshWorldRows()): Promise<Star> {
  const warehouse = await builtWorld({ rows }, async () => {
    const parts = await openTransforms();
    await appendRows(parts.warehouse, rows);
    const builder = await engineOn(parts.warehouse, { clock: clockOfReading });
    await builder.stage();
    await builder.build();
    return parts.warehouse;
  });
  const switched = switchable(warehouse);
  // One engine for all questions: reading the project takes longer than most answers.
  const transforms = await engineOn(switched.warehouse, { clock: clockOfReading });
  return {
    warehouse,
    transforms,
    within: (work) => switched.rolledBack(work),
    redAfter: (statements) =>
      switched.rolledBack(async (inside) => {
        for (const statement of statements) await inside.execute(statement);
        return namesOf(await redOf(transforms));
      }),
    after: (more, work) =>
      switched.rolledBack(async (inside) => {
        await appendRows(inside, more);
        await transforms.stage();
        await transforms.build();
        return await work({ warehouse: inside, transforms, red: await redOf(transforms) });
      }),
    [Symbol.asyncDispose]: () => warehouse.close(),
  };
}

/** Checks of what is published that did not pass. */
export async function redOf(transforms: Transforms): Promise<readonly CheckResult[]> {
  const { checks, left } = await transforms.test();
  if (left.length > 0)
    throw new Error(`not run: ${left.map(({ check, why }) => `${check.name}, ${why}`).join('; ')}`);
  return checks.filter(({ status }) => status !== 'pass');
}

/** `model.check`, and the bare name of a test of its own, which belongs to no model alone. */
export function namesOf(results: readonly CheckResult[]): readonly string[] {
  return results
    .map(({ model, name }) => (name.startsWith('assert_') ? name : `${model}.${name}`))
    .toSorted();
}

/** Thrown to end a transaction without its effects. */
class RollBack<T> extends Error {
  readonly outcome: T;
  constructor(outcome: T) {
    super('rolled back');
    this.outcome = outcome;
  }
}

/** A warehouse whose statements can be sent into one transaction, those about transactions of its own among them. */
function switchable(warehouse: Warehouse): {
  readonly warehouse: Warehouse;
  readonly rolledBack: <T>(work: (inside: Warehouse) => Promise<T>) => Promise<T>;
} {
  let open: Session | undefined;
  const switched: Warehouse = {
    ...warehouse,
    query: (...args) => (open ?? warehouse).query(...args),
    execute: (...args) => (open ?? warehouse).execute(...args),
    transaction: (work) => (open === undefined ? warehouse.transaction(work) : work(open)),
  };
  const rolledBack = async <T>(work: (inside: Warehouse) => Promise<T>): Promise<T> => {
    try {
      return await warehouse.transaction(async (session) => {
        open = session;
        throw new RollBack(await work(switched));
      });
    } catch (error) {
      if (error instanceof RollBack) return error.outcome as T;
      throw error;
    } finally {
      open = undefined;
    }
  };
  return { warehouse: switched, rolledBack };
}
