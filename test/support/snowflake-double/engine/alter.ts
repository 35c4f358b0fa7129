import type { Outcome } from '../contract.ts';
import { alterTable } from './alter-table.ts';
import { ddl } from './ddl.ts';
import { alterObject, isObjectKind, objectKind } from './object-commands.ts';
import { properties } from './properties.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { alterWarehouse } from './warehouse-commands.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** ALTER, but for sessions. */
export async function alter(work: Work, scan: Scan): Promise<Outcome> {
  if (scan.takes('table')) return await alterTable(work, scan);
  if (scan.takes('warehouse')) return await alterWarehouse(work, scan);
  if (scan.takes('view')) return await alterView(work, scan);
  if (scan.takes('stage')) return await alterStage(work, scan);
  if (scan.takes('schema')) return await alterPlace(work, scan, 'schema');
  if (scan.takes('database')) return await alterPlace(work, scan, 'database');
  if (!isObjectKind(scan)) throw refused('unsupported', `ALTER ${scan.peek()?.text ?? ''}`);
  return await alterObject(work, scan, objectKind(scan));
}

/** ALTER VIEW name RENAME TO name | SET COMMENT = text. */
async function alterView(work: Work, scan: Scan): Promise<Outcome> {
  const { engine, session } = work;
  const ifExists = scan.takes('if exists');
  const name = engine.catalog.full(scan.name(), session);
  const to = scan.takes('rename to') ? engine.catalog.full(scan.name(), session) : undefined;
  const given = to === undefined && scan.takes('set') ? properties(scan) : new Map<string, string>();
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      if (ifExists && engine.catalog.find(name, session.id) === undefined) return done('ALTER');
      const view = engine.catalog.mustView(name, session.id);
      if (to !== undefined) {
        if (engine.catalog.find(to, session.id) !== undefined) throw refused('exists', `'${to.join('.')}'`);
        engine.catalog.remove(view);
        view.name = to;
        engine.catalog.put(view);
      }
      view.comment = given.get('COMMENT') ?? view.comment;
      engine.catalog.touch(view);
      return await Promise.resolve(done('ALTER'));
    },
  );
}

/** ALTER SCHEMA | DATABASE name SET property = value ... | RENAME of a schema and SWAP of two. */
async function alterPlace(work: Work, scan: Scan, kind: 'schema' | 'database'): Promise<Outcome> {
  const { engine, session } = work;
  const { catalog } = engine;
  const ifExists = scan.takes('if exists');
  const [name = '', database = session.database ?? ''] =
    kind === 'schema' ? scan.name().toReversed() : ['', scan.identifier()];
  const isThere = (): boolean =>
    kind === 'schema' ? catalog.mustDatabase(database).schemas.has(name) : catalog.databases.has(database);
  if (kind === 'schema' && scan.takes('swap with')) {
    const [other = ''] = scan.name().toReversed();
    return await swapSchemas(work, database, name, other);
  }
  const isManaged = readManaged(scan);
  if (isManaged === undefined) scan.must('set');
  const tags = scan.takes('tag') ? readTags(work, scan) : [];
  const given = properties(scan);
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      if (ifExists && !isThere()) return done('ALTER');
      const place = kind === 'schema' ? catalog.mustSchema(database, name) : catalog.mustDatabase(database);
      place.isManaged = isManaged ?? place.isManaged;
      for (const [tag, value] of tags) place.tags.set(tag, value);
      place.comment = given.get('COMMENT') ?? place.comment;
      place.retentionDays = Number(given.get('DATA_RETENTION_TIME_IN_DAYS') ?? place.retentionDays);
      return await Promise.resolve(done('ALTER'));
    },
  );
}

function readManaged(scan: Scan): boolean | undefined {
  if (scan.takes('enable managed access')) return true;
  return scan.takes('disable managed access') ? false : undefined;
}

/** SET TAG name = text, ... on what is there. */
export function readTags({ engine, session }: Work, scan: Scan): (readonly [tag: string, value: string])[] {
  const tags: (readonly [string, string])[] = [];
  do {
    const tag = engine.objects.must('TAG', engine.catalog.full(scan.name(), session));
    scan.must('=');
    tags.push([tag.name.join('.'), scan.string()]);
  } while (scan.takes(','));
  return tags;
}

/** ALTER STAGE name SET property = value ...; where its files lie stays. */
async function alterStage(work: Work, scan: Scan): Promise<Outcome> {
  const { engine, session } = work;
  const ifExists = scan.takes('if exists');
  const name = engine.catalog.full(scan.name(), session);
  scan.must('set');
  const given = properties(scan);
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      if (ifExists && engine.stages.find(name) === undefined) return done('ALTER');
      await engine.stages.alter(engine.stages.must(name), given);
      return done('ALTER');
    },
  );
}

/** All relations of two schemas change places in one moment. */
async function swapSchemas(work: Work, database: string, left: string, right: string): Promise<Outcome> {
  const { catalog, latch } = work.engine;
  const both = (): readonly ReturnType<typeof catalog.within>[number][] => [
    ...catalog.within(database, left),
    ...catalog.within(database, right),
  ];
  return await ddl(work, both, async () => {
    const lefts = catalog.mustSchema(database, left);
    const rights = catalog.mustSchema(database, right);
    await latch.writing(async () => {
      const moved = both();
      for (const relation of moved) catalog.remove(relation);
      for (const relation of moved) {
        const [, schema, name] = relation.name;
        relation.name = [database, schema === left ? right : left, name];
        catalog.put(relation);
      }
      const { schemas } = catalog.mustDatabase(database);
      schemas.set(left, { ...rights, name: left });
      schemas.set(right, { ...lefts, name: right });
      await Promise.resolve();
    });
    return done('ALTER');
  });
}
