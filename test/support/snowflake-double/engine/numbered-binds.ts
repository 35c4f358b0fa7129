import type { Bind, WireValue } from '../contract.ts';
import { tokensOf } from './scan.ts';

/** The binds of each run of a statement: one, or one for each row of array binds. */
export function bindRows(binds: readonly Bind[]): Bind[][] {
  const arrays = binds.flatMap(({ value }) => (isArray(value) ? [value.length] : []));
  const rows = arrays.length === 0 ? 1 : Math.max(...arrays);
  return Array.from({ length: rows }, (_, row) =>
    binds.map(({ type, value }) => ({ type, value: isArray(value) ? (value[row] ?? null) : value })),
  );
}

function isArray(value: Bind['value']): value is readonly WireValue[] {
  return Array.isArray(value);
}

/** A statement whose `?` are numbered, `:1`, so that parts of it still say which bind they mean. */
export function numbered(sql: string): string {
  let count = 0;
  let text = '';
  let end = 0;
  for (const token of tokensOf(sql)) {
    if (token.kind !== 'symbol' || token.text !== '?') continue;
    count += 1;
    text += `${sql.slice(end, token.start)}:${count}`;
    end = token.end;
  }
  return text + sql.slice(end);
}

/** A text made of such parts, with its own `?` again and the binds that they mean. */
export function withItsBinds(sql: string, binds: readonly Bind[]): { sql: string; binds: Bind[] } {
  if (binds.length === 0) return { sql, binds: [] };
  const used: Bind[] = [];
  const text = sql.replaceAll(
    /'(?:[^'\\]|\\.|'')*'|(?<![:\w]):(\d+)\b/g,
    (all, digits: string | undefined) => {
      const bind = digits === undefined ? undefined : binds[Number(digits) - 1];
      if (bind === undefined) return all;
      used.push(bind);
      return '?';
    },
  );
  return { sql: text, binds: used };
}
