import type { CheckHistory } from '../../transforms/engine/quality/history.ts';
import type { QualityReport } from '../../transforms/engine/quality/report.ts';
import type { Cell } from '../operations/operation.ts';
import { sourceAge } from './source-age.ts';

type ReportRow = Readonly<Record<string, Cell>>;
type Json = Readonly<Record<string, unknown>>;

/** One thing of the report: as people see it, and with all there is. */
interface Told {
  readonly row: ReportRow;
  readonly json: Json;
}

const columns = ['what', 'model', 'name', 'status', 'failures', 'since', 'last', 'detail'];

/** What is not right, the worst first. Whatever else there is comes after it. */
const wrong = ['held', 'fail', 'error', 'runtime error', 'warn'];

/**
 * The report as rows of one shape, the worst first, and as JSON with all there is:
 * `.[] | select(.what == "check")`.
 */
export function reportRows(
  report: QualityReport,
  { age, notPassed }: { readonly age: (seconds: number) => string; readonly notPassed: boolean },
): [
  rows: readonly ReportRow[],
  options: { columns: readonly string[]; json: readonly Json[]; notes: readonly string[] },
] {
  const told = [...held(report), ...sources(report, age), ...marts(report, age), ...checks(report)];
  const shown = told
    .filter((each) => !notPassed || rankOf(each) < wrong.length)
    .toSorted((a, b) => rankOf(a) - rankOf(b));
  return [
    shown.map(({ row }) => row),
    { columns, json: shown.map(({ json }) => json), notes: [summary(report)] },
  ];
}

function rankOf({ row }: Told): number {
  const rank = wrong.indexOf(String(row['status']));
  return rank === -1 ? wrong.length : rank;
}

function summary({ checks: ran, held: back, notRun }: QualityReport): string {
  const count = (...statuses: ReadonlyArray<CheckHistory['status']>): number =>
    ran.filter(({ status }) => statuses.includes(status)).length;
  const parts = [
    `${count('pass')} pass`,
    `${count('warn')} warn`,
    `${count('fail', 'error')} fail`,
    `${notRun.length} not run`,
  ];
  return `checks: ${parts.join(', ')}; models: ${back.length} held`;
}

function held(report: QualityReport): Told[] {
  return report.held.map((each) => {
    const { model, since, version, reasons } = each;
    const detail = `stands at version ${version ?? 'none'}: ${reasons.join('; ')}`;
    return told('held back', { model, status: 'held', since, detail }, each);
  });
}

function sources(report: QualityReport, age: (seconds: number) => string): Told[] {
  return report.sources.map((each) => {
    const { status, newest, detail } = sourceAge(each, age);
    return told('source', { name: each.source, status, last: newest, detail }, { ...each, status });
  });
}

function marts(report: QualityReport, age: (seconds: number) => string): Told[] {
  return report.marts.map((each) => {
    const { mart: model, source: name, status, reflects: last, ageSeconds } = each;
    const detail = ageSeconds === null ? 'nothing of it' : age(ageSeconds);
    return told('mart', { model, name, status, last, detail }, each);
  });
}

function checks(report: QualityReport): Told[] {
  const ran = report.checks.map((each) => {
    const { model, name, status, failures, since, checkedAt: last, message: detail } = each;
    return told('check', { model, name, status, failures, since, last, detail }, each);
  });
  const notRun = report.notRun.map((each) => {
    const { model, name } = each;
    return told('check', { model, name, status: 'not run' }, { ...each, status: 'not run' });
  });
  return [...ran, ...notRun];
}

function told(what: string, values: ReportRow, all: object): Told {
  const row: ReportRow = { what, ...values };
  return {
    row: Object.fromEntries(columns.map((column) => [column, row[column] ?? null])),
    json: { what, ...all },
  };
}
