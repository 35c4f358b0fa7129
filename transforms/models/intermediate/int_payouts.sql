-- Payouts to the bank account as they are now. Marts read no staging.
select * from {{ ref('stg_stripe__payouts') }}
where {{ touched({'payout_key': hash_key('payout_id')}) }}
