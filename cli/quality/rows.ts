import type { QualityReport } from '../../transforms/engine/quality/report.ts';
import type { Cell } from '../operations/operation.ts';

type ReportRow = Readonly<Record<string, Cell>>;
type Json = ReadonlyArray<Readonly<Record<string, unknown>>>;

const columns = ['what', 'model', 'name', 'status', 'failures', 'since', 'last', 'detail'];

/** The report as rows of one shape, and as JSON with all there is: `.[] | select(.what == "check")`. */
export function reportRows(
  report: QualityReport,
  age: (seconds: number) => string,
): [rows: readonly ReportRow[], options: { columns: readonly string[]; json: Json }] {
  return [
    [
      ...report.held.map(({ model, since, version, reasons }) =>
        row({
          what: 'held back',
          model,
          status: 'held',
          since,
          detail: `stands at version ${version ?? 'none'}: ${reasons.join('; ')}`,
        }),
      ),
      ...report.sources.map((each) =>
        each.status === 'runtime error'
          ? row({ what: 'source', name: each.source, status: each.status, detail: each.message })
          : row({
              what: 'source',
              name: each.source,
              status: each.status,
              last: each.maxLoadedAt.toISOString(),
              detail: age(each.ageSeconds),
            }),
      ),
      ...report.marts.map(({ mart, source, status, reflects, ageSeconds }) =>
        row({
          what: 'mart',
          model: mart,
          name: source,
          status,
          last: reflects,
          detail: ageSeconds === null ? 'nothing of it' : age(ageSeconds),
        }),
      ),
      ...report.checks.map(({ model, name, status, failures, since, checkedAt, message }) =>
        row({ what: 'check', model, name, status, failures, since, last: checkedAt, detail: message }),
      ),
      ...report.notRun.map(({ model, name }) => row({ what: 'check', model, name, status: 'not run' })),
    ],
    { columns, json: jsonOf(report) },
  ];
}

function row(values: ReportRow): ReportRow {
  return Object.fromEntries(columns.map((column) => [column, values[column] ?? null]));
}

function jsonOf({ held, sources, marts, checks, notRun }: QualityReport): Json {
  return [
    ...held.map((each) => ({ what: 'held back', ...each })),
    ...sources.map((each) => ({ what: 'source', ...each })),
    ...marts.map((each) => ({ what: 'mart', ...each })),
    ...checks.map((each) => ({ what: 'check', ...each })),
    ...notRun.map((each) => ({ what: 'check', ...each, status: 'not run' })),
  ];
}
