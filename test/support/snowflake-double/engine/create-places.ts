import type { Outcome } from '../contract.ts';
import type { SchemaEntry } from './catalog.ts';
import { ddl } from './ddl.ts';
import { dropVersions } from './transactions.ts';
import { properties } from './properties.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

interface Creating {
  readonly orReplace: boolean;
  readonly isTransient: boolean;
}

/** CREATE SCHEMA after its SCHEMA; the session moves into it. */
export async function createSchema(work: Work, scan: Scan, creating: Creating): Promise<Outcome> {
  const { catalog } = work.engine;
  const { session } = work;
  const ifNotExists = scan.takes('if not exists');
  const [name = '', databaseName = session.database] = scan.name().toReversed();
  if (scan.sees('clone')) throw refused('unsupported', 'the CLONE of a schema');
  scan.takes('with managed access');
  const given = properties(scan);
  scan.mustEnd();
  if (databaseName === null) throw refused('noDatabase');
  return await ddl(
    work,
    () => (creating.orReplace ? catalog.within(databaseName, name) : []),
    async () => {
      const database = catalog.mustDatabase(databaseName);
      const isThere = database.schemas.has(name);
      if (isThere && ifNotExists) return done('CREATE', `${name} already exists, statement succeeded.`);
      if (isThere && !creating.orReplace) throw refused('exists', `'${name}'`);
      if (isThere) await dropWithin(work, databaseName, name);
      database.schemas.set(name, entry(work, name, creating.isTransient, given));
      session.database = databaseName;
      session.schema = name;
      return done('CREATE', `Schema ${name} successfully created.`);
    },
  );
}

/** CREATE DATABASE after its DATABASE, with its schema PUBLIC; the session moves into it. */
export async function createDatabase(work: Work, scan: Scan, creating: Creating): Promise<Outcome> {
  const { catalog } = work.engine;
  const { session } = work;
  const ifNotExists = scan.takes('if not exists');
  const name = scan.identifier();
  if (scan.sees('clone') || scan.sees('from')) throw refused('unsupported', 'a database made of another');
  const given = properties(scan);
  scan.mustEnd();
  return await ddl(
    work,
    () => (creating.orReplace ? catalog.within(name, undefined) : []),
    async () => {
      const isThere = catalog.databases.has(name);
      if (isThere && ifNotExists) return done('CREATE', `${name} already exists, statement succeeded.`);
      if (isThere && !creating.orReplace) throw refused('exists', `'${name}'`);
      if (isThere) await dropWithin(work, name, undefined);
      const schemas = new Map([['PUBLIC', entry(work, 'PUBLIC', creating.isTransient, new Map())]]);
      catalog.databases.set(name, { ...entry(work, name, creating.isTransient, given), schemas });
      session.database = name;
      session.schema = 'PUBLIC';
      return done('CREATE', `Database ${name} successfully created.`);
    },
  );
}

function entry(
  { engine, session }: Work,
  name: string,
  isTransient: boolean,
  given: ReadonlyMap<string, string>,
): SchemaEntry {
  return {
    name,
    comment: given.get('COMMENT') ?? '',
    isTransient,
    isManaged: false,
    tags: new Map(),
    createdMs: engine.now(),
    retentionDays: Number(given.get('DATA_RETENTION_TIME_IN_DAYS') ?? 1),
    owner: session.role ?? '',
  };
}

/** Drops all that is in a schema, or in all schemas of a database. */
export async function dropWithin(
  { engine }: Work,
  database: string,
  schema: string | undefined,
): Promise<void> {
  const gone = engine.catalog.within(database, schema);
  for (const relation of gone) {
    engine.catalog.remove(relation);
    engine.grants.forget(relation.kind.toUpperCase(), relation.name.join('.'));
  }
  await dropVersions(
    engine,
    gone.flatMap((relation) => (relation.kind === 'table' ? [relation.version] : [])),
  );
  for (const stage of engine.stages.all.values())
    if (stage.name[0] === database && (schema === undefined || stage.name[1] === schema))
      await engine.stages.drop(stage);
}
