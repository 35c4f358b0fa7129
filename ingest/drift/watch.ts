import type { Knex } from 'knex';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { DriftObservation } from '../extract/drift.ts';
import { severityOf } from './change.ts';
import type { DriftChange, DriftKind } from './change.ts';
import { compareShapes } from './compare.ts';
import { latestShapes, migrateDrift, readShapes, recordChanges, recordShapes } from './registry.ts';
import type { Declared, TableShape } from './shape.ts';

export interface DriftWatch {
  /** Compares a source's catalogue with what was seen last, and keeps both; the first look is where it begins. */
  readonly observeTables: (
    source: string,
    shapes: readonly TableShape[],
    declared: readonly Declared[],
  ) => Promise<readonly DriftChange[]>;
  /** Keeps what a batch of API objects showed. */
  readonly observeObjects: (
    source: string,
    observations: readonly DriftObservation[],
  ) => Promise<readonly DriftChange[]>;
}

/** Opens the registry; its tables are made when they are missing. */
export async function createDriftWatch(deps: {
  readonly control: Knex;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<DriftWatch> {
  const { control, clock, logger } = deps;
  await migrateDrift(control);
  const tell = (source: string, changes: readonly DriftChange[]): readonly DriftChange[] => {
    for (const { kind, table, column, before, after, severity } of changes) {
      const level = severity === 'info' ? 'info' : 'warn';
      logger[level](`schema drift: ${kind}`, { source, table, column, before, after, severity });
    }
    return changes;
  };
  return {
    observeTables: async (source, shapes, declared) =>
      tell(
        source,
        await control.transaction((trx) => observeTables(trx, source, shapes, declared, clock.now())),
      ),
    observeObjects: async (source, observations) => {
      const changes = observations.map(objectChange);
      await control.transaction((trx) => recordChanges(trx, source, changes, clock.now()));
      return tell(source, changes);
    },
  };
}

async function observeTables(
  trx: Knex,
  source: string,
  shapes: readonly TableShape[],
  declared: readonly Declared[],
  at: Date,
): Promise<DriftChange[]> {
  // Two looks at once would both find the change new.
  await trx.raw('select pg_advisory_xact_lock(hashtext(?))', [`shopwave.drift.${source}`]);
  const known = await readShapes(trx, source);
  const changes = known.length === 0 ? [] : compareShapes(latestShapes(known), shapes, declared);
  await recordShapes(trx, source, known, shapes, at);
  await recordChanges(trx, source, changes, at);
  return changes;
}

const objectKinds: Readonly<Record<DriftObservation['kind'], DriftKind>> = {
  unknown: 'field_unknown',
  vanished: 'field_vanished',
  retyped: 'field_retyped',
  reshaped: 'field_retyped',
  unseen_value: 'value_unseen',
};

function objectChange({ table, kind, path, type, objects }: DriftObservation): DriftChange & {
  readonly objects: number;
} {
  const drift = objectKinds[kind];
  const severity = severityOf(drift, true, path);
  return { table, kind: drift, column: path, before: undefined, after: type, severity, objects };
}
