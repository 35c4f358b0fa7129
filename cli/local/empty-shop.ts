import { inTransaction, withClient } from '../../simulator/database.ts';
import { ensureShopSchema } from '../../simulator/schema/shop-schema.ts';

/** The embedded shop's tables, for a shop that nobody simulates: a data set may be replayed into it. */
export async function ensureShop(url: string): Promise<void> {
  await withClient(url, (client) => inTransaction(client, () => ensureShopSchema(client)));
}
