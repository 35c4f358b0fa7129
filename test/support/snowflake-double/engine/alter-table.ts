import { quoteIdentifier } from '../../../../warehouse/sql-text.ts';
import type { Outcome } from '../contract.ts';
import { shown } from './catalog.ts';
import type { CatalogColumn, Relation, Table } from './catalog.ts';
import { ddl } from './ddl.ts';
import { asRefusal } from './duckdb-errors.ts';
import { physicalName } from './physical.ts';
import { refused } from './refused.ts';
import { Resolver } from './resolver.ts';
import type { Scan } from './scan.ts';
import { asDuckdbSpells, column } from './table-columns.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** What an ALTER TABLE does, once the table is locked. */
type Change = (work: Work, table: Table) => Promise<void>;

/** ALTER TABLE after its TABLE. */
export async function alterTable(work: Work, scan: Scan): Promise<Outcome> {
  const { catalog } = work.engine;
  const { session } = work;
  const ifExists = scan.takes('if exists');
  const name = catalog.full(scan.name(), session);
  const { change, other } = readChange(work, scan);
  scan.mustEnd();
  const find = (): Relation | undefined => catalog.find(name, session.id);
  return await ddl(
    work,
    () => [find(), other?.()],
    async () => {
      if (ifExists && find() === undefined) return done('ALTER', 'Statement executed successfully.');
      await change(work, catalog.mustTable(name, session.id));
      return done('ALTER');
    },
  );
}

function readChange(
  work: Work,
  scan: Scan,
): { readonly change: Change; readonly other?: () => Relation | undefined } {
  const { engine, session } = work;
  if (scan.takes('add')) {
    scan.takes('column');
    return { change: addColumns(work, scan) };
  }
  if (scan.takes('drop')) {
    if (scan.takes('clustering key')) return { change: inCatalogue((table) => void (table.clusterBy = '')) };
    scan.takes('column');
    return { change: dropColumns(scan) };
  }
  if (scan.takes('rename column')) {
    const from = scan.identifier();
    scan.must('to');
    return { change: renameColumn(from, scan.identifier()) };
  }
  if (scan.takes('rename to')) return { change: rename(engine.catalog.full(scan.name(), session)) };
  if (scan.takes('swap with')) {
    const other = engine.catalog.full(scan.name(), session);
    return { change: swap(other), other: () => engine.catalog.find(other, session.id) };
  }
  if (scan.takes('cluster by')) {
    const keys = `LINEAR(${scan.bracketed()})`;
    return { change: inCatalogue((table) => void (table.clusterBy = keys)) };
  }
  if (scan.takes('alter') || scan.takes('modify')) {
    scan.takes('column');
    return { change: alterColumn(work, scan) };
  }
  scan.must('set');
  return { change: settings(scan) };
}

function inCatalogue(change: (table: Table) => void): Change {
  return async ({ engine }, table) => {
    change(table);
    engine.catalog.touch(table);
    await Promise.resolve();
  };
}

/** Changes DuckDB's table and the catalogue in one moment; views over it are made anew. */
async function inPlace(
  { engine }: Work,
  table: Table,
  statements: readonly string[],
  columns: readonly CatalogColumn[],
): Promise<void> {
  await engine.latch.writing(async () => {
    try {
      await engine.physical.run('begin', ...statements, 'commit');
    } catch (error) {
      await engine.physical.run('rollback').catch(() => {});
      throw asRefusal(error);
    }
    await engine.views.drop([table.version]);
    table.columns = asDuckdbSpells(columns, await engine.physical.columnsOf(table.version, table.name[2]));
    engine.catalog.touch(table);
  });
}

function addColumns({ engine, session }: Work, scan: Scan): Change {
  const context = new Resolver(engine, session).context([]);
  const added: { readonly column: CatalogColumn; readonly ifNotExists: boolean }[] = [];
  do {
    const ifNotExists = scan.takes('if not exists');
    added.push({ column: column(scan, engine.translator, context), ifNotExists });
  } while (scan.takes(','));
  return async (work, table) => {
    const isThere = (name: string): boolean => table.columns.some((each) => each.name === name);
    const fresh = added.filter(({ column: each, ifNotExists }) => !(ifNotExists && isThere(each.name)));
    const twice = fresh.find(({ column: each }) => isThere(each.name));
    if (twice !== undefined) throw refused('exists', `column '${twice.column.name}' already exists`);
    const name = physicalName(table.version, table.name[2]);
    const statements = fresh.flatMap(({ column: each }) => [
      `alter table ${name} add column ${quoteIdentifier(each.name)} ${each.type}${
        each.default === undefined ? '' : ` default ${each.default}`
      }`,
      ...(each.isNullable
        ? []
        : [`alter table ${name} alter column ${quoteIdentifier(each.name)} set not null`]),
    ]);
    await inPlace(work, table, statements, [...table.columns, ...fresh.map((each) => each.column)]);
  };
}

function dropColumns(scan: Scan): Change {
  const ifExists = scan.takes('if exists');
  const names = [scan.identifier()];
  while (scan.takes(',')) names.push(scan.identifier());
  return async (work, table) => {
    const there = names.filter((name) => hasColumn(table, name) || !ifExists);
    for (const name of there) mustHaveColumn(table, name);
    const of = physicalName(table.version, table.name[2]);
    const rest = table.columns.filter(({ name }) => !there.includes(name));
    await inPlace(
      work,
      table,
      there.map((name) => `alter table ${of} drop column ${quoteIdentifier(name)}`),
      rest,
    );
  };
}

function renameColumn(from: string, to: string): Change {
  return async (work, table) => {
    mustHaveColumn(table, from);
    if (hasColumn(table, to)) throw refused('exists', `column '${to}' already exists`);
    const of = physicalName(table.version, table.name[2]);
    await inPlace(
      work,
      table,
      [`alter table ${of} rename column ${quoteIdentifier(from)} to ${quoteIdentifier(to)}`],
      table.columns.map((each) => (each.name === from ? { ...each, name: to } : each)),
    );
  };
}

function alterColumn({ engine, session }: Work, scan: Scan): Change {
  const name = scan.identifier();
  const context = new Resolver(engine, session).context([]);
  const change = columnChange(scan, (text) => engine.translator.type(text, context));
  return async (work, table) => {
    mustHaveColumn(table, name);
    const of = physicalName(table.version, table.name[2]);
    const statements =
      change.sql === undefined
        ? []
        : [`alter table ${of} alter column ${quoteIdentifier(name)} ${change.sql}`];
    await inPlace(
      work,
      table,
      statements,
      table.columns.map((each) => (each.name === name ? { ...each, ...change.to } : each)),
    );
  };
}

function columnChange(
  scan: Scan,
  typeOf: (text: string) => string,
): { readonly sql?: string; readonly to: Partial<CatalogColumn> } {
  if (scan.takes('set not null')) return { sql: 'set not null', to: { isNullable: false } };
  if (scan.takes('drop not null')) return { sql: 'drop not null', to: { isNullable: true } };
  if (scan.takes('comment')) return { to: { comment: scan.string() } };
  if (scan.takes('drop default')) return { sql: 'drop default', to: { default: undefined } };
  scan.takes('set data');
  scan.must('type');
  const type = typeOf(scan.textUntil(','));
  return { sql: `set data type ${type}`, to: { type } };
}

function rename(to: Table['name']): Change {
  return async ({ engine, session }, table) => {
    if (engine.catalog.find(to, session.id) !== undefined) throw refused('exists', shown(to));
    engine.catalog.mustSchema(to[0], to[1]);
    await engine.latch.writing(async () => {
      await engine.physical.run(
        `alter table ${physicalName(table.version, table.name[2])} rename to ${quoteIdentifier(to[2])}`,
      );
      await engine.views.drop([table.version]);
      engine.catalog.remove(table);
      table.name = to;
      engine.catalog.put(table);
    });
  };
}

/** Both tables under the other's name, in one moment; grants stay with the names' tables. */
function swap(otherName: Table['name']): Change {
  return async ({ engine, session }, table) => {
    const other = engine.catalog.mustTable(otherName, session.id);
    const name = table.name;
    await engine.latch.writing(async () => {
      const renamed = (each: Table, to: string): string =>
        `alter table ${physicalName(each.version, each.name[2])} rename to ${quoteIdentifier(to)}`;
      if (name[2] !== other.name[2])
        await engine.physical.run('begin', renamed(table, other.name[2]), renamed(other, name[2]), 'commit');
      await engine.views.drop([table.version, other.version]);
      engine.catalog.remove(table);
      engine.catalog.remove(other);
      table.name = other.name;
      other.name = name;
      engine.catalog.put(table);
      engine.catalog.put(other);
    });
  };
}

function settings(scan: Scan): Change {
  const changes: ((table: Table) => void)[] = [];
  while (!scan.isAtEnd) {
    if (scan.takes('tag')) {
      scan.rest();
      break;
    }
    const name = scan.identifier();
    scan.must('=');
    const value = scan.value();
    if (name === 'COMMENT') changes.push((table) => void (table.comment = value));
    else if (name === 'DATA_RETENTION_TIME_IN_DAYS')
      changes.push((table) => void (table.retentionDays = Number(value)));
    else if (name !== 'CHANGE_TRACKING') throw refused('unsupported', `ALTER TABLE SET ${name}`);
    scan.takes(',');
  }
  return inCatalogue((table) => changes.forEach((change) => change(table)));
}

function hasColumn(table: Table, name: string): boolean {
  return table.columns.some((each) => each.name === name);
}

function mustHaveColumn(table: Table, name: string): void {
  if (!hasColumn(table, name)) throw refused('invalidIdentifier', `'${name}'`);
}
