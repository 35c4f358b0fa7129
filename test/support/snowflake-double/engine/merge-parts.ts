import { refused } from './refused.ts';
import type { ObjectName, Scan } from './scan.ts';

type Action = 'INSERT' | 'UPDATE' | 'DELETE';

interface Matched {
  readonly action: 'UPDATE' | 'DELETE';
  readonly condition: string;
}

/** What of a MERGE says which rows it would change. */
export interface MergeParts {
  readonly target: ObjectName;
  readonly targetText: string;
  readonly alias: string;
  readonly source: string;
  readonly on: string;
  readonly matched: readonly Matched[];
  /** What it may do, in the order in which it is counted. */
  readonly actions: readonly Action[];
}

/** Reads a MERGE after its INTO. */
export function mergeParts(scan: Scan): MergeParts {
  const start = scan.mark;
  const target = scan.name();
  scan.reset(start);
  const targetText = scan.textUntil('as', 'using').split(/\s/, 1)[0] ?? '';
  scan.reset(start);
  scan.name();
  const alias = scan.takes('as') || !scan.sees('using') ? scan.textUntil('using') : lastPart(targetText);
  scan.must('using');
  const source = scan.textUntil('on');
  scan.must('on');
  const on = scan.textUntil('when matched', 'when not');
  const matched: Matched[] = [];
  let inserts = false;
  while (scan.takes('when')) {
    if (scan.takes('not matched')) {
      inserts = true;
      scan.textUntil('when matched', 'when not');
      continue;
    }
    scan.must('matched');
    const condition = scan.takes('and') ? scan.textUntil('then') : 'true';
    scan.must('then');
    const action = scan.sees('delete') ? 'DELETE' : 'UPDATE';
    scan.textUntil('when matched', 'when not');
    matched.push({ action, condition });
  }
  scan.mustEnd();
  if (matched.length === 0 && !inserts) throw refused('syntax', 'a MERGE without WHEN');
  const has = (action: Matched['action']): boolean => matched.some((each) => each.action === action);
  const actions: Action[] = [
    ...(inserts ? (['INSERT'] as const) : []),
    ...(has('UPDATE') ? (['UPDATE'] as const) : []),
    ...(has('DELETE') ? (['DELETE'] as const) : []),
  ];
  return { target, targetText, alias, source, on, matched, actions };
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/**
 * How many target rows would be changed by more than one source row, one of them by UPDATE: what Snowflake calls
 * nondeterministic. Several that delete are not.
 */
export function mergeCheck({ targetText, alias, source, on, matched }: MergeParts): string | undefined {
  if (!matched.some(({ action }) => action === 'UPDATE')) return undefined;
  const branches = matched.map(
    ({ action, condition }) => `when ${condition} then ${action === 'UPDATE' ? 1 : 0}`,
  );
  return `select count(*) from (
    select _row, count(*) as _times, max(_updates) as _updated from (
      select ${alias}._row as _row, case ${branches.join(' ')} end as _updates
      from (select _t.*, row_number() over (order by 1) as _row from ${targetText} as _t) as ${alias}
      join ${source} on ${on}) as _pairs
    where _updates is not null group by _row) as _rows
  where _times > 1 and _updated = 1`;
}
