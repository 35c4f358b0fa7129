import { nearest } from '../../lib/edit-distance.ts';
import type { CheckHistory } from '../../transforms/engine/quality/history.ts';
import type { NotRun, QualityReport } from '../../transforms/engine/quality/report.ts';
import { cliErrors } from '../errors.ts';
import { rowsResult, toCell } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';

type Named = Pick<CheckHistory, 'uniqueId' | 'model' | 'name'>;

/** One check, by its name, its id or as model.name: how it stands, then the rows behind its last failure. */
export function checkShown(report: QualityReport, wanted: string): OperationResult {
  const isWanted = (each: Named): boolean => [each.name, each.uniqueId, fullName(each)].includes(wanted);
  const [found, ...others] = report.checks.filter(isWanted);
  if (found !== undefined) return showOne(found, others);
  const declared = report.notRun.find(isWanted);
  if (declared !== undefined) return showNotRun(declared, report.since);
  throw notFound(wanted, [...report.checks, ...report.notRun]);
}

function showOne(found: CheckHistory, others: readonly Named[]): OperationResult {
  const { status, since, failures, message, failed, points } = found;
  const rows = (failed?.rows ?? []).map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toCell(value)])),
  );
  return rowsResult(rows, {
    columns: [...new Set(rows.flatMap((row) => Object.keys(row)))],
    json: [{ ...found, rows: failed?.rows ?? [] }],
    preface: [
      `${fullName(found)}: ${status}, ${failures} rows, since ${since}${message === null ? '' : `; ${message}`}`,
      ...(failed === undefined ? [] : [rowsOf(status, failed)]),
    ],
    notes: [
      ...points.map((point) => `${point.at}: ${point.status}, ${point.failures} rows, ${point.runs} runs`),
      ...(others.length === 0 ? [] : [`also called so: ${others.map(fullName).join(', ')}`]),
    ],
  });
}

function rowsOf(
  status: CheckHistory['status'],
  { at, version }: NonNullable<CheckHistory['failed']>,
): string {
  const which = status === 'pass' ? 'it passes now; rows of its last failure' : 'rows of the failure';
  return `${which}, at ${at}, version ${version}:`;
}

function showNotRun(declared: NotRun, since: string): OperationResult {
  const { cadence } = declared;
  const next =
    cadence === null
      ? 'the next build of what it reads'
      : `\`shopwave quality check --cadence ${cadence}\` or its DAG`;
  return rowsResult([], {
    json: [{ ...declared, status: 'not run' }],
    preface: [`${fullName(declared)}: declared, not run since ${since}; it runs with ${next}`],
  });
}

function notFound(wanted: string, known: readonly Named[]): Error {
  const parts = known.filter(({ name }) => name.includes(wanted)).slice(0, 5);
  const near = nearest(
    wanted,
    known.flatMap((each) => [each.name, fullName(each)]),
  );
  const meant = parts.length > 0 ? parts.map(fullName) : near === undefined ? [] : [near];
  return cliErrors.error('CLI_NOT_FOUND', {
    message: `there is no check ${wanted}${meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`}`,
    remedy: 'shopwave quality report lists the checks; --since looks further back.',
  });
}

function fullName({ model, name }: Named): string {
  return `${model}.${name}`;
}
