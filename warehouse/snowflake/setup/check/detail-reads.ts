import type { Item, ObjectItem, ObjectType, Properties } from '../item.ts';
import { schemaPlans } from '../plan/schemas.ts';
import type { Plan } from '../plan/plan.ts';
import { namesOfType } from './account.ts';
import type { Account } from './account.ts';
import { futureGrants, grantsOf, grantsOn, grantsTo } from './grant-reads.ts';
import { objects } from './read.ts';
import type { Read } from './read.ts';
import { described, list, text } from './row.ts';

/** What is found of one object only by asking about it. */
type Detail = (object: ObjectItem) => Read[];

const details: Readonly<Partial<Record<ObjectType, Detail>>> = {
  warehouse: ({ type, name }) => [
    {
      sql: `show parameters for warehouse ${name}`,
      items: (rows) => {
        const all = described(rows, 'key', 'value');
        const wanted = ['statement_timeout_in_seconds', 'statement_queued_timeout_in_seconds'];
        return [more(type, name, Object.fromEntries(wanted.map((key) => [key, text(all, key)])))];
      },
    },
    grantsOn('warehouse', name),
  ],
  'storage integration': ({ type, name }) => [
    {
      sql: `describe integration ${name}`,
      items: (rows) => {
        const all = described(rows, 'property', 'property_value');
        return [
          more(type, name, {
            storage_provider: text(all, 'storage_provider'),
            storage_aws_role_arn: text(all, 'storage_aws_role_arn'),
            storage_allowed_locations: list(text(all, 'storage_allowed_locations')),
          }),
        ];
      },
    },
    grantsOn('integration', name),
  ],
  'network policy': ({ type, name }) => [
    {
      sql: `describe network policy ${name}`,
      items: (rows) => {
        const all = described(rows, 'name', 'value');
        return [more(type, name, { allowed_ip_list: list(text(all, 'allowed_ip_list')) })];
      },
    },
  ],
  user: ({ type, name, properties }) => [
    {
      sql: `describe user ${name}`,
      items: (rows) => {
        const key = text(described(rows, 'property', 'value'), 'rsa_public_key_fp');
        return [more(type, name, { rsa_public_key: key })];
      },
    },
    {
      sql: `show parameters like 'NETWORK_POLICY' for user ${name}`,
      items: (rows) => [
        more(type, name, { network_policy: text(described(rows, 'key', 'value'), 'network_policy') }),
      ],
    },
    ...('workload_identity' in properties
      ? [
          {
            sql: `show user workload identity authentication methods for user ${name}`,
            items: (rows: Parameters<NonNullable<Read['items']>>[0]) => [
              more(type, name, { workload_identity: rows.map((row) => arnOf(text(row, 'additional_info'))) }),
            ],
          },
        ]
      : []),
  ],
  role: ({ name }) => [grantsTo(name), grantsOf(name)],
  database: ({ name }) => [
    grantsOn('database', name),
    futureGrants('database', name),
    {
      sql: `show schemas in database ${name}`,
      items: objects(
        'schema',
        new Set(schemaPlans.map((schema) => `${name}.${schema.name}`)),
        (row) => ({
          transient: String(/\bTRANSIENT\b/.test(text(row, 'options'))),
          managed_access: String(/\bMANAGED ACCESS\b/.test(text(row, 'options'))),
          data_retention_time_in_days: text(row, 'retention_time'),
          comment: text(row, 'comment'),
        }),
        (row) => `${text(row, 'database_name')}.${text(row, 'name')}`,
      ),
    },
  ],
};

/** Asks about each planned object that was found, and what everybody may do. */
export function detailReads(plan: Plan, account: Account): Read[] {
  const planned = plan.items.flatMap((item) => (item.item === 'object' ? [item] : []));
  const reads = planned
    .filter(({ type, name }) => namesOfType(account, type).includes(name))
    .flatMap((object) => details[object.type]?.(object) ?? []);
  return [grantsTo('PUBLIC'), ...reads];
}

function more(type: ObjectType, name: string, properties: Properties): Item {
  return { item: 'object', type, name, properties };
}

/** Snowflake shows an ARN in parts. */
function arnOf(info: string): string {
  const parts: unknown = info === '' ? {} : JSON.parse(info);
  const part = (name: string): string =>
    typeof parts === 'object' && parts !== null && name in parts
      ? String(Object.entries(parts).find(([key]) => key === name)?.[1])
      : '';
  return `arn:${part('awsPartition')}:iam::${part('awsAccount')}:role/${part('iamRole')}`;
}
