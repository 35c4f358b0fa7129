import { firstReplayId } from '../../simulator/replay/id-offset.ts';

/** A figure of the data set: from the star, and straight from the file. */
export interface RetailFigure {
  readonly what: string;
  readonly star: string;
  /** Reads `lines`, which {@link linesOf} makes of the file. */
  readonly file: string;
}

/**
 * The file as its lines mean: an invoice that begins with C is a cancellation note, with A a correction of an account, any
 * other one an order unless its quantity is negative, which is stock written off. Products have numbers; what else has a
 * code of its own is what the file calls it most often. Half a cent of a line rounds away from zero. Shares nothing with
 * the pipeline, which knows such codes by a list.
 */
export function linesOf(file: string): string {
  return `select InvoiceNo as invoice, StockCode as code, nullif(CustomerID, '') as customer,
      cast(min(cast(InvoiceDate as timestamp)) over (partition by InvoiceNo) as date) as invoiced_on,
      abs(cast(Quantity as integer)) as quantity,
      cast(round(abs(cast(Quantity as integer)) * cast(UnitPrice as decimal(12,4)) * 100) as bigint) as minor,
      InvoiceNo like 'C%' as is_cancelled,
      case
        when regexp_matches(StockCode, '^[0-9]{5}') then 'goods'
        when regexp_matches(called, 'postage|carriage') then 'shipping'
        when regexp_matches(called, 'discount') then 'discount'
        when regexp_matches(called, 'gift voucher|manual|samples|bad debt|commission|charges|\\bfee\\b') then 'other'
        else 'goods'
      end as kind
    from read_csv('${file}', header = true, all_varchar = true)
    join (
      select StockCode, coalesce(lower(mode(Description)), '') as called
      from read_csv('${file}', header = true, all_varchar = true) group by StockCode
    ) using (StockCode)
    where InvoiceNo not like 'A%' and (InvoiceNo like 'C%' or cast(Quantity as integer) > 0)`;
}

const netTypes = `('sale', 'discount', 'void', 'void_discount', 'cancellation', 'cancellation_discount', 'refund')`;

export const retailFigures: readonly RetailFigure[] = [
  {
    what: 'returns by product',
    star: `select p.sku, -sum(e.quantity) as units, -sum(e.amount_minor) as minor
      from marts.fct_order_events as e join marts.dim_product as p on p.product_key = e.product_key
      where e.event_type in ('void', 'cancellation', 'refund') group by p.sku order by p.sku`,
    file: `select code as sku, sum(quantity) as units, sum(minor) as minor from lines
      where is_cancelled and kind = 'goods' group by code order by code`,
  },
  {
    what: 'postage and carriage by month',
    star: `select strftime(event_date, '%Y-%m') as month, sum(amount_minor) as minor
      from marts.fct_order_events where event_type = 'shipping' group by 1 order by 1`,
    file: `select strftime(invoiced_on, '%Y-%m') as month, sum(case when is_cancelled then -minor else minor end) as minor
      from lines where kind = 'shipping' group by 1 order by 1`,
  },
  {
    what: 'top customers',
    star: `select c.customer_id - ${firstReplayId} as customer, count(distinct e.order_id) as orders, sum(e.amount_minor) as minor
      from marts.fct_order_events as e join marts.dim_customer as c on c.customer_key = e.customer_key
      where e.event_type in ${netTypes} and e.customer_key <> -1
      group by 1 order by minor desc, customer limit 50`,
    file: `select cast(customer as bigint) as customer,
        count(distinct case when not is_cancelled then invoice end) as orders,
        sum(case when is_cancelled then -minor else minor end) as minor
      from lines where customer is not null and kind in ('goods', 'discount')
      group by 1 order by minor desc, customer limit 50`,
  },
  {
    what: 'cohort retention',
    star: `with active as (
        select distinct customer_durable_key as customer, date_trunc('month', order_date) as month from marts.fct_orders
        where customer_durable_key <> -1
      ), cohorts as (select customer, min(month) as cohort from active group by customer)
      select strftime(cohort, '%Y-%m') as cohort, datediff('month', cohort, month) as months_later, count(*) as customers
      from active join cohorts using (customer) group by all order by all`,
    file: `with active as (
        select distinct customer, date_trunc('month', invoiced_on) as month from lines
        where customer is not null and not is_cancelled
      ), cohorts as (select customer, min(month) as cohort from active group by customer)
      select strftime(cohort, '%Y-%m') as cohort, datediff('month', cohort, month) as months_later, count(*) as customers
      from active join cohorts using (customer) group by all order by all`,
  },
];
