import type { Outcome } from '../contract.ts';
import { shown } from './catalog.ts';
import type { Relation } from './catalog.ts';
import { dropWithin } from './create-places.ts';
import { ddl } from './ddl.ts';
import { isObjectKind, objectKind, objectName } from './object-commands.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { dropVersions } from './transactions.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** DROP, whatever is dropped. */
export async function drop(work: Work, scan: Scan): Promise<Outcome> {
  if (scan.takes('table')) return await dropRelation(work, scan, 'table');
  if (scan.takes('view')) return await dropRelation(work, scan, 'view');
  const kind = ['schema', 'database', 'stage', 'warehouse'].find((each) => scan.takes(each));
  if (kind === 'schema' || kind === 'database') return await dropPlace(work, scan, kind);
  if (kind === 'stage') return await dropStage(work, scan);
  if (kind === 'warehouse') return await dropWarehouse(work, scan);
  if (!isObjectKind(scan)) throw refused('unsupported', `DROP ${scan.peek()?.text ?? ''}`);
  return await dropObject(work, scan);
}

async function dropRelation(work: Work, scan: Scan, kind: Relation['kind']): Promise<Outcome> {
  const { engine, session } = work;
  const { catalog } = engine;
  const ifExists = scan.takes('if exists');
  const name = catalog.full(scan.name(), session);
  if (!scan.takes('cascade')) scan.takes('restrict');
  scan.mustEnd();
  const find = (): Relation | undefined => catalog.find(name, session.id);
  return await ddl(
    work,
    () => [find()],
    async () => {
      if (ifExists && find() === undefined)
        return done('DROP', 'Drop statement executed successfully (object already dropped).');
      const found =
        kind === 'table' ? catalog.mustTable(name, session.id) : catalog.mustView(name, session.id);
      await engine.latch.writing(async () => {
        catalog.remove(found);
        await Promise.resolve();
      });
      engine.grants.forget(kind.toUpperCase(), name.join('.'));
      if (found.kind === 'table') await dropVersions(engine, [found.version]);
      return done('DROP', `${name[2]} successfully dropped.`);
    },
  );
}

async function dropPlace(work: Work, scan: Scan, kind: 'schema' | 'database'): Promise<Outcome> {
  const { catalog } = work.engine;
  const { session } = work;
  const ifExists = scan.takes('if exists');
  const parts = scan.name();
  const isRestricted = scan.takes('restrict');
  if (!isRestricted) scan.takes('cascade');
  scan.mustEnd();
  const last = parts.at(-1) ?? '';
  const database = kind === 'database' ? last : (parts.at(-2) ?? session.database);
  if (database === null) throw refused('noDatabase');
  const schema = kind === 'schema' ? last : undefined;
  return await ddl(
    work,
    () => catalog.within(database, schema),
    async () => {
      const isThere =
        schema === undefined
          ? catalog.databases.has(database)
          : catalog.databases.get(database)?.schemas.has(schema) === true;
      if (!isThere && ifExists)
        return done('DROP', 'Drop statement executed successfully (object already dropped).');
      if (schema === undefined) catalog.mustDatabase(database);
      else catalog.mustSchema(database, schema);
      await dropWithin(work, database, schema);
      if (schema === undefined) catalog.databases.delete(database);
      else catalog.mustDatabase(database).schemas.delete(schema);
      if (session.database === database && (schema === undefined || session.schema === schema)) {
        session.schema = null;
        if (schema === undefined) session.database = null;
      }
      return done('DROP', `${last} successfully dropped.`);
    },
  );
}

async function dropStage(work: Work, scan: Scan): Promise<Outcome> {
  const { engine, session } = work;
  const ifExists = scan.takes('if exists');
  const name = engine.catalog.full(scan.name(), session);
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      const stage = engine.stages.find(name);
      if (stage === undefined && !ifExists) throw refused('missing', `Stage ${shown(name)}`);
      if (stage !== undefined) await engine.stages.drop(stage);
      return done('DROP', `${name[2]} successfully dropped.`);
    },
  );
}

async function dropWarehouse(work: Work, scan: Scan): Promise<Outcome> {
  const { warehouses } = work.engine;
  const ifExists = scan.takes('if exists');
  const name = scan.identifier();
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      if (!ifExists) warehouses.must(name);
      warehouses.all.delete(name);
      if (work.session.warehouse === name) work.session.warehouse = null;
      return await Promise.resolve(done('DROP', `${name} successfully dropped.`));
    },
  );
}

async function dropObject(work: Work, scan: Scan): Promise<Outcome> {
  const { objects } = work.engine;
  const kind = objectKind(scan);
  const ifExists = scan.takes('if exists');
  const name = objectName(work, scan, kind);
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      if (!ifExists) objects.must(kind, name);
      objects.remove(kind, name);
      return await Promise.resolve(done('DROP', `${name.at(-1) ?? ''} successfully dropped.`));
    },
  );
}
