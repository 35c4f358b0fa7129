/** What a piece of the model's SQL refers to. */
export interface SqlNames {
  /** Columns, bare or as `{CUBE}.column`. */
  readonly columns: readonly string[];
  /** Columns of other cubes, as `{customers}.customer_key`. */
  readonly others: readonly { readonly cube: string; readonly column: string }[];
  /** Members, as `{sale_minor}` or `{CUBE.orders}`. */
  readonly members: readonly string[];
}

const keywords = new Set(
  `and as asc between by case cast coalesce current desc distinct else end false following from group having in
   integer interval is join left like not null on or order over partition preceding row rows select then timestamp true
   unbounded varchar bigint boolean date decimal double when where`.split(/\s+/),
);

/** Reads a piece of SQL for the names in it; functions, literals, numbers and keywords are none. */
export function namesIn(sql: string): SqlNames {
  const plain = sql.replaceAll(/'(?:[^']|'')*'/g, ' ');
  const others = [...plain.matchAll(/\{(\w+)\}\.(\w+)/g)].map(([, cube = '', column = '']) => ({
    cube,
    column,
  }));
  const members = [...plain.matchAll(/\{(?:CUBE\.)?(\w+)\}(?!\.)/g)].map(([, name = '']) => name);
  const bare = [
    ...plain.replaceAll(/\{[\w.]+\}(?:\.\w+)?/g, ' ').matchAll(/(?<![\w.])([a-z_]\w*)(?!\w|\s*\(|\.)/gi),
  ]
    .map(([, name = '']) => name.toLowerCase())
    .filter((name) => !keywords.has(name));
  const own = others.filter(({ cube }) => cube === 'CUBE').map(({ column }) => column);
  return {
    columns: [...new Set([...own, ...bare])],
    others: others.filter(({ cube }) => cube !== 'CUBE'),
    members: [...new Set(members.filter((name) => name !== 'CUBE'))],
  };
}

/** The one column that a piece of SQL is, if it is one. */
export function columnOf(sql: string): string | undefined {
  return /^(?:\{CUBE\}\.)?(\w+)$/.exec(sql.trim())?.[1];
}

/** What a cube reads: its mart, and the columns that it computes beside those of the mart. */
export function readOf(sql: string): {
  readonly mart: string | undefined;
  readonly computed: readonly string[];
} {
  return {
    mart: /\bfrom\s+marts\.(\w+)/i.exec(sql)?.[1],
    computed: [...sql.matchAll(/\bas\s+(\w+)\s*(?=,|from\b)/gi)].map(([, name = '']) => name),
  };
}
