import type { AccountState } from './account-state.ts';

/** Rights that there are on objects of a type; by the reference of access control. */
const privileges: Readonly<Record<string, readonly string[]>> = {
  account: ['manage grants', 'create database'],
  database: ['usage', 'create schema', 'monitor'],
  schema: ['usage', 'create table', 'create view', 'create stage', 'monitor'],
  warehouse: ['usage', 'operate', 'monitor', 'modify'],
  integration: ['usage'],
  'file format': ['usage'],
  stage: ['usage', 'read', 'write'],
  table: ['select', 'insert', 'update', 'delete', 'truncate', 'references'],
  view: ['select', 'references'],
};

const ownable = 'database|schema|warehouse|file format|stage|tag|masking policy|table|view';
const types = Object.keys(privileges).join('|');

type Handler = (account: AccountState, found: readonly string[]) => void;

function mustBeRight(privilege: string, on: string): void {
  if (!privileges[on]?.includes(privilege)) throw new Error(`there is no ${privilege} on ${on}`);
}

const grantRole: Handler = (account, [, role = '', to = '', name = '']) => {
  account.mustHave('role', role);
  account.mustHave(to, name);
  const isThere = account.members.some((each) => each.role === role && each.to === to && each.name === name);
  if (!isThere) account.members.push({ role, to, name });
};

const revokeRole: Handler = (account, [, role, to, name]) => {
  account.members = account.members.filter(
    (each) => !(each.role === role && each.to === to && each.name === name),
  );
};

const grantFuture: Handler = (account, [, privilege = '', on = '', within = '', name = '', role = '']) => {
  account.mustHave(within, name);
  account.mustHave('role', role);
  if (privilege !== 'ownership') mustBeRight(privilege, on);
  const future = { privilege: privilege.toUpperCase(), on, within, name, role };
  if (!account.futures.some((each) => JSON.stringify(each) === JSON.stringify(future)))
    account.futures.push(future);
};

const revokeFuture: Handler = (account, [, privilege = '', on, within, name, role]) => {
  account.futures = account.futures.filter(
    (each) =>
      !(
        each.privilege === privilege.toUpperCase() &&
        each.on === on &&
        each.within === within &&
        each.name === name &&
        each.role === role
      ),
  );
};

const grantOwnership: Handler = (account, [, on = '', name = '', role = '', copy]) => {
  account.mustHave('role', role);
  const thing = account.mustHave(on, name);
  const hasRights = account.rights.some((each) => each.on === on && each.name === name);
  if (hasRights && copy === undefined) throw new Error('there are outstanding grants; revoke or copy them');
  thing.owner = role;
};

const grantRight: Handler = (
  account,
  [, privilege = '', on = '', name = '', granteeType = '', grantee = '', option],
) => {
  mustBeRight(privilege, on);
  if (on !== 'account') account.mustHave(on, name);
  if (granteeType === 'role') account.mustHave('role', grantee);
  const isGrantable = option !== undefined;
  account.grant({ privilege: privilege.toUpperCase(), on, name, granteeType, grantee, isGrantable });
};

const revokeRight: Handler = (account, [, option, privilege = '', on, name = '', granteeType, grantee]) => {
  const isMeant = (each: (typeof account.rights)[number]): boolean =>
    each.privilege === privilege.toUpperCase() &&
    each.on === on &&
    each.name === name &&
    each.granteeType === granteeType &&
    each.grantee === grantee;
  account.rights = account.rights.flatMap((each) => {
    if (!isMeant(each)) return [each];
    return option === undefined ? [] : [{ ...each, isGrantable: false }];
  });
};

/** Statements that give and take rights. */
export const grants: ReadonlyArray<readonly [RegExp, Handler]> = [
  [/^grant role (\S+) to (role|user) (\S+)$/, grantRole],
  [/^revoke role (\S+) from (role|user) (\S+)$/, revokeRole],
  [/^grant ([a-z ]+) on future (table|view)s in (schema|database) (\S+) to role (\S+)$/, grantFuture],
  [/^revoke ([a-z ]+) on future (table|view)s in (schema|database) (\S+) from role (\S+)$/, revokeFuture],
  [
    new RegExp(`^grant ownership on (${ownable}) (\\S+) to role (\\S+)( copy current grants)?$`),
    grantOwnership,
  ],
  [
    new RegExp(`^grant ([a-z ]+?) on (${types})(?: (\\S+))? to (role|share) (\\S+)( with grant option)?$`),
    grantRight,
  ],
  [
    new RegExp(`^revoke (grant option for )?([a-z ]+?) on (${types})(?: (\\S+))? from (role|share) (\\S+)$`),
    revokeRight,
  ],
];
