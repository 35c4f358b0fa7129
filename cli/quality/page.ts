import { formatDuration } from '../../lib/duration.ts';
import type { CheckHistory, FailedRows } from '../../transforms/engine/quality/history.ts';
import type { MartFreshness } from '../../transforms/engine/quality/mart-freshness.ts';
import type { QualityReport } from '../../transforms/engine/quality/report.ts';
import { pageStyle } from './page-style.ts';
import { sourceAge } from './source-age.ts';
import { strip } from './strip.ts';

/** Text as it may stand between tags and in quoted attributes. */
export function escapeHtml(value: unknown): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return String(value).replaceAll(/[&<>"']/g, (each) => entities[each] ?? each);
}

/** The report as one page that loads nothing: to open from a folder, to mail, to keep. */
export function qualityPage(report: QualityReport): string {
  const bad = report.checks.filter(({ status }) => status !== 'pass');
  const parts = [
    section(`What is not right (${bad.length})`, bad.map((check) => checkBlock(check, report)).join('')),
    section(`Held back (${report.held.length})`, heldTable(report)),
    section('How fresh the sources are', sourcesTable(report)),
    section('How fresh the marts are, by source time', martsTable(report.marts)),
    section(
      `Every check over time (${report.checks.length})`,
      report.checks.map((check) => checkBlock(check, report)).join(''),
    ),
    section(
      `Declared and not run since (${report.notRun.length})`,
      table(
        ['model', 'check'],
        report.notRun.map(({ model, name }) => [model, name]),
      ),
    ),
  ];
  const at = escapeHtml(report.generatedAt);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Quality of the marts, ${at}</title>
<style>${pageStyle}</style></head><body>
<header><h1>Quality of the marts</h1>
<p>Version ${escapeHtml(report.version ?? 'none yet')}, as of <time>${at}</time>; history since
<time>${escapeHtml(report.since)}</time>, one box ${report.grain === 'hour' ? 'an hour' : 'a day'}.</p>
<p class="legend">${['pass', 'warn', 'fail', 'error', 'none'].map((each) => `<span class="key ${each}"></span> ${each === 'none' ? 'not run' : each}`).join(' ')}</p>
</header>
<main>${parts.join('\n')}</main></body></html>
`;
}

function section(title: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${body === '' ? '<p class="quiet">Nothing.</p>' : body}</section>`;
}

function checkBlock(check: CheckHistory, report: QualityReport): string {
  const { status, model, name, severity, failures, since, message, failed } = check;
  const isBad = status !== 'pass';
  const head = `<span class="status ${status}">${status}</span> <b>${escapeHtml(model)}</b> ${escapeHtml(name)}
<small>${escapeHtml(severity ?? '')}${isBad ? `, ${failures} rows` : ''}, since <time>${escapeHtml(since)}</time></small>`;
  const told = message === null ? '' : `<p>${escapeHtml(message)}</p>`;
  const rows = failed === undefined ? '' : failedRows(failed);
  return `<details><summary>${head}${strip(check.points, report)}</summary>${told}${rows}
<p class="quiet">${escapeHtml(check.uniqueId)}, last run <time>${escapeHtml(check.checkedAt)}</time></p></details>`;
}

function failedRows({ at, version, rows }: FailedRows): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => row[column] ?? null));
  return `<p>${rows.length} of the rows that failed at <time>${escapeHtml(at)}</time> (version ${version})</p>${table(columns, cells)}`;
}

function heldTable({ held }: QualityReport): string {
  if (held.length === 0) return '';
  return table(
    ['mart', 'stands at version', 'held back since', 'reflects the source up to', 'why'],
    held.map(({ model, version, since, sourceCommittedAt, reasons }) => [
      model,
      version ?? 'none',
      since,
      sourceCommittedAt ?? '',
      reasons.join('; '),
    ]),
  );
}

function sourcesTable({ sources }: QualityReport): string {
  return table(
    ['source', 'status', 'newest', 'age'],
    sources.map((each) => {
      const { status, newest, detail } = sourceAge(each, age);
      return [each.source, status, newest, detail];
    }),
  );
}

function martsTable(marts: readonly MartFreshness[]): string {
  return table(
    ['mart', 'source', 'status', 'reflects', 'age'],
    marts.map(({ mart, source, status, reflects, ageSeconds }) => [
      mart,
      source,
      status,
      reflects ?? '',
      ageSeconds === null ? '' : age(ageSeconds),
    ]),
  );
}

/** Age for people. */
export function age(seconds: number): string {
  return formatDuration(Math.max(0, seconds * 1000));
}

function table(columns: readonly string[], rows: ReadonlyArray<readonly unknown[]>): string {
  if (rows.length === 0) return '';
  const head = columns.map((column) => `<th>${escapeHtml(column)}</th>`).join('');
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell) => `<td>${cell === null ? '' : escapeHtml(textOf(cell))}</td>`).join('')}</tr>`,
  );
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

function textOf(cell: unknown): string {
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}
