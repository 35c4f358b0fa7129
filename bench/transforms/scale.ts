/** The size of a generated shop; everything else follows from the number of order lines. */
export interface Scale {
  /** A multiple of 27: ten orders have 27 lines. */
  readonly lines: number;
  readonly orders: number;
  readonly customers: number;
  readonly products: number;
  readonly sellers: number;
}

/** Order dates span three years; ids grow with time. Days in UTC. */
export const history = { start: '2023-03-02', end: '2026-03-01', days: 1095 } as const;

/** How long raw rows are kept. */
export const rawDays = 90;

/** Proportions of a middle-sized marketplace: 15M customers and 200k products at 120M lines. */
export function scaleOf(wantedLines: number): Scale {
  const lines = Math.max(1, Math.floor(wantedLines / 27)) * 27;
  return {
    lines,
    orders: (lines / 27) * 10,
    customers: Math.ceil(lines / 8),
    products: Math.ceil(lines / 600),
    sellers: Math.max(5, Math.min(500, Math.ceil(lines / 20_000))),
  };
}

/** Microseconds from one order to the next. */
export function orderStep({ orders }: Scale): number {
  return Math.floor((history.days * 86_400_000_000) / orders);
}

/** Seeded randomness: a whole number below `below`, the same for the same row and purpose. */
export function draw(id: string, purpose: number, below: number | string): string {
  return `cast(hash(${id}, ${purpose}) % cast(${below} as ubigint) as bigint)`;
}

/** One of the texts, evenly. */
export function oneOf(id: string, purpose: number, texts: readonly string[]): string {
  return `[${texts.map((text) => `'${text}'`).join(', ')}][1 + ${draw(id, purpose, texts.length)}]`;
}

/** When an order was placed, by its id. */
export function placedAt(scale: Scale, order: string): string {
  return `(timestamp '${history.start}' + to_microseconds((${order}) * ${orderStep(scale)}))`;
}

/** A place in the log, 16 hex digits as the platform has them: here the commit time in microseconds. */
export function positionAt(at: string): string {
  return `format('{:016X}', epoch_us(${at}))`;
}

/** Column list of the log's own columns for a row last changed at `at`. */
export function logColumns(id: string, at: string, op = `'u'`): string {
  return `${op} as _op, ${positionAt(at)} as _position, ${id} as _ordinal, ${at} as _committed_at`;
}

/**
 * When a row got its present state: `quietShare` percent never changed after `since`, a tenth of the others up to 90
 * days later, the rest within two weeks. Nothing is changed after the end of the history.
 */
export function changedAt(id: string, since: string, quietShare: number): string {
  const days = `case when ${draw(id, 2, 10)} = 0 then 90 else 14 end`;
  const late = `${since} + to_seconds(${draw(id, 3, `${days} * 86400`)})`;
  return `case when ${draw(id, 1, 100)} < ${quietShare} or ${late} >= timestamp '${history.end}'
    then ${since} else ${late} end`;
}
