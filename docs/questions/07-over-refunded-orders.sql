-- finance: Which orders gave back more than they brought?
-- Orders whose refunds exceed what was ever captured, the largest excess first. There should be none.
select order_number, source_system, currency, paid_minor, refunded_minor, refunded_minor - paid_minor as excess_minor
from marts.fct_orders
where is_over_refunded and not is_test
order by excess_minor desc, order_number
