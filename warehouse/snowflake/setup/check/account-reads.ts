import type { Row } from '../../../warehouse.ts';
import type { Properties } from '../item.ts';
import type { Plan } from '../plan/plan.ts';
import { objects } from './read.ts';
import type { Read } from './read.ts';
import { flag, list, text } from './row.ts';

type AccountType =
  | 'role'
  | 'database'
  | 'resource monitor'
  | 'warehouse'
  | 'storage integration'
  | 'network policy'
  | 'user';

interface Listing {
  readonly plural: string;
  readonly properties: (row: Row) => Properties;
}

/** What SHOW tells of objects of the account; DESCRIBE and SHOW PARAMETERS tell the rest. */
const listings: Readonly<Record<AccountType, Listing>> = {
  role: { plural: 'roles', properties: (row) => ({ comment: text(row, 'comment') }) },
  database: {
    plural: 'databases',
    properties: (row) => ({
      data_retention_time_in_days: text(row, 'retention_time'),
      comment: text(row, 'comment'),
    }),
  },
  'resource monitor': {
    plural: 'resource monitors',
    properties: (row) => ({
      // A decimal: 360.00.
      credit_quota: String(Number(text(row, 'credit_quota'))),
      frequency: text(row, 'frequency'),
      triggers: [
        ...triggers(text(row, 'notify_at'), 'NOTIFY'),
        ...triggers(text(row, 'suspend_at'), 'SUSPEND'),
        ...triggers(text(row, 'suspend_immediately_at'), 'SUSPEND_IMMEDIATE'),
      ],
    }),
  },
  warehouse: {
    plural: 'warehouses',
    properties: (row) => ({
      // X-Small and 2X-Large are XSMALL and 2XLARGE in DDL.
      warehouse_size: text(row, 'size').replaceAll('-', '').toUpperCase(),
      auto_suspend: text(row, 'auto_suspend'),
      auto_resume: flag(row, 'auto_resume'),
      resource_monitor: text(row, 'resource_monitor'),
      comment: text(row, 'comment'),
    }),
  },
  'storage integration': {
    plural: 'integrations',
    properties: (row) => ({
      type: text(row, 'type'),
      enabled: flag(row, 'enabled'),
      comment: text(row, 'comment'),
    }),
  },
  'network policy': {
    plural: 'network policies',
    properties: (row) => ({ comment: text(row, 'comment') }),
  },
  user: {
    plural: 'users',
    properties: (row) => ({
      type: text(row, 'type'),
      default_role: text(row, 'default_role'),
      default_warehouse: text(row, 'default_warehouse'),
      comment: text(row, 'comment'),
    }),
  },
};

const types = Object.keys(listings) as AccountType[];

function triggers(cell: string, action: string): string[] {
  return list(cell).map((percent) => `${percent.replace('%', '')} ${action}`);
}

/** Lists the planned objects that the account has. Of types of which the plan has none, nothing is asked. */
export function accountReads(plan: Plan): Read[] {
  const planned = plan.items;
  return types.flatMap((type) => {
    const names = planned.flatMap((item) =>
      item.item === 'object' && item.type === type ? [item.name] : [],
    );
    if (names.length === 0) return [];
    const { plural, properties } = listings[type];
    // SHOW ends after 10 000 rows. Of network policies there are few, and no LIKE.
    const begin = type === 'database' ? plan.names.database : `${plan.names.shared('')}%`;
    const like = type === 'network policy' ? '' : ` like '${begin}'`;
    return [{ sql: `show ${plural}${like}`, items: objects(type, new Set(names), properties) }];
  });
}
