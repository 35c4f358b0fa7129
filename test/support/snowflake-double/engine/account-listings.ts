import type { AccountObject } from './account-objects.ts';
import { isWithin, yes } from './listing.ts';
import type { Listing, Shown } from './listing.ts';

function objects(kind: string, shown: Shown): AccountObject[] {
  return shown.work.engine.objects
    .all(kind)
    .filter((object) => object.name.length === 1 || isWithin(object.name, shown));
}

/** A listing of objects that are only remembered. */
function remembered(kind: string, properties: readonly string[]): Listing {
  return {
    columns: ['created_on', 'name', 'database_name', 'schema_name', 'owner', 'comment', ...properties],
    rows: (shown) =>
      objects(kind, shown).map((object) => [
        new Date(object.createdMs),
        object.name.at(-1) ?? '',
        object.name.length === 3 ? (object.name[0] ?? '') : null,
        object.name.length === 3 ? (object.name[1] ?? '') : null,
        object.owner,
        object.comment,
        ...properties.map((name) =>
          name === 'allowed_values' || name === 'body'
            ? object.body
            : (object.properties.get(name.toUpperCase()) ?? null),
        ),
      ]),
  };
}

/** What belongs to the account, or is only remembered, by what stands after SHOW. */
export const accountListings: Readonly<Record<string, Listing>> = {
  WAREHOUSES: {
    columns: [
      'name',
      'state',
      'type',
      'size',
      'running',
      'queued',
      'is_default',
      'is_current',
      'auto_suspend',
      'auto_resume',
      'created_on',
      'resumed_on',
      'owner',
      'comment',
      'resource_monitor',
    ],
    rows: ({ work }) =>
      [...work.engine.warehouses.all.values()].map((each) => [
        each.name,
        each.isRunning ? 'STARTED' : 'SUSPENDED',
        each.settings.others.get('WAREHOUSE_TYPE') ?? 'STANDARD',
        each.settings.size,
        0,
        0,
        'N',
        yes(each.name === work.session.warehouse),
        each.settings.autoSuspend === 0 ? null : each.settings.autoSuspend,
        each.settings.autoResume,
        new Date(each.createdMs),
        each.resumedMs === undefined ? null : new Date(each.resumedMs),
        each.owner,
        each.settings.comment,
        each.settings.resourceMonitor ?? 'null',
      ]),
  },
  LOCKS: {
    columns: ['resource', 'type', 'transaction', 'status'],
    rows: ({ work }) =>
      work.engine.locks.held().map(({ table, owner, mode }) => [table, mode.toUpperCase(), owner, 'HOLDING']),
  },
  TRANSACTIONS: {
    columns: ['id', 'user', 'session', 'name', 'state', 'scope'],
    rows: ({ work: { session } }) =>
      session.transaction === undefined
        ? []
        : [[session.transaction.id, session.user, session.id, session.transaction.name, 'running', '0']],
  },
  ROLES: remembered('ROLE', []),
  USERS: remembered('USER', ['default_role', 'default_warehouse', 'type', 'disabled', 'rsa_public_key_fp']),
  'RESOURCE MONITORS': {
    columns: [
      'name',
      'credit_quota',
      'used_credits',
      'remaining_credits',
      'level',
      'frequency',
      'created_on',
      'owner',
      'comment',
      'triggers',
    ],
    rows: (shown) =>
      objects('RESOURCE MONITOR', shown).map((each) => {
        const name = each.name[0] ?? '';
        const used = [...shown.work.engine.warehouses.all.values()]
          .filter(({ settings }) => settings.resourceMonitor === name)
          .reduce((sum, { meter }) => sum + meter.credits, 0);
        const quota = each.properties.get('CREDIT_QUOTA') ?? null;
        const left = quota === null ? null : String(Number(quota) - used);
        return [
          name,
          quota,
          String(used),
          left,
          null,
          each.properties.get('FREQUENCY') ?? 'MONTHLY',
          new Date(each.createdMs),
          each.owner,
          each.comment,
          each.properties.get('TRIGGERS') ?? null,
        ];
      }),
  },
  INTEGRATIONS: remembered('STORAGE INTEGRATION', ['type', 'enabled']),
  'STORAGE INTEGRATIONS': remembered('STORAGE INTEGRATION', ['type', 'enabled']),
  'NETWORK POLICIES': remembered('NETWORK POLICY', ['allowed_ip_list']),
  'FILE FORMATS': remembered('FILE FORMAT', ['type']),
  TAGS: remembered('TAG', ['allowed_values']),
  'MASKING POLICIES': remembered('MASKING POLICY', []),
};
