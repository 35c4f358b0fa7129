import type { Scan } from './scan.ts';

/**
 * Of an UPDATE with FROM: a question for how many rows would be updated by more than one row, and by how many too many.
 * Undefined where there is no FROM.
 */
export function multiJoined(scan: Scan): string | undefined {
  const target = scan.textUntil('set');
  scan.must('set');
  scan.textUntil('from', 'where');
  if (!scan.takes('from')) return undefined;
  const from = scan.textUntil('where');
  const where = scan.takes('where') ? scan.rest() : 'true';
  const [name = '', ...aliases] = target.split(/\s+/).filter((word) => word.toLowerCase() !== 'as');
  const alias = aliases[0] ?? name.slice(name.lastIndexOf('.') + 1);
  return `select count_if(_times > 1), sum(_times - 1) from (
    select _row, count(*) as _times
    from (
      select ${alias}._row as _row
      from (select _t.*, row_number() over (order by 1) as _row from ${name} as _t) as ${alias}, ${from}
      where ${where}) as _pairs
    group by _row) as _rows`;
}
