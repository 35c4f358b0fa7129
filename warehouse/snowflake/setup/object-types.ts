import { quoteLiteral } from '../../sql-text.ts';
import type { ObjectItem, ObjectType, Value } from './item.ts';
import { property, writeValue } from './property.ts';
import type { Property } from './property.ts';
import { fingerprint } from './public-key.ts';

/** How objects of a type are made. */
export interface TypeRules {
  readonly properties: Readonly<Record<string, Property>>;
  /** CREATE up to the properties, where it is not `create TYPE if not exists NAME`. */
  readonly create?: (item: ObjectItem) => string;
  /** What CREATE says of every object of the type. */
  readonly always?: string;
}

const { word, text, texts, fixed } = property;

/** Of databases and schemas: ALTER sets them, so that CREATE stays as short as it can be. */
const later = { form: 'word', at: 'alter' } as const;
const commentLater = { form: 'text', at: 'alter' } as const;

/** One value of an object, as text. */
function valueOf({ properties }: ObjectItem, name: string): string {
  return writeValue('word', properties[name] ?? '');
}

function writeTriggers(value: Value): string {
  const triggers = typeof value === 'string' ? [value] : value;
  return `triggers ${triggers
    .map((each) => each.toLowerCase().replace(' ', ' percent do '))
    .map((each) => `on ${each}`)
    .join(' ')}`;
}

function literals(value: Value): string {
  return (typeof value === 'string' ? [value] : value).map(quoteLiteral).join(', ');
}

const workload = (value: Value): string => `workload_identity = (type = aws arn = ${literals(value)})`;

/** All types, each with what is set on its objects, in the order in which it is written. */
export const objectTypes: Readonly<Record<ObjectType, TypeRules>> = {
  role: { properties: { comment: text } },
  database: { properties: { data_retention_time_in_days: later, comment: commentLater } },
  schema: {
    create: (item) =>
      `create ${valueOf(item, 'transient') === 'true' ? 'transient ' : ''}schema if not exists ${item.name}`,
    properties: {
      transient: fixed,
      managed_access: {
        form: 'word',
        at: 'alter',
        alter: ({ name }, value) => [
          `alter schema ${name} ${value === 'true' ? 'enable' : 'disable'} managed access`,
        ],
      },
      data_retention_time_in_days: later,
      comment: commentLater,
    },
  },
  'resource monitor': {
    always: 'with',
    properties: {
      credit_quota: word,
      // To alter it begins a new month, with nothing used: not to be said again at every set-up.
      frequency: {
        form: 'word',
        at: 'create',
        create: (value) => `frequency = ${writeValue('word', value)} start_timestamp = immediately`,
        alter: ({ name }, value) => [
          `alter resource monitor ${name} set frequency = ${writeValue('word', value)} start_timestamp = immediately`,
        ],
      },
      triggers: {
        form: 'word',
        at: 'both',
        create: writeTriggers,
        alter: ({ name }, value) => [`alter resource monitor ${name} ${writeTriggers(value)}`],
      },
    },
  },
  warehouse: {
    always: 'initially_suspended = true',
    properties: {
      warehouse_size: word,
      auto_suspend: word,
      auto_resume: word,
      resource_monitor: word,
      statement_timeout_in_seconds: word,
      statement_queued_timeout_in_seconds: word,
      comment: text,
    },
  },
  'storage integration': {
    properties: {
      type: { form: 'word', at: 'create' },
      storage_provider: { form: 'text', at: 'create' },
      enabled: word,
      storage_aws_role_arn: text,
      storage_allowed_locations: texts,
      comment: text,
    },
  },
  'file format': {
    properties: {
      type: { form: 'word', at: 'create' },
      compression: word,
      strip_outer_array: word,
      comment: text,
    },
  },
  stage: { properties: { url: text, storage_integration: word, comment: text } },
  'network policy': { properties: { allowed_ip_list: texts, comment: text } },
  user: {
    properties: {
      type: word,
      rsa_public_key: { form: 'text', at: 'both', shown: (value) => fingerprint(String(value)) },
      workload_identity: {
        form: 'text',
        at: 'both',
        create: workload,
        alter: ({ name }, value) => [`alter user ${name} set ${workload(value)}`],
      },
      default_role: word,
      default_warehouse: word,
      network_policy: { form: 'word', at: 'alter' },
      comment: text,
    },
  },
  tag: {
    properties: {
      allowed_values: {
        form: 'texts',
        at: 'both',
        create: (value) => `allowed_values ${literals(value)}`,
        alter: ({ name }, value) => [`alter tag ${name} set allowed_values ${literals(value)}`],
      },
      comment: text,
    },
  },
  'masking policy': {
    create: (item) =>
      `create masking policy if not exists ${item.name} as ${valueOf(item, 'signature').toLowerCase()} returns ${valueOf(item, 'return_type').toLowerCase()} -> ${valueOf(item, 'body')}`,
    properties: {
      signature: fixed,
      return_type: fixed,
      body: {
        form: 'text',
        at: 'both',
        create: () => undefined,
        alter: ({ name }, value) => [`alter masking policy ${name} set body -> ${writeValue('word', value)}`],
      },
      comment: text,
    },
  },
};
