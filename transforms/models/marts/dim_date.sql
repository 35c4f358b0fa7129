select
  cast(year(date_day) * 10000 + month(date_day) * 100 + day(date_day) as integer) as date_key,
  date_day,
  cast(year(date_day) as integer) as year,
  cast(quarter(date_day) as integer) as quarter,
  cast(month(date_day) as integer) as month,
  {{ month_name('date_day') }} as month_name,
  cast({{ week_of_year('date_day') }} as integer) as week,
  cast({{ day_of_week('date_day') }} as integer) as day_of_week,
  {{ day_of_week('date_day') }} >= 6 as is_weekend
from {{ days_series('2008-01-01', '2035-12-31') }} as days
