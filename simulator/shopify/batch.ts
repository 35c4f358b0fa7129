interface Turn<Row> {
  readonly keys: Set<string>;
  readonly found: Promise<ReadonlyMap<string, Row>>;
}

/** Collects the keys that are asked for in one turn and answers them with one query. */
export class Batch<Row> {
  readonly #load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Row>>;
  #open: Turn<Row> | undefined;

  constructor(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Row>>) {
    this.#load = load;
  }

  /** The row of a key; nothing where there is none. */
  async get(key: string): Promise<Row | undefined> {
    const batch = (this.#open ??= this.#begin());
    batch.keys.add(key);
    return (await batch.found).get(key);
  }

  #begin(): Turn<Row> {
    const keys = new Set<string>();
    const found = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#open = undefined;
      return this.#load([...keys]);
    });
    return { keys, found };
  }
}

/** Rows by the value of one of their columns. */
export function groupBy<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
