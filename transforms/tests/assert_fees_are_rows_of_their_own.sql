-- What Stripe kept of a movement is in its row and, once more, a row of kind fee: with both a sum over balance_minor is what
-- moved the balance. A fee without its row makes cash too high.
{% set orders = {'fct_payments': 'order_id'} %}
select balance_transaction_id, sum(fee_minor) as fee_minor,
  sum(case when kind = 'fee' and net_minor is null then balance_minor end) as fee_rows_minor
from {{ ref('fct_payments') }}
where balance_transaction_id is not null and {{ touched_in_run('order_id', orders) }}
group by balance_transaction_id
having coalesce(sum(fee_minor), 0) <> -coalesce(sum(case when kind = 'fee' and net_minor is null then balance_minor end), 0)
