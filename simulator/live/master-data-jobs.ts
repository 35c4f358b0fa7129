import { commissionRate, makeAddress } from '../world/catalogue.ts';
import { segments } from '../world/vocabulary.ts';
import type { Random } from '../world/random.ts';
import type { Job, JobContext } from './order-jobs.ts';

interface MasterDataChange {
  readonly table: 'customers' | 'products' | 'sellers';
  readonly weight: number;
  readonly set: string;
  readonly values: (random: Random) => readonly string[];
}

/** What people edit without an order being involved; each makes a new version of a dimension's row. */
const masterDataChanges: readonly MasterDataChange[] = [
  {
    table: 'customers',
    weight: 40,
    set: 'country = $3, city = $4, postal_code = $5',
    values: (random) => {
      const { code, city, postalCode } = makeAddress(random);
      return [code, city, postalCode];
    },
  },
  {
    table: 'customers',
    weight: 20,
    set: 'segment = $3',
    values: (random) => [random.pick(segments).name],
  },
  {
    table: 'products',
    weight: 30,
    // Cheap parts keep their fractions of a cent, everything else a price in cents.
    set: `price = case when kind = 'gift_card' then price
            else greatest(round(price * $3::numeric, case when price < 2 then 4 else 2 end), 0.0005) end`,
    values: (random) => [(0.85 + random.next() * 0.35).toFixed(4)],
  },
  { table: 'products', weight: 5, set: "title = coalesce(title, '') || $3", values: () => [' II'] },
  {
    table: 'products',
    weight: 5,
    set: 'is_active = $3::boolean',
    values: (random) => [String(random.chance(0.7))],
  },
  {
    table: 'sellers',
    weight: 5,
    set: 'commission_rate = $3::numeric',
    values: (random) => [commissionRate(random)],
  },
];

/** One edit of a customer, product or seller. */
export const masterDataJob: Job = async ({ client, random, ids, now }: JobContext) => {
  const change = random.weighted(masterDataChanges, (each) => each.weight);
  if (change === undefined) return false;
  const upTo = random.integer(1, ids.lastId(change.table));
  const result = await client.query(
    `update ${change.table} set ${change.set}, updated_at = $2
     where id = (select id from ${change.table} where id <= $1 order by id desc limit 1 for no key update skip locked)`,
    [upTo, new Date(now), ...change.values(random)],
  );
  return result.rowCount === 1;
};
