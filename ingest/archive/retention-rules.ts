/** Days that a business key stays in raw after its last change: three years with their leap day. */
export const hotDays = 1_096;

/** A table whose rows belong to a business key. */
export interface RetentionMember {
  readonly table: string;
  /** Field of `data` that names the row itself; all versions of a row go or stay together. */
  readonly rowKey: string;
  /** Where its business key stands: in a field of its own, or with the row of an earlier member that a field refers to. */
  readonly belongs: { readonly field: string } | { readonly through: string; readonly field: string };
}

/** One kind of business key, with everything in raw that belongs to it. */
export interface RetentionRule {
  /** `shop.orders`. */
  readonly entity: string;
  readonly source: string;
  /** Each after the one it goes through. */
  readonly members: readonly RetentionMember[];
}

/**
 * What leaves raw: orders with all that was made of them. Customers, products and sellers stay: they are few, and every
 * new order may refer to one of any age.
 */
export const retentionRules: readonly RetentionRule[] = [
  {
    entity: 'shop.orders',
    source: 'shop',
    members: [
      { table: 'orders', rowKey: 'id', belongs: { field: 'id' } },
      { table: 'order_lines', rowKey: 'id', belongs: { field: 'order_id' } },
      { table: 'payments', rowKey: 'id', belongs: { field: 'order_id' } },
      { table: 'cancellations', rowKey: 'id', belongs: { field: 'order_id' } },
      {
        table: 'cancellation_lines',
        rowKey: 'id',
        belongs: { through: 'cancellations', field: 'cancellation_id' },
      },
      { table: 'refunds', rowKey: 'id', belongs: { field: 'order_id' } },
      { table: 'refund_lines', rowKey: 'id', belongs: { through: 'refunds', field: 'refund_id' } },
      { table: 'shipments', rowKey: 'id', belongs: { field: 'order_id' } },
      { table: 'shipment_lines', rowKey: 'id', belongs: { through: 'shipments', field: 'shipment_id' } },
    ],
  },
];
