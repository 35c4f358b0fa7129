-- support: How fast do we answer, and do slow answers cost refunds?
-- By topic (the ticket's first tag): tickets, those answered, minutes to the first reply on average, and how many of the
-- orders they are about were refunded. Deleted tickets are left out; one without a reply is in no average.
select
  t.topic,
  count(*) as tickets,
  count(t.first_reply_minutes) as answered,
  round(avg(1.0 * t.first_reply_minutes), 1) as minutes_to_first_reply,
  sum(case when t.satisfaction_score = 'bad' then 1 else 0 end) as bad_ratings,
  count(distinct o.order_key) as orders,
  count(distinct case when o.first_refund_at is not null then o.order_key end) as refunded_orders
from marts.fct_support_tickets as t
left join marts.fct_orders as o on o.order_key = t.order_key
where not t.is_deleted
group by t.topic
order by t.topic
