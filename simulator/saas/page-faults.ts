import { createHash } from 'node:crypto';
import type { Page } from './api.ts';
import type { Fault } from './fault.ts';
import type { ActiveFault } from './fault-board.ts';
import { withField } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** What is remembered of an API's pages from request to request. */
export interface PageMemory {
  /** The last row of the page that was served last, by stream. */
  readonly lastRow: Map<string, JsonObject>;
  /** Keys of rows that are gone, by stream. */
  readonly deleted: Map<string, Set<string>>;
}

/** What a page fault knows of the request that it meets. */
interface PageContext {
  readonly stream: string;
  readonly memory: PageMemory;
  readonly rowId: (row: JsonObject) => string;
  readonly now: Date;
}

/** Rows on their way out, and whether pages follow where a fault decides it. */
interface Outgoing {
  readonly rows: readonly JsonObject[];
  readonly hasMore?: boolean;
}

type Of<Kind extends Fault['kind']> = Extract<Fault, { readonly kind: Kind }>;

const edit = (
  outgoing: Outgoing,
  fault: { readonly field: string; readonly everyRow?: boolean },
  value: JsonValue | undefined,
): Outgoing => ({
  ...outgoing,
  rows: outgoing.rows.map((row, index) =>
    index === 0 || fault.everyRow === true ? withField(row, fault.field, value) : row,
  ),
});

/** The page of a request after all the faults that it meets. Nothing when no fault changes it. */
export function breakPage(
  page: Page,
  met: readonly ActiveFault[],
  context: PageContext,
): JsonValue | undefined {
  const { stream, memory } = context;
  const gone = memory.deleted.get(stream);
  let outgoing: Outgoing = { rows: page.rows };
  for (const active of met) outgoing = strike(outgoing, active, context);
  const rows =
    gone === undefined ? outgoing.rows : outgoing.rows.filter((row) => !gone.has(context.rowId(row)));
  const last = rows.at(-1);
  if (last !== undefined) memory.lastRow.set(stream, last);
  if (rows === page.rows && outgoing.hasMore === undefined) return undefined;
  return page.replace(rows, outgoing.hasMore);
}

/** Deletes the row that the page before ended with, if a fault says so. Call it before the API answers. */
export function deleteRows(
  met: readonly ActiveFault[],
  { stream, memory, rowId }: Omit<PageContext, 'now'>,
): void {
  const last = memory.lastRow.get(stream);
  if (last === undefined || !met.some(({ fault }) => fault.kind === 'deleted-rows')) return;
  memory.deleted.set(stream, (memory.deleted.get(stream) ?? new Set()).add(rowId(last)));
}

type Strike<Kind extends Fault['kind']> = (
  outgoing: Outgoing,
  fault: Of<Kind>,
  context: PageContext,
  active: ActiveFault,
) => Outgoing;

const strikes: { readonly [Kind in Fault['kind']]?: Strike<Kind> } = {
  'wrong-type': (outgoing, fault) => edit(outgoing, fault, fault.value),
  'unknown-field': (outgoing, fault) => edit(outgoing, fault, fault.value),
  'unseen-value': (outgoing, fault) => edit(outgoing, fault, fault.value),
  'vanished-field': (outgoing, fault) => edit(outgoing, fault, undefined),
  'empty-page': () => ({ rows: [], hasMore: true }),
  'repeated-page': (outgoing, _, { stream }, active) => ({
    rows: firstPage(outgoing, active, stream),
    hasMore: true,
  }),
  'duplicate-rows': (outgoing, _, { memory, stream }) => {
    const last = memory.lastRow.get(stream);
    return last === undefined ? outgoing : { ...outgoing, rows: [last, ...outgoing.rows] };
  },
  'late-rows': (outgoing, fault, context) => ({
    ...outgoing,
    rows: visibleRows(outgoing.rows, fault, context),
  }),
};

function strike(outgoing: Outgoing, active: ActiveFault, context: PageContext): Outgoing {
  // A kind's entry takes the faults of that kind, which the compiler cannot follow through the look-up.
  const entry = strikes[active.fault.kind] as Strike<Fault['kind']> | undefined;
  return entry === undefined ? outgoing : entry(outgoing, active.fault, context, active);
}

function firstPage(outgoing: Outgoing, active: ActiveFault, stream: string): readonly JsonObject[] {
  const known = active.firstPage.get(stream);
  if (known === undefined) active.firstPage.set(stream, outgoing.rows);
  return known ?? outgoing.rows;
}

function visibleRows(
  rows: readonly JsonObject[],
  fault: Of<'late-rows'>,
  { rowId, now }: PageContext,
): readonly JsonObject[] {
  if (now >= fault.visibleAt) return rows;
  return rows.filter((row) => {
    const id = rowId(row);
    return !(fault.ids?.includes(id) ?? isOneIn(id, fault.oneIn ?? 10));
  });
}

function isOneIn(id: string, oneIn: number): boolean {
  return createHash('sha256').update(id).digest().readUInt32BE() % oneIn === 0;
}
