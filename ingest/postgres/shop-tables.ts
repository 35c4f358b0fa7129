import type { FieldRule } from '../pci/field-rules.ts';

/** One table that capture reads: its key and the only columns that may leave the shop's database. */
export interface CapturedTable {
  readonly table: string;
  readonly key: readonly string[];
  /** Allow-list, compiled into the publication's column list. Default deny: what is not here is never read. */
  readonly columns: readonly string[];
  /** What becomes of a column; one that is not named goes by its type: numbers and times as they are, text searched. */
  readonly fields?: Readonly<Record<string, FieldRule>>;
  /** Column with the id of the person that `subject` columns are about. */
  readonly subject?: string;
}

/**
 * What is captured from the shop. Left out on purpose: customers.full_name; payments.card_brand, card_last4 and
 * card_fingerprint (card data never enters the pipeline).
 */
export const shopTables: readonly CapturedTable[] = [
  {
    table: 'sellers',
    key: ['id'],
    columns: ['id', 'name', 'country', 'commission_rate', 'created_at', 'updated_at'],
  },
  {
    table: 'products',
    key: ['id'],
    columns: [
      'id',
      'seller_id',
      'sku',
      'title',
      'category',
      'kind',
      'price',
      'currency',
      'is_active',
      'created_at',
      'updated_at',
    ],
  },
  {
    table: 'customers',
    key: ['id'],
    columns: ['id', 'email', 'country', 'city', 'postal_code', 'segment', 'created_at', 'updated_at'],
    subject: 'id',
    fields: { email: 'subject+token:email' },
  },
  {
    table: 'orders',
    key: ['id'],
    columns: [
      'id',
      'order_number',
      'customer_id',
      'channel',
      'currency',
      'status',
      'is_test',
      'ship_country',
      'shipping_amount',
      'placed_at',
      'cancelled_at',
      'updated_at',
    ],
  },
  {
    table: 'order_lines',
    key: ['id'],
    columns: [
      'id',
      'order_id',
      'line_no',
      'product_id',
      'quantity',
      'unit_price',
      'discount_amount',
      'tax_amount',
      'created_at',
      'updated_at',
    ],
  },
  {
    table: 'cancellations',
    key: ['id'],
    columns: [
      'id',
      'number',
      'order_id',
      'customer_id',
      'currency',
      'channel',
      'before_capture',
      'reason',
      'cancelled_at',
    ],
  },
  {
    table: 'cancellation_lines',
    key: ['id'],
    columns: [
      'id',
      'cancellation_id',
      'order_line_id',
      'product_id',
      'quantity',
      'unit_price',
      'discount_amount',
    ],
  },
  {
    table: 'payments',
    key: ['id'],
    columns: [
      'id',
      'order_id',
      'kind',
      'method',
      'status',
      'amount',
      'currency',
      'processor_ref',
      'created_at',
      'updated_at',
    ],
  },
  {
    table: 'refunds',
    key: ['id'],
    columns: [
      'id',
      'order_id',
      'payment_id',
      'cancellation_id',
      'amount',
      'shipping_amount',
      'currency',
      'reason',
      'refunded_at',
    ],
  },
  {
    table: 'refund_lines',
    key: ['id'],
    columns: ['id', 'refund_id', 'order_line_id', 'quantity', 'amount', 'tax_amount', 'restock_type'],
  },
  {
    table: 'shipments',
    key: ['id'],
    columns: [
      'id',
      'order_id',
      'carrier',
      'tracking_number',
      'status',
      'promised_at',
      'shipped_at',
      'delivered_at',
      'created_at',
      'updated_at',
    ],
  },
  {
    table: 'shipment_lines',
    key: ['id'],
    columns: ['id', 'shipment_id', 'order_line_id', 'quantity'],
  },
  {
    table: 'adjustments',
    key: ['id'],
    columns: [
      'id',
      'reference',
      'kind',
      'product_id',
      'quantity',
      'amount',
      'currency',
      'note',
      'adjusted_at',
    ],
  },
];
