import { identity } from './context.ts';
import type { ApiObject, ShopifyContext } from './context.ts';
import { bag, cents, priceBag } from './money.ts';
import type { MoneyBag } from './money.ts';
import { productNode, variantNode } from './product-node.ts';
import type { LineRow, OrderRow, ProductRow } from './rows.ts';

/** A line as the API shows it. What was taken off it later is looked up only when asked for. */
export function lineNode(row: LineRow, order: OrderRow, context: ShopifyContext): ApiObject {
  const { currency } = order;
  const gross = cents(row.gross);
  const discount = cents(row.discount_amount);
  const title = context.plant('LineItem.title') ?? row.title ?? row.sku;
  const isGoods = row.kind === 'goods';
  const current = (): Promise<number> => currentQuantity(row, context);
  return {
    ...identity('LineItem', row.id),
    name: title,
    title,
    variantTitle: null,
    sku: row.sku,
    vendor: async () => (await context.loaders.products.get(row.product_id))?.vendor ?? null,
    quantity: row.quantity,
    currentQuantity: current,
    refundableQuantity: current,
    unfulfilledQuantity: async () => (isGoods ? Math.max(0, await openQuantity(row, context)) : 0),
    isGiftCard: !isGoods,
    requiresShipping: isGoods,
    taxable: isGoods,
    customAttributes: () => attributes('LineItem.customAttributes', [], context),
    // Null once the product is deleted; title and sku stay on the line.
    product: () => productOf(row, context, productNode),
    variant: () => productOf(row, context, variantNode),
    originalUnitPriceSet: priceBag(row.unit_price, currency),
    originalTotalSet: bag(gross, currency),
    totalDiscountSet: bag(discount, currency),
    discountedTotalSet: bag(gross - discount, currency),
    taxLines: () => taxLines(cents(row.tax_amount), gross - discount, currency),
  };
}

async function productOf(
  row: LineRow,
  context: ShopifyContext,
  show: (product: ProductRow, context: ShopifyContext) => unknown,
): Promise<unknown> {
  const product = await context.loaders.products.get(row.product_id);
  return product === undefined ? null : show(product, context);
}

/** Ordered less cancelled and refunded. */
async function currentQuantity(row: LineRow, context: ShopifyContext): Promise<number> {
  const { loaders } = context;
  const [refunded, cancelled] = await Promise.all([
    loaders.refundLines.get(row.order_id),
    loaders.cancelled.get(row.order_id),
  ]);
  return row.quantity - unitsOf(row, refunded) - unitsOf(row, cancelled);
}

/** Ordered less cancelled, refunded before shipping and shipped. */
async function openQuantity(row: LineRow, context: ShopifyContext): Promise<number> {
  const { loaders } = context;
  const [refunded, cancelled, shipped, shipments] = await Promise.all([
    loaders.refundLines.get(row.order_id),
    loaders.cancelled.get(row.order_id),
    loaders.shipped.get(row.order_id),
    loaders.shipments.get(row.order_id),
  ]);
  const gone = new Set(
    (shipments ?? []).filter((each) => each.status !== 'cancelled').map((each) => each.id),
  );
  return (
    row.quantity -
    unitsOf(
      row,
      refunded?.filter((each) => each.restock_type === 'cancel'),
    ) -
    unitsOf(row, cancelled) -
    unitsOf(
      row,
      shipped?.filter((each) => gone.has(each.shipment_id)),
    )
  );
}

function unitsOf(
  row: LineRow,
  of: readonly { readonly order_line_id: string; readonly quantity: number }[] | undefined,
): number {
  return (of ?? []).reduce((sum, each) => (each.order_line_id === row.id ? sum + each.quantity : sum), 0);
}

/** The tax on an amount, as one line; none without tax. */
export function taxLines(
  taxCents: number,
  onCents: number,
  currency: string,
): readonly { title: string; rate: number; ratePercentage: number; priceSet: MoneyBag }[] {
  if (taxCents === 0) return [];
  const rate = onCents === 0 ? 0 : Math.round((taxCents / onCents) * 10_000) / 10_000;
  return [{ title: 'Tax', rate, ratePercentage: rate * 100, priceSet: bag(taxCents, currency) }];
}

/** Free key and value pairs; a planted text is one more of them. */
export function attributes(
  path: string,
  usual: readonly { readonly key: string; readonly value: string }[],
  context: ShopifyContext,
): readonly { readonly key: string; readonly value: string }[] {
  const planted = context.plant(path);
  return planted === undefined ? usual : [...usual, { key: 'remark', value: planted }];
}
