import type pg from 'pg';
import { copyInto, copyLine } from '../database.ts';
import { centsText, priceText } from '../world/money.ts';
import type { ReplayedInvoice, ReplayedLine, SliceRows } from './mapper.ts';

/** Currency and channel of everything in the data set. */
const currency = 'GBP';
const channel = 'online-retail';

type Texts = readonly (string | null)[];

interface Load {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: (slice: SliceRows) => readonly Texts[];
}

const utc = (at: string): string => `${at}+00`;
const idText = (id: number | null): string | null => (id === null ? null : String(id));

function orderTexts({ id, number, customerId, country, at }: ReplayedInvoice): Texts {
  // Nothing is known of payment or shipping; what was invoiced counts as paid.
  const facts = [channel, currency, 'paid', country, utc(at), utc(at)];
  return [String(id), number, idText(customerId), ...facts];
}

function lineTexts(line: ReplayedLine): Texts {
  const facts = [line.lineNo, line.productId, line.quantity].map(String);
  return [
    String(line.id),
    String(line.invoiceId),
    ...facts,
    priceText(line.priceE4),
    utc(line.at),
    utc(line.at),
  ];
}

/** What a slice adds, in an order that foreign keys allow. */
const loads: readonly Load[] = [
  {
    table: 'products',
    columns: 'id sku title category kind price currency created_at updated_at'.split(' '),
    rows: (slice) =>
      slice.newProducts.map(({ id, sku, title, kind, priceE4, createdAt, updatedAt }) => [
        String(id),
        sku,
        title,
        kind === 'goods' ? 'giftware' : kind,
        kind,
        priceText(priceE4),
        currency,
        utc(createdAt),
        utc(updatedAt),
      ]),
  },
  {
    table: 'customers',
    columns: 'id country segment created_at updated_at'.split(' '),
    rows: (slice) =>
      slice.newCustomers.map(({ id, country, createdAt, updatedAt }) => [
        String(id),
        country,
        'regular',
        utc(createdAt),
        utc(updatedAt),
      ]),
  },
  {
    table: 'orders',
    columns: [
      'id',
      'order_number',
      'customer_id',
      'channel',
      'currency',
      'status',
      'ship_country',
      'placed_at',
      'updated_at',
    ],
    rows: (slice) => slice.orders.map(orderTexts),
  },
  {
    table: 'order_lines',
    columns: 'id order_id line_no product_id quantity unit_price created_at updated_at'.split(' '),
    rows: (slice) => slice.orderLines.map(lineTexts),
  },
  {
    table: 'cancellations',
    columns: 'id number customer_id currency channel before_capture cancelled_at'.split(' '),
    rows: (slice) =>
      slice.cancellations.map(({ id, number, customerId, at }) => [
        String(id),
        number,
        idText(customerId),
        currency,
        channel,
        'f',
        utc(at),
      ]),
  },
  {
    table: 'cancellation_lines',
    columns: 'id cancellation_id product_id quantity unit_price'.split(' '),
    rows: (slice) =>
      slice.cancellationLines.map(({ id, invoiceId, productId, quantity, priceE4 }) => [
        String(id),
        String(invoiceId),
        String(productId),
        String(quantity),
        priceText(priceE4),
      ]),
  },
  {
    table: 'adjustments',
    columns: 'id reference kind product_id quantity amount currency note adjusted_at'.split(' '),
    rows: (slice) =>
      slice.adjustments.map(({ id, reference, kind, productId, quantity, amountCents, note, at }) => [
        String(id),
        reference,
        kind,
        String(productId),
        String(quantity),
        centsText(amountCents),
        currency,
        note,
        utc(at),
      ]),
  },
];

/** Writes a slice through the open transaction of `client`. */
export async function writeSlice(client: pg.Client, slice: SliceRows): Promise<void> {
  for (const { table, columns, rows } of loads) {
    const texts = rows(slice);
    if (texts.length === 0) continue;
    await copyInto(client, table, columns, [Buffer.from(texts.map(copyLine).join(''))]);
  }
  await updateProducts(client, slice);
  await updateCustomers(client, slice);
}

async function updateProducts(client: pg.Client, { changedProducts }: SliceRows): Promise<void> {
  if (changedProducts.length === 0) return;
  await client.query(
    `update products set title = u.title, price = u.price, updated_at = u.at
     from unnest($1::bigint[], $2::text[], $3::numeric[], $4::timestamptz[]) as u (id, title, price, at)
     where products.id = u.id`,
    [
      changedProducts.map((each) => each.id),
      changedProducts.map((each) => each.title),
      changedProducts.map((each) => priceText(each.priceE4)),
      changedProducts.map((each) => utc(each.updatedAt)),
    ],
  );
}

async function updateCustomers(client: pg.Client, { changedCustomers }: SliceRows): Promise<void> {
  if (changedCustomers.length === 0) return;
  await client.query(
    `update customers set country = u.country, updated_at = u.at
     from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as u (id, country, at)
     where customers.id = u.id`,
    [
      changedCustomers.map((each) => each.id),
      changedCustomers.map((each) => each.country),
      changedCustomers.map((each) => utc(each.updatedAt)),
    ],
  );
}
