import { each, tablesOf } from '../extract/table-rules.ts';
import type { FieldRules } from '../pci/field-rules.ts';

/** Name of the source in keys, batch ids and raw table names. */
export const stripeSource = 'stripe';

/** What the shop puts on its payments so that they can be told to orders; other metadata is anybody's free text. */
export const metadata: FieldRules = {
  ...each('order_id payment_id refund_id customer_id', 'id'),
  ...each('order_number reason', 'deny'),
};

/** A table of objects that are known by their id, and know when they were created. */
export const objectTable = tablesOf(stripeSource, { id: 'string', created: 'number' });
