import type { OrderTable } from './history-tables.ts';
import { draw, history, logColumns } from './scale.ts';
import type { Scale } from './scale.ts';
import { shopifyTables } from './shopify-tables.ts';
import { stripeTables } from './stripe-tables.ts';
import { zendeskTables } from './zendesk-tables.ts';

/** Tables of the API sources whose rows follow from an order. */
export const apiOrderTables: readonly OrderTable[] = [...stripeTables, ...shopifyTables, ...zendeskTables];

/** Models that keep every version: their table has the model's own name, without a view over it. */
export const apiHistories: ReadonlySet<string> = new Set([
  'stg_shopify__customers',
  'stg_shopify__order_lines',
  'stg_zendesk__tickets',
]);

const start = `timestamp '${history.start}'`;
const email = `'c' || k || '@example.com'`;

function everyNth(scale: Scale, n: number): string {
  return `(select ${n} * j as k, ${start} + to_microseconds(j) as since
    from range(1, ${Math.floor(scale.customers / n) + 1}) as ids(j))`;
}

/** People as the other systems know them, by the same addresses. */
export const apiPeople: ReadonlyArray<{ readonly model: string; readonly rows: (scale: Scale) => string }> = [
  {
    model: 'stg_stripe__customers',
    rows: (scale) => `select 'cus_' || k as stripe_customer_id, k as customer_id, ${email} as email_token,
      'DE' as country, 'EUR' as currency, since as created_at, ${logColumns('k', 'since')} from ${everyNth(scale, 3)}`,
  },
  {
    model: 'stg_shopify__customers',
    rows: (scale) => `select k as customer_id, ${email} as email_token, 'DE' as country, 'ENABLED' as state,
      since as created_at, since as updated_at, ${logColumns('k', 'since')} from ${everyNth(scale, 4)}
      union all
      select 50000000000 + k, ${email}, ['DE', 'FR', 'NL'][1 + ${draw('k', 85, 3)}], 'ENABLED', since, since,
      ${logColumns('50000000000 + k', 'since')} from ${everyNth(scale, 50)}`,
  },
  {
    model: 'stg_zendesk__users',
    rows: (
      scale,
    ) => `select k // 10 as user_id, k as customer_id, ${email} as email_token, 'end-user' as role,
      true as is_active, since as created_at, since as updated_at, ${logColumns('k // 10', 'since')} from ${everyNth(scale, 10)}`,
  },
];
