-- Four real orders and a test order of two customers, one of whom changed segment between orders.
--
-- | order | day   | line    | product | sale   | what happened later                                                   |
-- |-------|-------|---------|---------|--------|-----------------------------------------------------------------------|
-- | o1    | 01-30 | l1      | p1      | 100.10 | discount 10.00 on that day; refund of half on 02-02: 45.05 + tax 9.01 |
-- | o1    |       | l2      | p2      |  20.20 | tax 4.04, shipping 5.00                                               |
-- | o2    | 01-31 | l3      | p1      | 100.10 | voided on 01-31 with its discount of 5.05                             |
-- | o3    | 02-01 | l4      | p2      |  20.20 | cancelled after capture on 02-02, discount of 2.02 given back         |
-- | o4    | 02-01 | l5      | p2      |  60.60 | cash refund 1.11 on 02-03; no customer                                |
-- | t1    | 02-01 | l6      | p1      | 999.99 | a test order                                                          |
insert into marts.dim_customer (customer_key, customer_durable_key, country, segment, is_current) values
  ('c1v1', 1, 'DE', 'consumer', false), ('c1v2', 1, 'DE', 'business', true),
  ('c2v1', 2, 'FR', 'consumer', true), ('-1', -1, null, 'unknown', true);
insert into marts.dim_product (product_key, product_durable_key, sku, title, category, seller_name, is_current) values
  ('p1', 'p1', 'SKU-1', 'Lamp', 'home', 'Lumen', true), ('p2', 'p2', 'SKU-2', 'Novel', 'books', 'Folio', true);
insert into marts.fct_order_events
  (order_event_key, event_type, order_key, order_line_key, customer_key, product_key, channel, country, currency,
   is_test, amount_minor, event_date, order_date) values
  ('e01', 'sale', 'o1', 'l1', 'c1v1', 'p1', 'web', 'DE', 'EUR', false, 10010, '2026-01-30', '2026-01-30'),
  ('e02', 'discount', 'o1', 'l1', 'c1v1', 'p1', 'web', 'DE', 'EUR', false, -1000, '2026-01-30', '2026-01-30'),
  ('e03', 'sale', 'o1', 'l2', 'c1v1', 'p2', 'web', 'DE', 'EUR', false, 2020, '2026-01-30', '2026-01-30'),
  ('e04', 'tax', 'o1', 'l2', 'c1v1', 'p2', 'web', 'DE', 'EUR', false, 404, '2026-01-30', '2026-01-30'),
  ('e05', 'shipping', 'o1', null, 'c1v1', null, 'web', 'DE', 'EUR', false, 500, '2026-01-30', '2026-01-30'),
  ('e06', 'refund', 'o1', 'l1', 'c1v1', 'p1', 'web', 'DE', 'EUR', false, -4505, '2026-02-02', '2026-01-30'),
  ('e07', 'refund_tax', 'o1', 'l1', 'c1v1', 'p1', 'web', 'DE', 'EUR', false, -901, '2026-02-02', '2026-01-30'),
  ('e08', 'sale', 'o2', 'l3', 'c2v1', 'p1', 'app', 'FR', 'EUR', false, 10010, '2026-01-31', '2026-01-31'),
  ('e09', 'discount', 'o2', 'l3', 'c2v1', 'p1', 'app', 'FR', 'EUR', false, -505, '2026-01-31', '2026-01-31'),
  ('e10', 'void', 'o2', 'l3', 'c2v1', 'p1', 'app', 'FR', 'EUR', false, -10010, '2026-01-31', '2026-01-31'),
  ('e11', 'void_discount', 'o2', 'l3', 'c2v1', 'p1', 'app', 'FR', 'EUR', false, 505, '2026-01-31', '2026-01-31'),
  ('e12', 'sale', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, 2020, '2026-02-01', '2026-02-01'),
  ('e13', 'discount', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, -202, '2026-02-01', '2026-02-01'),
  ('e14', 'cancellation', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, -2020, '2026-02-02', '2026-02-01'),
  ('e15', 'cancellation_discount', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, 202, '2026-02-02',
   '2026-02-01'),
  ('e16', 'sale', 'o4', 'l5', '-1', 'p2', 'web', 'DE', 'EUR', false, 6060, '2026-02-01', '2026-02-01'),
  ('e17', 'refund_cash', 'o4', null, '-1', null, 'web', 'DE', 'EUR', false, -111, '2026-02-03', '2026-02-01'),
  ('e19', 'cancellation_tax', 'o3', 'l4', 'c1v2', 'p2', 'web', 'DE', 'EUR', false, -38, '2026-02-02', '2026-02-01'),
  ('e20', 'gift_card_discount', 'o4', 'l5', '-1', 'p2', 'web', 'DE', 'EUR', false, -250, '2026-02-01', '2026-02-01'),
  ('e18', 'sale', 't1', 'l6', 'c2v1', 'p1', 'web', 'FR', 'EUR', true, 99999, '2026-02-01', '2026-02-01');
update marts.fct_order_events set quantity = case event_type when 'refund' then -1 when 'sale' then 1 else 0 end,
  reporting_minor = case when order_key <> 'o4' then cast(amount_minor * 1.5 as bigint) end;
insert into marts.fct_orders
  (order_key, customer_key, customer_durable_key, person_key, channel, country, currency, is_test, order_status,
   order_date, fulfilled_date, is_fulfilled, is_partly_fulfilled, placed_at, cancelled_at, first_refund_at, gross_minor,
   hours_to_ship, hours_to_deliver) values
  ('o1', 'c1v1', 1, 1, 'web', 'DE', 'EUR', false, 'delivered', '2026-01-30', '2026-02-01', true, false,
   '2026-01-30 08:00', null, '2026-02-02 10:00', 12030, 36.505, 20.0),
  ('o2', 'c2v1', 2, 2, 'app', 'FR', 'EUR', false, 'cancelled', '2026-01-31', null, false, false,
   '2026-01-31 08:00', '2026-01-31 09:00', null, 10010, null, null),
  ('o3', 'c1v2', 1, 1, 'web', 'DE', 'EUR', false, 'cancelled', '2026-02-01', null, false, false,
   '2026-02-01 08:00', null, null, 2020, null, null),
  ('o4', '-1', -1, -1, 'web', 'DE', 'EUR', false, 'shipped', '2026-02-01', null, false, true,
   '2026-02-01 09:00', null, '2026-02-03 10:00', 6060, 12.0, null),
  ('t1', 'c2v1', 2, 2, 'web', 'FR', 'EUR', true, 'placed', '2026-02-01', '2026-02-01', true, false,
   '2026-02-01 10:00', null, null, 99999, 1.0, 1.0);
insert into marts.fct_order_lines
  (order_line_key, order_key, line_kind, product_key, seller_key, channel, country, currency, is_test, quantity,
   net_minor, commission_minor, order_date) values
  ('l1', 'o1', 'goods', 'p1', 7, 'web', 'DE', 'EUR', false, 1, 4505, 676, '2026-01-30'),
  ('l2', 'o1', 'goods', 'p2', -2, 'web', 'DE', 'EUR', false, 1, 2020, 0, '2026-01-30'),
  ('l3', 'o2', 'goods', 'p1', 7, 'app', 'FR', 'EUR', false, 1, 0, 0, '2026-01-31'),
  ('l4', 'o3', 'goods', 'p2', -2, 'web', 'DE', 'EUR', false, 1, 0, 0, '2026-02-01'),
  ('l5', 'o4', 'goods', 'p2', 8, 'web', 'DE', 'EUR', false, 3, 6060, 606, '2026-02-01'),
  ('l6', 't1', 'goods', 'p1', 7, 'web', 'FR', 'EUR', true, 1, 99999, 9999, '2026-02-01');
insert into marts.dim_seller (seller_key, seller_name, country) values
  (7, 'Lumen', 'DE'), (8, 'Folio', 'FR'), (-2, 'none', null);
insert into marts.dim_payment_method (payment_method_key, method_name, processor) values
  (1, 'Card', 'stripe'), (-2, 'None', 'none');
insert into marts.fct_shipments
  (shipment_key, shipment_id, order_key, carrier, status, channel, country, currency, is_test, promised_at,
   delivered_at, is_late, shipped_date, order_date) values
  (1, 1, 'o1', 'DHL', 'delivered', 'web', 'DE', 'EUR', false, '2026-02-03', '2026-02-02', false, '2026-01-31',
   '2026-01-30'),
  (2, 2, 'o1', 'DHL', 'returned', 'web', 'DE', 'EUR', false, '2026-02-03', '2026-02-04', true, '2026-02-01',
   '2026-01-30'),
  (3, 3, 'o4', 'UPS', 'shipped', 'web', 'DE', 'EUR', false, '2026-02-03', null, null, '2026-02-01', '2026-02-01'),
  (4, 4, 'o4', 'UPS', 'delivered', 'web', 'DE', 'EUR', false, '2026-02-05', '2026-02-05', false, '2026-02-01',
   '2026-02-01'),
  (5, 5, 'o4', 'UPS', 'pending', 'web', 'DE', 'EUR', false, null, null, null, null, '2026-02-01'),
  (6, 6, 't1', 'UPS', 'delivered', 'web', 'FR', 'EUR', true, '2026-02-05', '2026-02-09', true, '2026-02-01',
   '2026-02-01');
insert into marts.fct_payments
  (payment_key, payment_ref, order_key, kind, payment_method_key, channel, currency, is_test, cash_minor,
   payment_date) values
  (1, 'shop:1', 1, 'capture', 1, 'web', 'EUR', false, 12000, '2026-01-30'),
  (2, 'stripe:f1', 1, 'fee', -2, 'web', 'EUR', false, -374, '2026-01-30'),
  (3, 'shop:2', 1, 'refund', 1, 'web', 'EUR', false, -5406, '2026-02-03'),
  (4, 'stripe:b1', 1, 'refund_failure', 1, 'web', 'EUR', false, 406, '2026-02-04'),
  (5, 'stripe:d1', -1, 'dispute', 1, 'Unknown', 'EUR', false, -999, '2026-02-04'),
  (6, 'shop:3', 6, 'capture', 1, 'web', 'EUR', true, 99999, '2026-02-01');
insert into marts.fct_payouts
  (payout_key, payout_id, currency, status, amount_minor, difference_minor, arrival_date) values
  (1, 'po_1', 'EUR', 'paid', 11626, 0, '2026-02-02'), (2, 'po_2', 'EUR', 'failed', 500, null, '2026-02-03');
insert into marts.fct_support_tickets
  (ticket_key, ticket_id, customer_key, status, priority, via_channel, topic, first_reply_minutes, resolution_minutes,
   satisfaction_score, is_deleted, solved_at, created_date, first_reply_date, solved_date) values
  (1, 1, 'c1v2', 'solved', 'high', 'email', 'refund', 30, 200, 'good', false, '2026-02-02 12:00', '2026-02-02',
   '2026-02-02', '2026-02-02'),
  (2, 2, 'c2v1', 'open', 'low', 'web', 'parcel', 45, null, 'bad', false, null, '2026-02-02', '2026-02-03', null),
  (3, 3, '-1', 'closed', 'low', 'web', 'parcel', null, null, 'good', false, '2026-02-04 12:00', '2026-02-03', null,
   '2026-02-04'),
  (4, 4, '-1', 'deleted', 'low', 'email', 'spam', null, null, null, true, null, '2026-02-03', null, null);
insert into marts.agg_backlog_moves_daily
  (backlog_move_key, move_date, channel, opened_orders, opened_units, closed_orders, closed_units) values
  (1, '2026-01-30', 'web', 1, 2, 0, 0), (2, '2026-01-31', 'app', 1, 1, 1, 1), (3, '2026-02-01', 'web', 2, 4, 1, 2),
  (4, '2026-02-02', 'web', 0, 0, 1, 1);
insert into marts.agg_support_moves_daily
  (support_move_key, move_date, via_channel, opened_tickets, solved_tickets, deleted_tickets) values
  (1, '2026-02-02', 'email', 1, 1, 0), (2, '2026-02-02', 'web', 1, 0, 0), (3, '2026-02-03', 'web', 1, 0, 0),
  (4, '2026-02-03', 'email', 1, 0, 1), (5, '2026-02-04', 'web', 0, 1, 0);
insert into marts.agg_gift_card_moves_daily
  (gift_card_day_key, move_date, currency, sold_minor, cancelled_minor, redeemed_minor) values
  (1, '2026-01-30', 'EUR', 10000, 0, 0), (2, '2026-02-01', 'EUR', 5000, 2500, 1250);
