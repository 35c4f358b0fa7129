import type { GrantItem, Item, MembershipItem } from '../item.ts';
import { roleNames } from '../names.ts';
import { rolePlans } from '../plan/roles.ts';
import type { Plan } from '../plan/plan.ts';

/** Roles of Snowflake's own that have, or take, what they like anyway. */
const systemRoles: ReadonlySet<string> = new Set([
  'ACCOUNTADMIN',
  'SECURITYADMIN',
  'USERADMIN',
  'SYSADMIN',
  'ORGADMIN',
]);

/**
 * Whether a fact that no plan states must not be: a right on something of the platform's, of whomever, a right on the
 * account as a whole of one of its roles, a role of its processes with anybody else, any other role with one of its own.
 */
export function isTooMuch(plan: Plan, item: Item): boolean {
  switch (item.item) {
    case 'grant':
      return !systemRoles.has(item.role) && isOfOurs(plan, item) && !isBySchema(plan, item);
    case 'future grant':
      return true;
    case 'membership':
      return isMembershipTooMuch(plan, item);
    case 'object':
    case 'owner':
    case 'tagging':
    case 'tag policy':
      return false;
  }
}

function isOfOurs(plan: Plan, { on, name, role }: GrantItem): boolean {
  const { database } = plan.names;
  if (on === 'account') return roleNames.some((each) => plan.names.role(each) === role);
  if (name === database || name.startsWith(`${database}.`)) return true;
  return plan.items.some((item) => item.item === 'object' && item.name === name && item.type.endsWith(on));
}

/** What a table has by its schema's rights on all tables to come; those of a run's come and go, and none is listed. */
function isBySchema(plan: Plan, { on, name, privilege, role }: GrantItem): boolean {
  return plan.items.some(
    (item) =>
      item.item === 'future grant' &&
      item.on === on &&
      item.privilege === privilege &&
      item.role === role &&
      name.startsWith(`${item.name}.`),
  );
}

function isMembershipTooMuch(plan: Plan, { role, to, name }: MembershipItem): boolean {
  const given = roleNames.find((each) => plan.names.role(each) === role);
  const isToOurs = to === 'role' && roleNames.some((each) => plan.names.role(each) === name);
  if (isToOurs) return true;
  if (given === undefined || systemRoles.has(name)) return false;
  if (name === 'PUBLIC') return true;
  return !rolePlans[given].isForPeople;
}
