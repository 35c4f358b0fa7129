import type { Row } from '../../../warehouse.ts';
import type { GrantItem, Item } from '../item.ts';
import type { Read } from './read.ts';
import { flag, text } from './row.ts';

/** All rights of a role, and the roles that it has. */
export function grantsTo(role: string): Read {
  return {
    sql: `show grants to role ${role}`,
    items: (rows) => rows.flatMap((row) => grant(row, { role })),
  };
}

/** Who has rights on an object. */
export function grantsOn(type: string, name: string): Read {
  return {
    sql: `show grants on ${type} ${name}`,
    items: (rows) =>
      rows.flatMap((row) => {
        const grantee = words(text(row, 'granted_to'));
        const role = text(row, 'grantee_name');
        return grant(row, grantee === 'role' ? { role } : { role, grantee });
      }),
  };
}

/** Who has a role. */
export function grantsOf(role: string): Read {
  return {
    sql: `show grants of role ${role}`,
    items: (rows) =>
      rows.flatMap((row): Item[] => {
        const to = words(text(row, 'granted_to'));
        if (to !== 'role' && to !== 'user') return [];
        return [{ item: 'membership', role, to, name: text(row, 'grantee_name') }];
      }),
  };
}

/** Rights on what is yet to be made in a schema or database. */
export function futureGrants(within: 'schema' | 'database', name: string): Read {
  return {
    sql: `show future grants in ${within} ${name}`,
    items: (rows) =>
      rows.flatMap((row): Item[] => {
        const on = words(text(row, 'grant_on'));
        const role = text(row, 'grantee_name');
        return [{ item: 'future grant', privilege: text(row, 'privilege'), on, within, name, role }];
      }),
  };
}

/** Ownership is told by SHOW of the object itself; a role among the objects is one that the grantee has. */
function grant(row: Row, to: Pick<GrantItem, 'role' | 'grantee'>): Item[] {
  const privilege = text(row, 'privilege');
  const on = words(text(row, 'granted_on'));
  const name = text(row, 'name');
  if (privilege === 'OWNERSHIP') return [];
  if (on === 'role') return [{ item: 'membership', role: name, to: 'role', name: to.role }];
  const isGrantable = flag(row, 'grant_option') === 'true';
  return [{ item: 'grant', privilege, on, name, ...to, ...(isGrantable ? { isGrantable } : {}) }];
}

/** FILE_FORMAT is `file format` in GRANT. */
function words(type: string): string {
  return type.toLowerCase().replaceAll('_', ' ');
}
