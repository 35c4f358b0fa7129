import { draw, history, logColumns, oneOf } from './scale.ts';
import type { Scale } from './scale.ts';

/** The change logs of what orders refer to: a first version of everything, then later ones in the order of time. */
export const masterTables: ReadonlyArray<{
  readonly model: string;
  readonly rows: (scale: Scale) => string;
}> = [
  {
    model: 'stg_shop__sellers',
    rows: ({ sellers }) => `select k as seller_id, 'Seller ' || k as seller_name, 'DE' as seller_country,
      0.1 as commission_rate, version_at as created_at, version_at as updated_at, ${logColumns('k', 'version_at', `'c'`)}
      from (${versions(sellers, 0)})`,
  },
  {
    model: 'stg_shop__products',
    rows: ({ products, sellers }) => `select k as product_id, 1 + ${draw('k', 70, sellers)} as seller_id,
      'SKU-' || k as sku, 'Product ' || k as title, 'category ' || ${draw('k', 71, 40)} as category,
      case ${draw('k', 72, 100)} when 0 then 'gift_card' when 1 then 'fee' else 'goods' end as kind,
      (500 + ${draw('k', 32, 20_000)} + version * 10) / 100.0 as price, 'EUR' as currency, true as is_active,
      timestamp '${history.start}' as created_at, version_at as updated_at,
      ${logColumns('k', 'version_at', `case when version = 0 then 'c' else 'u' end`)}
      from (${versions(products, 3)})`,
  },
  {
    model: 'stg_shop__customers',
    rows: ({ customers }) => `select k as customer_id, 'c' || k || '@example.com' as email_token,
      ${oneOf('k', 80, ['DE', 'FR', 'NL', 'GB', 'US', 'ES', 'IT', 'PL'])} as country,
      'city ' || ${draw('k', 81, 900)} as city, cast(10000 + ${draw('k', 82, 80_000)} as varchar) as postal_code,
      ['new', 'regular', 'vip'][1 + version] as segment, timestamp '${history.start}' as created_at, version_at as updated_at,
      ${logColumns('k', 'version_at', `case when version = 0 then 'c' else 'u' end`)}
      from (${versions(customers, 2)}) where version = 0 or ${draw('k', 83, 5)} < 3 - version`,
  },
];

/** Each id's first version at the start (what was there when capture began, in the order of ids), later ones spread. */
function versions(ids: number, later: number): string {
  const spread = `timestamp '${history.start}' + to_seconds(
    86400 + ${draw('k * 8 + version', 84, (history.days - 2) * 86_400)})`;
  const first = `timestamp '${history.start}' + to_microseconds(k)`;
  return `select k, version, case when version = 0 then ${first} else ${spread} end as version_at
    from range(1, ${ids + 1}) as ids(k), range(0, ${later + 1}) as numbers(version)`;
}
