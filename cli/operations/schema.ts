import { z } from 'zod';
import type { RecordedChange, RecordedShape } from '../../ingest/drift/registry.ts';
import { latestShapes, migrateDrift, readChanges, readShapes } from '../../ingest/drift/registry.ts';
import { looksLikeCardData } from '../../ingest/drift/change.ts';
import { shopSource } from '../../ingest/postgres/capture.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { Cell } from './operation.ts';

/** What the sources hold and what of it is taken over, and every change that nobody has decided on. */
export const schemaDiff = defineOperation({
  name: 'schema.diff',
  input: z.object({ source: z.string().optional(), all: z.boolean().default(false) }),
  run: async ({ source, all }, { platform }) => {
    await platform.watchShop();
    const control = await platform.control();
    const changes = await readChanges(control, { source, isOpen: true });
    const shapes = source === undefined || source === shopSource ? await readShapes(control, shopSource) : [];
    const columns = notCaptured(latestShapes(shapes), await platform.shopTables());
    const shown = all ? columns : [];
    return rowsResult([...changes.map(changeRow), ...shown], {
      columns: ['id', 'source', 'table', 'what', 'column', 'before', 'after', 'severity', 'since'],
      notes: [
        ...(all || columns.length === 0
          ? []
          : [`${columns.length} columns of captured tables are left out on purpose; --all shows them`]),
        ...(changes.some(({ kind }) => kind === 'column_added')
          ? ['shopwave schema allow SOURCE.TABLE.COLUMN takes a new column over']
          : []),
      ],
    });
  },
});

/** Every shape that was ever seen, and every change with what was decided. */
export const schemaHistory = defineOperation({
  name: 'schema.history',
  input: z.object({ source: z.string().optional(), table: z.string().optional() }),
  run: async ({ source, table }, { platform }) => {
    const control = await platform.control();
    await migrateDrift(control);
    const shapes = await readShapes(control, source ?? shopSource);
    const changes = await readChanges(control, { source });
    const isWanted = (each: { readonly table: string }): boolean =>
      table === undefined || each.table === table;
    const rows = [
      ...shapes.filter(isWanted).map((shape) => shapeEvent(source ?? shopSource, shape)),
      ...changes.filter(isWanted).map(changeEvent),
    ];
    return rowsResult(
      rows.toSorted((left, right) => (left.at < right.at ? -1 : 1)),
      { columns: ['at', 'source', 'table', 'what', 'detail', 'decided'] },
    );
  },
});

type Cells = Readonly<Record<string, Cell>>;

function changeRow(change: RecordedChange): Cells {
  return {
    id: change.id,
    source: change.source,
    table: change.table,
    what: change.kind,
    column: change.column ?? null,
    before: change.before ?? null,
    after: change.after ?? null,
    severity: change.severity,
    since: change.firstSeen.toISOString(),
  };
}

function notCaptured(
  shapes: readonly RecordedShape[],
  tables: ReadonlyArray<{ readonly table: string; readonly columns: readonly string[] }>,
): Cells[] {
  return shapes.flatMap((shape) => {
    const wanted = tables.find((each) => each.table === shape.table);
    if (wanted === undefined) return [];
    return shape.columns
      .filter(({ name }) => !wanted.columns.includes(name))
      .map(({ name, type }) => ({
        id: null,
        source: shopSource,
        table: shape.table,
        what: looksLikeCardData(name) ? 'left out (may be card data)' : 'left out',
        column: name,
        before: null,
        after: type,
        severity: 'info',
        since: shape.seenAt.toISOString(),
      }));
  });
}

interface Event {
  readonly at: string;
  readonly source: string;
  readonly table: string;
  readonly what: string;
  readonly detail: string;
  readonly decided: string | null;
}

function shapeEvent(
  source: string,
  { table, version, columns, seenAt, goneAt }: RecordedShape,
): Event & Cells {
  const detail = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  const ended = goneAt === undefined ? null : `gone ${goneAt.toISOString()}`;
  return { at: seenAt.toISOString(), source, table, what: `version ${version}`, detail, decided: ended };
}

function changeEvent(change: RecordedChange): Event & Cells {
  const { firstSeen, source, table, kind, column, before, after, resolution, resolvedAt } = change;
  const from = before === undefined ? '' : ` from ${before}`;
  const to = after === undefined ? '' : ` to ${after}`;
  const decided = resolvedAt === undefined ? null : `${resolution} (${resolvedAt.toISOString()})`;
  return {
    at: firstSeen.toISOString(),
    source,
    table,
    what: kind,
    detail: `${column ?? ''}${from}${to}`,
    decided,
  };
}
