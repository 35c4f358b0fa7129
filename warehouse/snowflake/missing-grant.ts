import { noWarehouse } from './sdk-error.ts';
import { scanSql } from './sql-scan.ts';

/** Who asks, and by way of what. */
export interface Who {
  readonly role?: string | undefined;
  readonly warehouse?: string | undefined;
  readonly database?: string | undefined;
}

/** The privilege that a statement needs on the object that its refusal names, by its first words. */
const privileges: ReadonlyArray<{
  readonly statement: RegExp;
  readonly on: RegExp;
  readonly privilege: string;
}> = [
  { statement: /^alter warehouse\b/, on: /^warehouse$/, privilege: 'operate' },
  { statement: /./, on: /^(warehouse|database|integration)$/, privilege: 'usage' },
  { statement: /^create\b.*\btable\b/s, on: /^schema$/, privilege: 'create table' },
  { statement: /^create\b.*\bview\b/s, on: /^schema$/, privilege: 'create view' },
  { statement: /^create\b.*\bstage\b/s, on: /^schema$/, privilege: 'create stage' },
  { statement: /./, on: /^schema$/, privilege: 'usage' },
  { statement: /^(put|remove|rm)\b/, on: /^stage$/, privilege: 'write' },
  { statement: /./, on: /^stage$/, privilege: 'read' },
  { statement: /^(insert|copy)\b/, on: /^table$/, privilege: 'insert' },
  { statement: /^update\b/, on: /^table$/, privilege: 'update' },
  { statement: /^delete\b/, on: /^table$/, privilege: 'delete' },
  { statement: /^truncate\b/, on: /^table$/, privilege: 'truncate' },
  { statement: /^merge\b/, on: /^table$/, privilege: 'insert, update, delete' },
  { statement: /^(alter|drop|create)\b/, on: /^(table|view)$/, privilege: 'ownership' },
  { statement: /./, on: /^(table|view)$/, privilege: 'select' },
];

/** The SQL that mends a refusal such as "Insufficient privileges to operate on table 'ORDERS'"; undefined if unclear. */
export function missingGrant(message: string, sql: string, { role, warehouse }: Who): string | undefined {
  if (noWarehouse.test(message)) return grantFor('warehouse', warehouse ?? '...', 'select', role);
  const found = /insufficient privileges to operate on (?<kind>[\w ]+?) '(?<object>[^']+)'/i.exec(
    message,
  )?.groups;
  if (found === undefined) return undefined;
  const { kind = '', object = '' } = found;
  return grantFor(kind.toLowerCase(), object, sql, role);
}

/** The same for what is "not there or not authorized", should it be there. */
export function hiddenObject(message: string, sql: string, { role, database }: Who): string | undefined {
  // A login succeeds with a database that is not there; what comes after it says only that there is none.
  if (/does not have a current database/i.test(message)) {
    const grant = grantFor('database', database ?? '...', sql, role);
    return `The database of the settings is ${database ?? 'not given'}. Should it exist: ${grant}`;
  }
  const found = /(?<kind>\w+) '(?<object>[^']+)' does not exist or not authorized/i.exec(message)?.groups;
  if (found === undefined) return undefined;
  const { kind = '', object = '' } = found;
  // Snowflake calls most of them just Object.
  const grant = grantFor(kind.toLowerCase() === 'object' ? 'table' : kind.toLowerCase(), object, sql, role);
  return grant === undefined ? undefined : `Should ${object} exist: ${grant}`;
}

function grantFor(kind: string, object: string, sql: string, role = '<the role in use>'): string | undefined {
  const statement = scanSql(sql).bare;
  const privilege = privileges.find(
    (each) => each.on.test(kind) && each.statement.test(statement),
  )?.privilege;
  if (privilege === undefined) return undefined;
  const grant = `grant ${privilege} on ${kind} ${object} to role ${role}`;
  return `\`${grant}\`, by its owner or SECURITYADMIN. \`shopwave warehouse check\` compares all grants with the plan.`;
}
