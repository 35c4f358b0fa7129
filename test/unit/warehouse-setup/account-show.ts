import { createHash } from 'node:crypto';
import type { Row } from '../../../warehouse/warehouse.ts';
import type { AccountState, Right, Thing } from './account-state.ts';

const sizes: Readonly<Record<string, string>> = {
  XSMALL: 'X-Small',
  SMALL: 'Small',
  MEDIUM: 'Medium',
  LARGE: 'Large',
};

function get(thing: Thing, name: string): string {
  return thing.set.get(name) ?? '';
}

function inParts({ name }: Thing): Row {
  const parts = name.split('.');
  return { name: parts.at(-1) ?? '', schema_name: parts.at(-2) ?? null, database_name: parts.at(-3) ?? null };
}

function percents(thing: Thing, action: string): string | null {
  const found = [
    ...get(thing, 'triggers').matchAll(new RegExp(`on (\\d+) percent do ${action}(?=\\s|$)`, 'g')),
  ];
  return found.length === 0 ? null : found.map(([, percent]) => `${percent}%`).join(',');
}

/** Each type's columns as SHOW has them, in Snowflake's own spellings. */
const shown: Readonly<Record<string, (thing: Thing) => Row>> = {
  roles: ({ name, owner, set }) => ({ name, owner, comment: set.get('comment') ?? '' }),
  databases: (thing) => ({
    name: thing.name,
    owner: thing.owner,
    comment: get(thing, 'comment'),
    retention_time: get(thing, 'data_retention_time_in_days') || '1',
  }),
  schemas: (thing) => ({
    name: thing.name.split('.')[1] ?? '',
    database_name: thing.name.split('.')[0] ?? '',
    owner: thing.owner,
    comment: get(thing, 'comment'),
    options: [
      get(thing, 'transient') === 'true' ? 'TRANSIENT' : '',
      get(thing, 'managed') === 'true' ? 'MANAGED ACCESS' : '',
    ]
      .filter((each) => each !== '')
      .join(', '),
    retention_time: get(thing, 'data_retention_time_in_days') || '1',
  }),
  warehouses: (thing) => ({
    name: thing.name,
    owner: thing.owner,
    size: sizes[get(thing, 'warehouse_size')] ?? 'X-Small',
    auto_suspend: Number(get(thing, 'auto_suspend') || 600),
    auto_resume: get(thing, 'auto_resume') || 'true',
    resource_monitor: get(thing, 'resource_monitor') || 'null',
    comment: get(thing, 'comment'),
  }),
  'resource monitors': (thing) => ({
    name: thing.name,
    owner: thing.owner,
    credit_quota: `${get(thing, 'credit_quota')}.00`,
    frequency: get(thing, 'frequency').toUpperCase(),
    notify_at: percents(thing, 'notify'),
    suspend_at: percents(thing, 'suspend'),
    suspend_immediately_at: percents(thing, 'suspend_immediate'),
  }),
  integrations: (thing) => ({
    name: thing.name,
    type: get(thing, 'type').toUpperCase(),
    category: 'STORAGE',
    enabled: get(thing, 'enabled'),
    comment: get(thing, 'comment'),
  }),
  'network policies': (thing) => ({
    name: thing.name,
    comment: get(thing, 'comment'),
    entries_in_allowed_ip_list: 1,
  }),
  users: (thing) => ({
    name: thing.name,
    owner: thing.owner,
    type: get(thing, 'type'),
    default_role: get(thing, 'default_role'),
    default_warehouse: get(thing, 'default_warehouse'),
    comment: get(thing, 'comment'),
  }),
  stages: (thing) => ({
    ...inParts(thing),
    owner: thing.owner,
    url: get(thing, 'url'),
    storage_integration: get(thing, 'storage_integration') || null,
    comment: get(thing, 'comment'),
  }),
  'file formats': (thing) => ({
    ...inParts(thing),
    owner: thing.owner,
    type: get(thing, 'type'),
    comment: get(thing, 'comment'),
    format_options: JSON.stringify({
      TYPE: get(thing, 'type'),
      COMPRESSION: get(thing, 'compression'),
      STRIP_OUTER_ARRAY: get(thing, 'strip_outer_array') === 'true',
    }),
  }),
  tags: (thing) => ({
    ...inParts(thing),
    owner: thing.owner,
    allowed_values: `[${get(thing, 'allowed_values').replaceAll("'", '"')}]`,
    comment: get(thing, 'comment'),
  }),
  'masking policies': (thing) => ({ ...inParts(thing), owner: thing.owner, comment: get(thing, 'comment') }),
  tables: (thing) => ({ ...inParts(thing), owner: thing.owner, kind: 'TABLE' }),
  views: (thing) => ({ ...inParts(thing), owner: thing.owner }),
};

/** The name of one thing of the kind that SHOW names in the plural. */
const typeOf: Readonly<Record<string, string>> = {
  integrations: 'storage integration',
  'network policies': 'network policy',
  'masking policies': 'masking policy',
};

function rowOf(right: Right): Row {
  return {
    privilege: right.privilege,
    granted_on: right.on.toUpperCase().replaceAll(' ', '_'),
    name: right.name,
    granted_to: right.granteeType.toUpperCase(),
    grantee_name: right.grantee,
    grant_option: String(right.isGrantable),
  };
}

type Shower = (account: AccountState, found: readonly string[]) => Row[];

const show: Shower = (account, [, plural = '', like, scope, within]) => {
  if (within !== undefined) account.mustHave(scope ?? '', within);
  const pattern =
    like === undefined ? /^/ : new RegExp(`^${like.replaceAll('_', '.').replaceAll('%', '.*')}$`, 'i');
  return account
    .ofType(typeOf[plural] ?? plural.slice(0, -1))
    .filter(({ name }) => pattern.test(name) && (within === undefined || name.startsWith(`${within}.`)))
    .map((thing) => (shown[plural] ?? (() => ({})))(thing));
};

const describeRows: Readonly<Record<string, (thing: Thing) => Row[]>> = {
  integration: (thing) =>
    ['enabled', 'storage_provider', 'storage_aws_role_arn', 'storage_allowed_locations'].map((name) => ({
      property: name.toUpperCase(),
      property_value: get(thing, name).replaceAll(/[()' ]/g, ''),
    })),
  'network policy': (thing) => [
    { name: 'ALLOWED_IP_LIST', value: get(thing, 'allowed_ip_list').replaceAll(/[()' ]/g, '') },
  ],
  'masking policy': (thing) => [
    {
      name: thing.name,
      signature: get(thing, 'signature'),
      return_type: get(thing, 'return_type').replace('VARCHAR', 'VARCHAR(16777216)'),
      body: get(thing, 'body'),
    },
  ],
  user: (thing) => {
    const key = Buffer.from(get(thing, 'rsa_public_key'), 'base64');
    const print = key.length === 0 ? 'null' : `SHA256:${createHash('sha256').update(key).digest('base64')}`;
    return [{ property: 'RSA_PUBLIC_KEY_FP', value: print }];
  },
};

const tagRow = ({ tag, value }: { readonly tag: string; readonly value?: string }): Row => {
  const [tag_database = '', tag_schema = '', tag_name = ''] = tag.split('.');
  return { tag_database, tag_schema, tag_name, tag_value: value ?? null };
};

/** Statements that read. */
export const reads: ReadonlyArray<readonly [RegExp, Shower]> = [
  [
    /^show grants to role (\S+)$/,
    (account, [, role = '']) => {
      account.mustHave('role', role);
      const owned = [...account.things.values()]
        .filter((each) => each.owner === role)
        .map(({ type: on, name }): Right => ({
          privilege: 'OWNERSHIP',
          on,
          name,
          granteeType: 'role',
          grantee: role,
          isGrantable: true,
        }));
      const roles = account.members
        .filter((each) => each.to === 'role' && each.name === role)
        .map((each) => ({
          privilege: 'USAGE',
          granted_on: 'ROLE',
          name: each.role,
          granted_to: 'ROLE',
          grantee_name: role,
          grant_option: 'false',
        }));
      const rights = account.rights.filter((each) => each.granteeType === 'role' && each.grantee === role);
      return [...[...owned, ...rights].map(rowOf), ...roles];
    },
  ],
  [
    /^show grants of role (\S+)$/,
    (account, [, role = '']) =>
      account.members
        .filter((each) => each.role === role)
        .map((each) => ({ role, granted_to: each.to.toUpperCase(), grantee_name: each.name })),
  ],
  [
    /^show grants on ([a-z ]+) (\S+)$/,
    (account, [, on = '', name = '']) => {
      account.mustHave(on, name);
      return account.rights.filter((each) => each.on === on && each.name === name).map(rowOf);
    },
  ],
  [
    /^show future grants in (schema|database) (\S+)$/,
    (account, [, within, name = '']) =>
      account.futures
        .filter((each) => each.within === within && each.name === name)
        .map((each) => ({
          privilege: each.privilege,
          grant_on: each.on.toUpperCase(),
          name: `${name}.<${each.on.toUpperCase()}>`,
          grant_to: 'ROLE',
          grantee_name: each.role,
          grant_option: 'false',
        })),
  ],
  [
    /^show parameters for warehouse (\S+)$/,
    (account, [, name = '']) =>
      ['statement_timeout_in_seconds', 'statement_queued_timeout_in_seconds'].map((key) => ({
        key: key.toUpperCase(),
        value: get(account.mustHave('warehouse', name), key) || '172800',
      })),
  ],
  [
    /^show parameters like 'NETWORK_POLICY' for user (\S+)$/,
    (account, [, name = '']) => [
      { key: 'NETWORK_POLICY', value: get(account.mustHave('user', name), 'network_policy') },
    ],
  ],
  [
    /^show user workload identity authentication methods for user (\S+)$/,
    (account, [, name = '']) => {
      const arn = /arn = 'arn:(\S+?):iam::(\d+):role\/(\S+)'/.exec(
        get(account.mustHave('user', name), 'workload_identity'),
      );
      if (arn === null) return [];
      const [, awsPartition, awsAccount, iamRole] = arn;
      return [
        {
          name,
          type: 'AWS',
          additional_info: JSON.stringify({ awsPartition, awsAccount, type: 'IAM_ROLE', iamRole }),
        },
      ];
    },
  ],
  [
    /^show columns in schema (\S+)$/,
    (account, [, schema = '']) =>
      [...account.columns]
        .filter(([name]) => name.startsWith(`${schema}.`))
        .flatMap(([name, columns]) =>
          columns.map((column_name) => ({ table_name: name.split('.')[2] ?? '', column_name })),
        ),
  ],
  [
    /^show ((?:resource |file )?[a-z]+|network policies|masking policies)(?: like '([^']+)')?(?: in (database|schema) (\S+))?$/,
    show,
  ],
  [
    /^describe (integration|network policy|masking policy|user) (\S+)$/,
    (account, [, type = '', name = '']) => describeRows[type]?.(account.mustHave(type, name)) ?? [],
  ],
  [
    /^select .* from table\(\w+\.information_schema\.policy_references\(policy_name => '([^']+)'\)\)$/,
    (account, [, policy]) => account.tagPolicies.filter((each) => each.policy === policy).map(tagRow),
  ],
  [
    /^select .* from table\(\w+\.information_schema\.tag_references\('([^']+)', 'SCHEMA'\)\)$/,
    (account, [, name]) =>
      account.tags.filter((each) => each.on === 'schema' && each.name === name).map(tagRow),
  ],
  [
    /^select .* from table\(\w+\.information_schema\.tag_references_all_columns\('([^']+)', 'table'\)\)$/,
    (account, [, table = '']) =>
      // Tags that a column has from its schema are shown with it.
      account.tags.flatMap((each) => {
        if (each.on === 'schema' && table.startsWith(`${each.name}.`))
          return (account.columns.get(table) ?? []).map((column_name) => ({
            ...tagRow(each),
            level: 'SCHEMA',
            column_name,
          }));
        return each.on === 'column' && each.name.startsWith(`${table}.`)
          ? [{ ...tagRow(each), level: 'COLUMN', column_name: each.name.split('.')[3] ?? '' }]
          : [];
      }),
  ],
];
