import type { SourceReport } from '../../ingest/postgres/check.ts';
import type { CaptureStatus } from '../../ingest/postgres/capture-status.ts';
import { readinessError } from '../../ingest/postgres/readiness.ts';
import { rowsResult } from './operation.ts';
import type { Cell, OperationResult } from './operation.ts';

/** A report on the source: what stands in the way, what to know, what would be run. */
export function reportResult({ problems, warnings, statements }: SourceReport): OperationResult {
  const rows: Array<Readonly<Record<string, Cell>>> = [
    ...problems.map(({ code, message, remedy }) => ({ kind: code, what: message, 'what to do': remedy })),
    ...warnings.map(({ message, remedy }) => ({ kind: 'warning', what: message, 'what to do': remedy })),
    ...statements.map((sql) => ({ kind: 'would run', what: oneLine(sql), 'what to do': null })),
  ];
  return rowsResult(rows, {
    columns: ['kind', 'what', 'what to do'],
    failure: problems.length === 0 ? undefined : readinessError(problems, 'the shop'),
    notes: statements.length === 0 ? ['it is set up: nothing would be run'] : ['nothing was changed'],
  });
}

/** How capture stands, one thing a row. */
export function statusResult(status: CaptureStatus): OperationResult {
  const row = (what: string, value: Cell, level = '', advice = ''): Readonly<Record<string, Cell>> => ({
    what,
    value,
    level,
    'what to do': advice,
  });
  const resync = 'Run `shopwave sources postgres resync`.';
  return rowsResult(
    [
      row('set up', status.isSetUp, '', status.isSetUp ? '' : 'Run `shopwave sources postgres setup`.'),
      row('slot and publication', `${status.slot}, ${status.publication}`),
      row('landed to', status.landedPosition),
      row('landed commit', status.landedCommittedAt ?? null),
      ...status.findings.map((each) => row(each.what, each.value, each.level, each.advice)),
      ...status.snapshots.map((each) =>
        row(
          `snapshot of ${each.table}`,
          each.isLanded ? 'landed' : `${each.rows} of about ${each.estimatedRows} rows`,
          '',
          each.isLanded ? '' : 'Goes on with `shopwave sources postgres snapshot`.',
        ),
      ),
      ...status.gaps.map((gap) =>
        row(`gap since ${gap.foundAt}`, `${gap.code}: ${gap.message}`, 'page', resync),
      ),
    ],
    { columns: ['what', 'value', 'level', 'what to do'] },
  );
}

/** A statement in one line, as a table shows it. */
export function oneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ');
}
