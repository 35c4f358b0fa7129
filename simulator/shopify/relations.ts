import { catalogueColumns } from '../world/catalogue.ts';
import { orderColumns } from '../order/columns.ts';
import type { OrderTable } from '../order/rows.ts';
import { firstReplayId } from '../replay/id-offset.ts';

/** The shop's channel that is a storefront on Shopify. */
export const storefrontChannel = 'web';

/** The first key of what exists on Shopify alone; the simulated shop needs centuries to get there. */
export const firstOwnId = 50_000_000_000;

/** Shop tables of which Shopify has rows of its own as well. */
export type SharedTable = OrderTable | 'customers';

/** Where Shopify's own rows of a table are. */
export function ownTable(table: SharedTable): string {
  return `simulator.shopify_own_${table}`;
}

/** Columns of a shared table, by name. */
export function columnNames(table: SharedTable): readonly string[] {
  const columns = table === 'customers' ? catalogueColumns.customers : orderColumns[table];
  return columns.map((each) => each.column);
}

function notDestroyed(type: string, alias: string): string {
  return `not exists (select from simulator.shopify_destroyed d
    where d.subject_type = '${type}' and d.subject_id = ${alias}.id)`;
}

const shopRows: Partial<Record<SharedTable, string>> = {
  orders: `channel = '${storefrontChannel}' and id < ${firstReplayId}`,
  customers: `id < ${firstReplayId}`,
};

/** The shop's rows and Shopify's own as one relation, to be put after `from` with an alias. */
export function shared(table: SharedTable): string {
  const columns = columnNames(table).join(', ');
  return `(select ${columns} from ${table} where ${shopRows[table] ?? 'true'}
    union all select ${columns} from ${ownTable(table)})`;
}

/**
 * The same rows, less those that were destroyed, as `from ... where ...` for each of the two tables: a page of them is
 * found by index only when each is sorted and cut by itself.
 */
export function branches(table: 'orders' | 'customers', alias: string): readonly string[] {
  const exists = notDestroyed(table === 'orders' ? 'ORDER' : 'CUSTOMER', alias);
  const shopOnly = (shopRows[table] ?? 'true')
    .split(' and ')
    .map((condition) => `${alias}.${condition}`)
    .join(' and ');
  return [
    `from ${table} ${alias} where ${shopOnly} and ${exists}`,
    `from ${ownTable(table)} ${alias} where ${exists}`,
  ];
}

/** What the storefront sells: the shop's goods and gift cards. */
export const productBranch = `from products p left join sellers s on s.id = p.seller_id
  where p.id < ${firstReplayId} and p.kind in ('goods', 'gift_card') and ${notDestroyed('PRODUCT', 'p')}`;
