import type { Column, Outcome, StatementRun, StatementType, WireValue } from '../contract.ts';
import type { SessionState } from './session-state.ts';
import type { EngineState } from './state.ts';

/** One statement of one session. */
export interface Work {
  readonly engine: EngineState;
  readonly session: SessionState;
  readonly statement: StatementRun;
}

export function done(statementType: StatementType, message = 'Statement executed successfully.'): Outcome {
  return { kind: 'done', statementType, message };
}

/** Few rows that are there already. */
export function listed(
  statementType: StatementType,
  columns: readonly Column[],
  rows: readonly (readonly WireValue[])[],
): Outcome {
  return { kind: 'rows', statementType, columns, rows: batches(rows) };
}

async function* batches(
  rows: readonly (readonly WireValue[])[],
): AsyncGenerator<readonly (readonly WireValue[])[]> {
  if (rows.length > 0) yield await Promise.resolve(rows);
}

export function textColumn(name: string): Column {
  return { name, type: 'TEXT', nullable: true, length: 16_777_216 };
}

export function numberColumn(name: string): Column {
  return { name, type: 'FIXED', precision: 38, scale: 0, nullable: true };
}

type Count = readonly [name: string, count: number];

/** The row of counts that DML answers with. */
export function counted(
  statementType: Extract<Outcome, { kind: 'dml' }>['statementType'],
  ...counts: readonly Count[]
): Outcome {
  return {
    kind: 'dml',
    statementType,
    columns: counts.map(([name]) => numberColumn(name)),
    rows: [counts.map(([, count]) => String(count))],
  };
}
