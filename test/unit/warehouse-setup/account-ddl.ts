import type { AccountState, Thing } from './account-state.ts';

/** What may be set on an object of a type; by the reference of its CREATE. */
const settable: Readonly<Record<string, readonly string[]>> = {
  role: ['comment'],
  database: ['data_retention_time_in_days', 'comment'],
  schema: ['data_retention_time_in_days', 'comment'],
  warehouse: [
    'warehouse_size',
    'auto_suspend',
    'auto_resume',
    'initially_suspended',
    'resource_monitor',
    'statement_timeout_in_seconds',
    'statement_queued_timeout_in_seconds',
    'comment',
  ],
  'resource monitor': ['credit_quota', 'frequency', 'start_timestamp'],
  'storage integration': [
    'type',
    'storage_provider',
    'enabled',
    'storage_aws_role_arn',
    'storage_allowed_locations',
    'comment',
  ],
  'file format': ['type', 'compression', 'strip_outer_array', 'comment'],
  stage: ['url', 'storage_integration', 'comment'],
  'network policy': ['allowed_ip_list', 'comment'],
  user: [
    'type',
    'rsa_public_key',
    'workload_identity',
    'default_role',
    'default_warehouse',
    'network_policy',
    'comment',
  ],
  tag: ['comment'],
  'masking policy': ['comment'],
};

const onlyAtCreation = new Set(['initially_suspended', 'storage_provider']);
const onlyByAlter = new Set(['user network_policy']);

const types = Object.keys(settable).join('|');
const text = String.raw`'(?:[^']|'')*'`;

/** Objects that another names must be there. */
const references: Readonly<Record<string, string>> = {
  resource_monitor: 'resource monitor',
  storage_integration: 'storage integration',
  network_policy: 'network policy',
};

function assign(account: AccountState, thing: Thing, rest: string, isNew: boolean): void {
  const pairs = [
    ...rest.matchAll(new RegExp(String.raw`\s*(\w+)\s*=\s*(${text}|\([^()]*\)|[^\s'(]+)`, 'gy')),
  ];
  const read = pairs.map(([whole]) => whole).join('');
  if (read.trim() !== rest.trim())
    throw new Error(`syntax error near "${rest.slice(read.length, read.length + 40)}"`);
  for (const [, key = '', value = ''] of pairs) {
    const name = key.toLowerCase();
    if (!settable[thing.type]?.includes(name))
      throw new Error(`invalid property '${key}' for '${thing.type}'`);
    if (!isNew && onlyAtCreation.has(name)) throw new Error(`'${key}' cannot be altered`);
    if (isNew && onlyByAlter.has(`${thing.type} ${name}`))
      throw new Error(`'${key}' cannot be set by CREATE`);
    const reference = references[name];
    if (reference !== undefined) account.mustHave(reference, value);
    thing.set.set(name, value.startsWith("'") ? value.slice(1, -1).replaceAll("''", "'") : value);
  }
}

/** What stands after the assignments in words of its own. */
function takeWords(thing: Thing, rest: string): string {
  const patterns: ReadonlyArray<readonly [string, RegExp]> = [
    ['triggers', /\btriggers((?: on \d+ percent do (?:notify|suspend_immediate|suspend))+)/],
    ['allowed_values', new RegExp(String.raw`\ballowed_values\s+(${text}(?:\s*,\s*${text})*)`)],
    [
      'body',
      new RegExp(String.raw`^\s*as (?<signature>\(val \w+\)) returns (?<type>\w+) -> (case .* end)(?=\s|$)`),
    ],
    ['body', /^\s*body -> (case .* end)$/],
  ];
  let left = rest;
  for (const [name, pattern] of patterns) {
    const isOfType =
      { triggers: 'resource monitor', allowed_values: 'tag', body: 'masking policy' }[name] === thing.type;
    const found = isOfType ? pattern.exec(left) : null;
    if (found === null) continue;
    if (found.groups !== undefined) {
      thing.set.set('signature', found.groups['signature']?.toUpperCase() ?? '');
      thing.set.set('return_type', found.groups['type']?.toUpperCase() ?? '');
    }
    thing.set.set(name, (found[3] ?? found[1] ?? '').trim());
    left = left.replace(found[0], '');
  }
  return left;
}

const unqualified = new Set([
  'role',
  'database',
  'warehouse',
  'resource monitor',
  'storage integration',
  'network policy',
  'user',
]);

function parentMustBe(account: AccountState, type: string, name: string): void {
  const depth = name.split('.').length;
  const wanted = unqualified.has(type) ? 1 : type === 'schema' ? 2 : 3;
  if (depth !== wanted) throw new Error(`${name} is no name of a ${type}`);
  const parent = name.slice(0, name.lastIndexOf('.'));
  if (wanted > 1) account.mustHave(wanted === 2 ? 'database' : 'schema', parent);
}

function create(
  account: AccountState,
  [, transient, type = '', name = '', rest = '']: readonly string[],
): void {
  parentMustBe(account, type, name);
  if (transient !== undefined && type !== 'schema') throw new Error(`a ${type} is never transient`);
  if (account.thing(type, name) !== undefined) return;
  const thing = account.make(type, name, 'ACCOUNTADMIN');
  if (type === 'schema') thing.set.set('transient', String(transient !== undefined));
  assign(account, thing, takeWords(thing, rest.replace(/^ with\b/, '')), true);
}

function alter(account: AccountState, [, type = '', name = '', rest = '']: readonly string[]): void {
  const thing = account.mustHave(type, name);
  const managed = /^(enable|disable) managed access$/.exec(rest)?.[1];
  if (managed !== undefined && type === 'schema') {
    thing.set.set('managed', String(managed === 'enable'));
    return;
  }
  const words = takeWords(thing, rest.replace(/^set\s+/, ''));
  if (!/^(set|triggers)\s/.test(rest)) throw new Error(`syntax error near "${rest.slice(0, 40)}"`);
  assign(account, thing, words, false);
}

function tagSchema(
  account: AccountState,
  [, type = '', name = '', column, tag = '', value = '']: readonly string[],
): void {
  account.mustHave(type, name);
  account.mustHave('tag', tag);
  const allowed = account.mustHave('tag', tag).set.get('allowed_values') ?? '';
  if (!allowed.includes(`'${value}'`)) throw new Error(`'${value}' is not allowed for tag ${tag}`);
  if (column !== undefined && account.columns.get(name)?.includes(column) !== true)
    throw new Error(`column ${column} does not exist`);
  const target = column === undefined ? name : `${name}.${column}`;
  const on = column === undefined ? type : 'column';
  account.tags = account.tags.filter((each) => !(each.tag === tag && each.name === target));
  account.tags.push({ tag, on, name: target, value });
}

function tagPolicy(account: AccountState, [, tag = '', policy = '', force]: readonly string[]): void {
  account.mustHave('tag', tag);
  account.mustHave('masking policy', policy);
  const isSet = account.tagPolicies.some((each) => each.tag === tag && each.policy === policy);
  if (isSet && force === undefined) throw new Error(`tag ${tag} has a policy for this type already`);
  if (!isSet) account.tagPolicies.push({ tag, policy });
}

/** Statements that make and alter objects. */
export const ddl: ReadonlyArray<
  readonly [RegExp, (account: AccountState, found: readonly string[]) => void]
> = [
  [new RegExp(`^create (transient )?(${types}) if not exists (\\S+)( .*)?$`, 's'), create],
  [/^alter (schema|table) (\S+)(?: modify column (\S+))? set tag (\S+) = '([^']*)'$/, tagSchema],
  [/^alter tag (\S+) set masking policy (\S+)( force)?$/, tagPolicy],
  [new RegExp(`^alter (${types}) (\\S+) (.*)$`, 's'), alter],
];
