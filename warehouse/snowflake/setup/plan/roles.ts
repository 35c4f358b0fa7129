import type { Item } from '../item.ts';
import type { Names, RoleName } from '../names.ts';
import { roleNames } from '../names.ts';

interface RolePlan {
  readonly comment: string;
  /** Roles that it can do everything of. */
  readonly has: readonly RoleName[];
  /** Given to people and to the company's own roles by its administrators; the others to service users of the plan alone. */
  readonly isForPeople: boolean;
}

export const rolePlans: Readonly<Record<RoleName, RolePlan>> = {
  LOADER: { comment: 'Writes raw and the load ledger.', has: [], isForPeople: false },
  TRANSFORMER: { comment: 'Reads raw; builds staging and marts.', has: [], isForPeople: false },
  PIPELINE: {
    comment: 'One process that loads and transforms.',
    has: ['LOADER', 'TRANSFORMER'],
    isForPeople: false,
  },
  SEMANTIC: { comment: 'Reads marts, and which version they are, for metrics.', has: [], isForPeople: false },
  ANALYST: { comment: 'Reads marts and nothing else.', has: [], isForPeople: true },
  ADMIN: {
    comment: 'Owns the database, its schemas and warehouses.',
    has: ['PIPELINE', 'SEMANTIC', 'ANALYST'],
    isForPeople: true,
  },
};

/** Roles, who has whom, and SYSADMIN above all of them. */
export function roleItems(names: Names): Item[] {
  const roles = roleNames.map((name): Item => {
    const properties = { comment: rolePlans[name].comment };
    return { item: 'object', type: 'role', name: names.role(name), properties };
  });
  const members = roleNames.flatMap((name) =>
    rolePlans[name].has.map((role): Item => ({
      item: 'membership',
      role: names.role(role),
      to: 'role',
      name: names.role(name),
    })),
  );
  const top: Item = { item: 'membership', role: names.role('ADMIN'), to: 'role', name: 'SYSADMIN' };
  return [...roles, ...members, top];
}
