-- Every quote is the rate of its day: what a unit is worth in US dollars, at the dollar's rate into the reporting currency.
select q.currency, q.valid_from, q.usd_rate, x.rate
from {{ ref('fx_rates') }} as q
left join {{ ref('fx_rate') }} as x
  on x.currency = q.currency and q.valid_from >= x.valid_from and q.valid_from < x.valid_to
left join {{ ref('fx_rate') }} as d
  on d.currency = 'USD' and q.valid_from >= d.valid_from and q.valid_from < d.valid_to
where q.currency <> 'USD'
  and (
    x.rate is null
    or abs(cast(x.rate as double) - cast(q.usd_rate as double) * cast(d.rate as double))
      > 0.00000001 * (1 + cast(q.usd_rate as double))
  )
