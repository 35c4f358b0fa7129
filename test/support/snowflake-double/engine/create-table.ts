import type { Outcome } from '../contract.ts';
import { shown } from './catalog.ts';
import type { CatalogColumn, FullName, Relation, Table } from './catalog.ts';
import { ddl, inOneMoment } from './ddl.ts';
import { physicalName, tableDdl } from './physical.ts';
import { refused } from './refused.ts';
import { Resolver } from './resolver.ts';
import type { Scan } from './scan.ts';
import { asDuckdbSpells, columnsOfQuery, tableColumns } from './table-columns.ts';
import { dropVersions } from './transactions.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

export interface Creating {
  readonly orReplace: boolean;
  readonly lifetime: Table['lifetime'];
}

interface TableOptions {
  clusterBy: string;
  retentionDays: number;
  comment: string;
  copyGrants: boolean;
}

/** What a table is made of. */
type Making =
  | { readonly kind: 'columns'; readonly columns: readonly CatalogColumn[] }
  | { readonly kind: 'query'; readonly sql: string; readonly names: readonly string[] | undefined }
  | { readonly kind: 'clone' | 'like'; readonly of: Table };

/** CREATE TABLE after its TABLE: of columns, AS a query, CLONE or LIKE. */
export async function createTable(work: Work, scan: Scan, creating: Creating): Promise<Outcome> {
  const { engine, session } = work;
  const ifNotExists = scan.takes('if not exists');
  const name = engine.catalog.full(scan.name(), session);
  const making = readMaking(work, scan);
  const options = readOptions(scan);
  const made: Making = scan.takes('as') ? asQuery(making, scan.rest()) : (making ?? scan.fail());
  scan.mustEnd();
  if (made.kind === 'query') engine.warehouses.mustRun(session.warehouse);
  const standing = (): Relation | undefined => standingUnder(work, name, creating);
  return await ddl(
    work,
    () => [standing()],
    async () => {
      engine.catalog.mustSchema(name[0], name[1]);
      const old = standing();
      if (old !== undefined && ifNotExists)
        return done('CREATE', `${name[2]} already exists, statement succeeded.`);
      if (old !== undefined && !creating.orReplace) throw refused('exists', shown(name));
      if (old !== undefined && old.kind !== 'table') throw refused('objectType', shown(name));
      const version = engine.physical.newVersion();
      const columns = await fill(work, version, name[2], made);
      await put(work, { name, creating, options, version, columns, old });
      return done('CREATE', `Table ${name[2]} successfully created.`);
    },
  );
}

/** A temporary table hides one that stays; it does not take its place. */
function standingUnder(
  { engine, session }: Work,
  name: FullName,
  { lifetime }: Creating,
): Relation | undefined {
  const found = engine.catalog.find(name, session.id);
  const isOurs = (found?.session !== undefined) === (lifetime === 'temporary');
  return isOurs ? found : undefined;
}

function readMaking(work: Work, scan: Scan): Making | undefined {
  const { engine, session } = work;
  if (scan.takes('clone')) {
    const of = engine.catalog.mustTable(engine.catalog.full(scan.name(), session), session.id);
    if (scan.sees('at') || scan.sees('before')) throw refused('unsupported', 'time travel');
    return { kind: 'clone', of };
  }
  if (scan.takes('like')) {
    const of = engine.catalog.mustTable(engine.catalog.full(scan.name(), session), session.id);
    return { kind: 'like', of };
  }
  if (!scan.sees('(')) return undefined;
  const start = scan.mark;
  const isNames = scan.list().every((part) => /^(?:"(?:[^"]|"")*"|\w+)$/.test(part));
  scan.reset(start);
  if (isNames) return { kind: 'query', sql: '', names: scan.names() };
  const context = new Resolver(engine, session).context([]);
  return { kind: 'columns', columns: tableColumns(scan, engine.translator, context) };
}

function asQuery(making: Making | undefined, sql: string): Making {
  if (making !== undefined && making.kind !== 'query')
    throw refused('unsupported', 'CREATE TABLE with types of columns AS a query');
  return { kind: 'query', sql, names: making?.names };
}

function readOptions(scan: Scan): TableOptions {
  const options: TableOptions = { clusterBy: '', retentionDays: 1, comment: '', copyGrants: false };
  for (;;) {
    if (scan.takes('cluster by')) options.clusterBy = `LINEAR(${scan.bracketed()})`;
    else if (scan.takes('data_retention_time_in_days'))
      options.retentionDays = assigned(scan, () => scan.integer());
    else if (scan.takes('max_data_extension_time_in_days')) assigned(scan, () => scan.integer());
    else if (scan.takes('change_tracking')) assigned(scan, () => scan.value());
    else if (scan.takes('comment')) options.comment = assigned(scan, () => scan.string());
    else if (scan.takes('copy grants')) options.copyGrants = true;
    else return options;
  }
}

function assigned<T>(scan: Scan, read: () => T): T {
  scan.must('=');
  return read();
}

/** Makes and fills the table's first version; resolves to its columns. */
async function fill(
  work: Work,
  version: string,
  name: string,
  making: Making,
): Promise<readonly CatalogColumn[]> {
  const { engine, session, statement } = work;
  if (making.kind === 'columns') {
    await engine.physical.run(...tableDdl(version, name, making.columns));
    return asDuckdbSpells(making.columns, await engine.physical.columnsOf(version, name));
  }
  const into = physicalName(version, name);
  if (making.kind !== 'query') {
    const { of, kind } = making;
    await inOneMoment(
      work,
      () => Promise.resolve(`insert into ${into} from ${physicalName(of.version, of.name[2])}`),
      async (execution, copy) => {
        for (const sql of tableDdl(version, name, of.columns)) await execution.run(sql);
        if (kind === 'clone') await execution.run(copy);
      },
    );
    return of.columns;
  }
  const { sql, names } = making;
  if (sql === '') throw refused('syntax', 'a CREATE TABLE without types');
  await inOneMoment(
    work,
    async (execution) => {
      const resolver = new Resolver(engine, session);
      const query = resolver.query(sql, statement.binds);
      await execution.try(() => resolver.ready());
      return query;
    },
    async (execution, query) => {
      await execution.run(`create schema ${version}`);
      const list =
        names === undefined ? '' : ` (${names.map((each) => physicalName('', each).slice(1)).join(', ')})`;
      await execution.run(`create table ${into}${list} as ${query}`);
    },
  );
  return columnsOfQuery(await engine.physical.columnsOf(version, name));
}

interface Put {
  readonly name: FullName;
  readonly creating: Creating;
  readonly options: TableOptions;
  readonly version: string;
  readonly columns: readonly CatalogColumn[];
  readonly old: Table | undefined;
}

async function put(
  { engine, session }: Work,
  { name, creating, options, version, columns, old }: Put,
): Promise<void> {
  const table: Table = {
    kind: 'table',
    id: engine.catalog.newId(),
    name,
    lifetime: creating.lifetime,
    columns,
    version,
    loads: new Map(),
    clusterBy: options.clusterBy,
    retentionDays: options.retentionDays,
    comment: options.comment,
    owner: session.role ?? '',
    createdMs: engine.now(),
    session: creating.lifetime === 'temporary' ? session.id : undefined,
  };
  await engine.latch.writing(async () => {
    if (old !== undefined) engine.catalog.remove(old);
    engine.catalog.put(table);
    await Promise.resolve();
  });
  if (old === undefined) return;
  // Grants belong to the table that is gone, unless they are taken along.
  if (!options.copyGrants) engine.grants.forget('TABLE', name.join('.'));
  await dropVersions(engine, [old.version]);
}
