/** What is set on an object: a word or text, or several of them in no order. All of it as text, as SHOW tells it. */
export type Value = string | readonly string[];
export type Properties = Readonly<Record<string, Value>>;

export type ObjectType =
  | 'database'
  | 'schema'
  | 'role'
  | 'warehouse'
  | 'resource monitor'
  | 'storage integration'
  | 'file format'
  | 'stage'
  | 'network policy'
  | 'user'
  | 'tag'
  | 'masking policy';

/** An object of the account and what is set on it. Names are qualified, in upper case. */
export interface ObjectItem {
  readonly item: 'object';
  readonly type: ObjectType;
  readonly name: string;
  readonly properties: Properties;
}

/** One right of a role on one object. */
export interface GrantItem {
  readonly item: 'grant';
  readonly privilege: string;
  /** Type of the object, as GRANT writes it; an account may know types that no plan uses. */
  readonly on: string;
  readonly name: string;
  readonly role: string;
  /** What has it, where that is no role: a share, a database role. */
  readonly grantee?: string;
  /** Whether the role may hand it on; the plan never says so. */
  readonly isGrantable?: boolean;
}

/** A right that a role gets on every table or view that is made in a schema, or in a whole database. */
export interface FutureGrantItem {
  readonly item: 'future grant';
  readonly privilege: string;
  /** Type of the objects to come: `table`, `view`, and others that no plan uses. */
  readonly on: string;
  readonly within: 'schema' | 'database';
  readonly name: string;
  readonly role: string;
}

/** A role, with all it may do, given to another role or to a user. */
export interface MembershipItem {
  readonly item: 'membership';
  readonly role: string;
  readonly to: 'role' | 'user';
  readonly name: string;
}

/** The one role that an object belongs to. */
export interface OwnerItem {
  readonly item: 'owner';
  readonly on: string;
  readonly name: string;
  readonly role: string;
}

/** A tag's value on a schema or on a column, whose name is database.schema.table.column. */
export interface TaggingItem {
  readonly item: 'tagging';
  readonly tag: string;
  readonly on: 'schema' | 'column';
  readonly name: string;
  readonly value: string;
}

/** A masking policy that protects every column with a tag. */
export interface TagPolicyItem {
  readonly item: 'tag policy';
  readonly tag: string;
  readonly policy: string;
}

/** One fact about an account: planned, or observed. */
export type Item =
  | ObjectItem
  | GrantItem
  | FutureGrantItem
  | MembershipItem
  | OwnerItem
  | TaggingItem
  | TagPolicyItem;

/** What a fact is about: two with the same key say the same thing, or contradict each other. */
export function keyOf(item: Item): string {
  switch (item.item) {
    case 'object':
      return `${item.type} ${item.name}`;
    case 'grant':
      return `${item.privilege} on ${item.on} ${item.name} to ${granteeOf(item)}`;
    case 'future grant':
      return `${item.privilege} on future ${item.on}s in ${item.within} ${item.name} to ${item.role}`;
    case 'membership':
      return `role ${item.role} to ${item.to} ${item.name}`;
    case 'owner':
      return `owner of ${item.on} ${item.name}`;
    case 'tagging':
      return `tag ${item.tag} on ${item.on} ${item.name}`;
    case 'tag policy':
      return `policy ${item.policy} on tag ${item.tag}`;
  }
}

/** Who has a right, as GRANT and REVOKE write it. */
export function granteeOf({ grantee, role }: Pick<GrantItem, 'grantee' | 'role'>): string {
  return `${grantee ?? 'role'} ${role}`;
}
