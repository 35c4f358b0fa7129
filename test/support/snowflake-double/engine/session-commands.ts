import type { Outcome } from '../contract.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import type { SessionState } from './session-state.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** ALTER SESSION SET name = value ... | UNSET name, ... */
export async function alterSession({ session }: Work, scan: Scan): Promise<Outcome> {
  if (scan.takes('unset')) {
    do session.parameters.reset(scan.identifier());
    while (scan.takes(','));
    scan.mustEnd();
  } else {
    scan.must('set');
    const changes: [string, string][] = [];
    while (!scan.isAtEnd) {
      const name = scan.identifier();
      scan.must('=');
      changes.push([name, scan.value()]);
      scan.takes(',');
    }
    if (changes.length === 0) scan.fail();
    for (const [name, value] of changes) session.parameters.change(name, value);
  }
  await applyTimeZone(session);
  return done('ALTER_SESSION');
}

/** DuckDB's own functions go by the session's zone, too. */
export async function applyTimeZone({ connection, parameters }: SessionState): Promise<void> {
  const zone = parameters.get('TIMEZONE').replaceAll("'", "''");
  await connection.run(`set TimeZone = '${zone}'`);
}

/** USE ROLE | WAREHOUSE | DATABASE | SCHEMA name, or a name alone. */
export function use({ engine, session }: Work, scan: Scan): Outcome {
  const { catalog, warehouses, objects } = engine;
  if (scan.takes('role')) {
    const role = scan.identifier();
    objects.must('ROLE', [role]);
    session.role = role;
  } else if (scan.takes('secondary roles')) {
    if (!scan.takes('all')) scan.must('none');
  } else if (scan.takes('warehouse')) {
    session.warehouse = warehouses.must(scan.identifier()).name;
  } else if (scan.takes('schema')) {
    useSchema(session, catalog, scan);
  } else {
    const isDatabase = scan.takes('database');
    const start = scan.mark;
    const name = scan.name();
    scan.reset(start);
    if (name.length > 1 && !isDatabase) useSchema(session, catalog, scan);
    else {
      const database = catalog.mustDatabase(scan.identifier());
      session.database = database.name;
      session.schema = database.schemas.has('PUBLIC') ? 'PUBLIC' : null;
    }
  }
  scan.mustEnd();
  return done('USE');
}

function useSchema(session: SessionState, catalog: Work['engine']['catalog'], scan: Scan): void {
  const [schema, database = session.database] = scan.name().toReversed();
  if (database === null || database === undefined) throw refused('noDatabase');
  session.schema = catalog.mustSchema(database, schema ?? '').name;
  session.database = database;
}

/** Session variables would change what a statement says: no statement of this project has any. */
export function variables(): Outcome {
  throw refused('unsupported', 'session variables');
}
