import type { Pool } from 'pg';

/**
 * The metrics straight from the shop's tables, written from their definitions and from nothing of the simulator:
 * what the ledger has to equal.
 */
const definitions = `
with goods as (
  select l.*, o.placed_at from order_lines l
  join orders o on o.id = l.order_id and not o.is_test
  join products p on p.id = l.product_id and p.kind = 'goods'
), taken as (
  select c.before_capture, cl.* from cancellation_lines cl
  join cancellations c on c.id = cl.cancellation_id
  where cl.order_line_id in (select id from goods)
), returned as (
  select rl.* from refund_lines rl where rl.order_line_id in (select id from goods)
), sent as (
  select sl.order_line_id, sl.quantity from shipment_lines sl
  join shipments s on s.id = sl.shipment_id and s.status in ('shipped', 'delivered')
), progress as (
  select g.order_id,
    sum(g.quantity) as ordered,
    sum(coalesce((select sum(t.quantity) from taken t where t.order_line_id = g.id), 0)) as cancelled,
    sum(coalesce((select sum(r.quantity) from returned r
                  where r.order_line_id = g.id and r.restock_type = 'cancel'), 0)) as unsent,
    sum(coalesce((select sum(s.quantity) from sent s where s.order_line_id = g.id), 0)) as shipped
  from goods g group by g.order_id
)
select
  (select coalesce(sum(round(quantity * unit_price, 2)), 0) * 100 from goods)::bigint as gmv,
  ((select coalesce(sum(round(quantity * unit_price, 2) - discount_amount), 0) * 100 from goods)
   - (select coalesce(sum(round(quantity * unit_price, 2) - discount_amount), 0) * 100 from taken)
   - (select coalesce(sum(amount), 0) * 100 from returned))::bigint as net_revenue,
  (select coalesce(sum(r.amount), 0) * 100 from refunds r
   join orders o on o.id = r.order_id and not o.is_test)::bigint as refunds,
  (select count(*) from progress where shipped > 0 and shipped >= ordered - cancelled - unsent) as fulfilled_orders,
  (select count(*) from orders where not is_test) as orders,
  (select count(*) from order_lines l join orders o on o.id = l.order_id and not o.is_test) as order_lines`;

/** Metrics by definition, and the log position that they are as of. Only meaningful while nobody writes. */
export async function truthByDefinition(
  pool: Pool,
): Promise<{ readonly metrics: Record<string, bigint>; readonly position: string }> {
  const { rows } = await pool.query<Record<string, string>>(definitions);
  const metrics = Object.entries(rows[0] ?? {}).map(([name, value]) => [name, BigInt(value)] as const);
  return { metrics: Object.fromEntries(metrics), position: await currentPosition(pool) };
}

/** The end of the log, as 16 hexadecimal digits. */
export async function currentPosition(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ position: string }>(
    `select upper(lpad(to_hex((pg_current_wal_flush_lsn() - '0/0')::bigint), 16, '0')) as position`,
  );
  return rows[0]?.position ?? '';
}

/** Orders whose rows contradict one another; a shop in order has none. */
export const contradictions = `
select o.order_number,
  case when u.open < 0 then 'more units left than were ordered'
       when u.returned > u.shipped then 'more returned than shipped'
       when m.refunded > m.captured then 'more refunded than captured'
       when u.wanted = 0 and o.status <> 'cancelled' then 'nothing wanted, but not cancelled'
       when o.status = 'cancelled' and o.cancelled_at is null then 'cancelled without a time' end as what
from orders o
cross join lateral (
  select
    min(l.quantity - x.cancelled - x.unsent - x.packed) as open,
    sum(x.returned) as returned, sum(x.shipped) as shipped,
    sum(l.quantity - x.cancelled - x.unsent) as wanted
  from order_lines l cross join lateral (
    select
      (select coalesce(sum(quantity), 0) from cancellation_lines where order_line_id = l.id) as cancelled,
      (select coalesce(sum(quantity), 0) from refund_lines
       where order_line_id = l.id and restock_type = 'cancel') as unsent,
      (select coalesce(sum(quantity), 0) from refund_lines
       where order_line_id = l.id and restock_type <> 'cancel') as returned,
      (select coalesce(sum(sl.quantity), 0) from shipment_lines sl join shipments s on s.id = sl.shipment_id
       where order_line_id = l.id and s.status <> 'cancelled') as packed,
      (select coalesce(sum(sl.quantity), 0) from shipment_lines sl join shipments s on s.id = sl.shipment_id
       where order_line_id = l.id and s.status in ('shipped', 'delivered')) as shipped
  ) x where l.order_id = o.id
) u
cross join lateral (
  select
    (select coalesce(sum(amount), 0) from payments
     where order_id = o.id and kind = 'capture' and status = 'succeeded') as captured,
    (select coalesce(sum(amount), 0) from refunds where order_id = o.id) as refunded
) m
where u.open < 0 or u.returned > u.shipped or m.refunded > m.captured
   or (u.wanted = 0) <> (o.status = 'cancelled') or (o.status = 'cancelled') <> (o.cancelled_at is not null)`;
