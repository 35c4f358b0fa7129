-- Means of payment, and a member each for what is not known and what has none.
select {{ hash_key('method') }} as payment_method_key, method, method_name, processor, is_card
from {{ ref('int_payment_methods') }}
union all
select -1, 'unknown', 'Unknown', 'unknown', false
union all
select -2, 'none', 'Not applicable', 'none', false
