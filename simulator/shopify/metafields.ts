import { connectList } from './connection.ts';
import type { Connection, PageArgs } from './connection.ts';
import { identity } from './context.ts';
import type { ShopifyContext } from './context.ts';
import { dateTime } from './rows.ts';

interface Metafield {
  readonly id: string;
  readonly namespace: string;
  readonly key: string;
  readonly type: string;
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The one metafield that every order, product and customer has: a remark of the shop's staff. */
export function metafieldsOf(
  type: 'Order' | 'Product' | 'Customer',
  row: { readonly id: string; readonly created: string; readonly updated: string },
  args: PageArgs,
  context: ShopifyContext,
): Connection<Metafield> {
  const value = context.plant(`${type}.metafields`) ?? `remark on ${type.toLowerCase()} ${row.id}`;
  const field: Metafield = {
    ...identity('Metafield', row.id),
    namespace: 'shopwave',
    key: 'remark',
    type: 'single_line_text_field',
    value,
    createdAt: dateTime(row.created),
    updatedAt: dateTime(row.updated),
  };
  return connectList([field], args, context.isBulk);
}
