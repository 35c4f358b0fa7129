import { connectList, connectionOf } from './connection.ts';
import type { PageArgs } from './connection.ts';
import { identity } from './context.ts';
import type { ApiObject, ShopifyContext } from './context.ts';
import { metafieldsOf } from './metafields.ts';
import { trimPrice } from './money.ts';
import { dateTime } from './rows.ts';
import type { ProductRow } from './rows.ts';

/** A Product of the API; the shop sells each in one variant. */
export function productNode(row: ProductRow, context: ShopifyContext): ApiObject {
  const title = context.plant('Product.title') ?? row.title ?? row.sku;
  return {
    ...identity('Product', row.id),
    title,
    handle: `${title.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')}-${row.id}`,
    description: () => context.plant('Product.description') ?? title,
    vendor: row.vendor ?? 'ShopWave',
    productType: row.category,
    status: row.is_active ? 'ACTIVE' : 'ARCHIVED',
    isGiftCard: row.kind === 'gift_card',
    tags: () => withPlanted('Product.tags', [row.category], context),
    createdAt: dateTime(row.created_at),
    updatedAt: dateTime(row.updated_at),
    publishedAt: row.is_active ? dateTime(row.created_at) : null,
    variants: (args: PageArgs) => connectList([variantNode(row, context)], args, context.isBulk),
    metafields: (args: PageArgs) =>
      metafieldsOf(
        'Product',
        { id: row.id, created: row.created_at, updated: row.updated_at },
        args,
        context,
      ),
    events: noEvents,
  };
}

/** The ProductVariant of a product; both have the shop's product key. */
export function variantNode(row: ProductRow, context: ShopifyContext): ApiObject {
  const title = context.plant('Product.title') ?? row.title ?? row.sku;
  return {
    ...identity('ProductVariant', row.id),
    title: 'Default Title',
    displayName: `${title} - Default Title`,
    sku: row.sku,
    barcode: null,
    price: trimPrice(row.price),
    position: 1,
    taxable: row.kind === 'goods',
    availableForSale: row.is_active,
    createdAt: dateTime(row.created_at),
    updatedAt: dateTime(row.updated_at),
    product: () => productNode(row, context),
  };
}

/** Tags, with a planted one. */
export function withPlanted(
  path: string,
  tags: readonly string[],
  context: ShopifyContext,
): readonly string[] {
  const planted = context.plant(path);
  return planted === undefined ? tags : [...tags, planted];
}

/** Objects that exist have no events here: only deletions are recorded, under the root. */
export function noEvents(): unknown {
  return connectionOf([], 0, true);
}
