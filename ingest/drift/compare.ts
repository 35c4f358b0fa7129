import { severityOf } from './change.ts';
import type { DriftChange, DriftKind } from './change.ts';
import type { ColumnShape, Declared, TableShape } from './shape.ts';
import { isWidening } from './widening.ts';

/**
 * What changed between two looks at a source's catalogue. Tables and columns are matched by what a rename leaves
 * alone (oid, attnum): by name, a rename would be a drop beside an addition.
 */
export function compareShapes(
  before: readonly TableShape[],
  after: readonly TableShape[],
  declared: readonly Declared[],
): DriftChange[] {
  const was = new Map(before.map((table) => [table.id, table]));
  const is = new Map(after.map((table) => [table.id, table]));
  return [
    ...before.flatMap((table) => (is.has(table.id) ? [] : droppedTable(table, after, declared))),
    ...after.flatMap((table) => {
      const old = was.get(table.id) ?? before.find((each) => each.table === table.table);
      return old === undefined ? [addedTable(table)] : compareTable(old, table, declared);
    }),
  ];
}

/** A table that was dropped and made again under its name is compared with the old one, column by column. */
function droppedTable(
  table: TableShape,
  after: readonly TableShape[],
  declared: readonly Declared[],
): DriftChange[] {
  if (after.some((each) => each.table === table.table)) return [];
  const isDeclared = declared.some((each) => each.table === table.table);
  return [change(table.table, 'table_dropped', isDeclared, { before: table.table })];
}

function addedTable(table: TableShape): DriftChange {
  return change(table.table, 'table_added', false, { after: table.table });
}

function compareTable(old: TableShape, table: TableShape, declared: readonly Declared[]): DriftChange[] {
  // What is declared goes by the name that the table had when it was declared.
  const wanted = declared.find((each) => each.table === old.table || each.table === table.table);
  const renamed = { before: old.table, after: table.table };
  return [
    ...(old.table === table.table ? [] : [change(old.table, 'table_renamed', wanted !== undefined, renamed)]),
    ...compareColumns(old, table, wanted),
    ...compareKeys(old, table, wanted),
  ];
}

function compareColumns(old: TableShape, table: TableShape, wanted: Declared | undefined): DriftChange[] {
  // A table that was made again numbers its columns anew: then only names can tell.
  const same = (left: ColumnShape, right: ColumnShape): boolean =>
    old.id === table.id ? left.id === right.id : left.name === right.name;
  const isDeclared = (name: string): boolean => wanted?.columns.includes(name) === true;
  const gone = old.columns.filter((each) => !table.columns.some((now) => same(each, now)));
  const dropped = gone.map(({ name, type }) =>
    change(old.table, 'column_dropped', isDeclared(name), { column: name, before: type }),
  );
  const rest = table.columns.flatMap((column) => {
    const before = old.columns.find((each) => same(each, column));
    if (before === undefined) {
      const added = { column: column.name, after: column.type };
      return [change(old.table, 'column_added', wanted !== undefined, added)];
    }
    return compareColumn(old.table, before, column, isDeclared(before.name));
  });
  return [...dropped, ...rest];
}

function compareColumn(
  table: string,
  before: ColumnShape,
  after: ColumnShape,
  isDeclared: boolean,
): DriftChange[] {
  const changes: DriftChange[] = [];
  if (before.name !== after.name) {
    const renamed = { column: before.name, before: before.name, after: after.name };
    changes.push(change(table, 'column_renamed', isDeclared, renamed));
  }
  if (before.type !== after.type) {
    const kind = isWidening(before.type, after.type) ? 'type_widened' : 'type_changed';
    const retyped = { column: before.name, before: before.type, after: after.type };
    changes.push(change(table, kind, isDeclared, retyped));
  }
  return changes;
}

function compareKeys(old: TableShape, table: TableShape, wanted: Declared | undefined): DriftChange[] {
  // A renamed key column is the same key; its number says so.
  const ids = ({ columns }: TableShape): string =>
    columns
      .filter((each) => each.isKey)
      .map((each) => each.id)
      .join();
  if (old.id === table.id ? ids(old) === ids(table) : keyNames(old) === keyNames(table)) return [];
  const keys = { before: keyNames(old), after: keyNames(table) };
  return [change(old.table, 'key_changed', wanted !== undefined, keys)];
}

function keyNames({ columns }: TableShape): string {
  return columns
    .filter((each) => each.isKey)
    .map((each) => each.name)
    .join(', ');
}

function change(
  table: string,
  kind: DriftKind,
  isDeclared: boolean,
  what: Partial<Pick<DriftChange, 'column' | 'before' | 'after'>>,
): DriftChange {
  const { column, before, after } = what;
  return { table, kind, column, before, after, severity: severityOf(kind, isDeclared, column ?? table) };
}
