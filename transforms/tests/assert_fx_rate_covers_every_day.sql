-- The ranges of a currency join without gap or overlap, from 1900 to 9999: every day has exactly one rate.
select currency, valid_from, valid_to
from (
  select
    currency,
    valid_from,
    valid_to,
    rate,
    lag(valid_to) over (partition by currency order by valid_from) as previous_to,
    lead(valid_from) over (partition by currency order by valid_from) as next_from
  from {{ ref('fx_rate') }}
) as ranges
where valid_from <> coalesce(previous_to, cast('1900-01-01' as date))
  or valid_to <> coalesce(next_from, cast('9999-12-31' as date))
  or valid_from >= valid_to
  or rate <= 0
