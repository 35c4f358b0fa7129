-- The marts that the metric model reads, with the columns and types of the real ones.
create schema marts;
create table marts.dim_customer (
  customer_key varchar, customer_durable_key bigint, customer_id bigint, email_token varchar, country varchar,
  city varchar, segment varchar, valid_from timestamp, valid_to timestamp, is_current boolean, is_inferred boolean,
  is_deleted boolean);
create table marts.dim_product (
  product_key varchar, product_durable_key varchar, product_id bigint, sku varchar, title varchar, category varchar,
  kind varchar, seller_name varchar, seller_country varchar, price decimal(12,4), currency varchar,
  is_active boolean, valid_from timestamp, valid_to timestamp, is_current boolean, is_inferred boolean,
  is_deleted boolean);
create table marts.fct_order_events (
  order_event_key varchar, event_type varchar, order_key varchar, order_id bigint, order_line_key varchar,
  customer_key varchar, customer_durable_key varchar, product_key varchar, product_durable_key varchar,
  channel varchar, country varchar, currency varchar, is_test boolean, quantity bigint, amount_minor bigint,
  event_at timestamp, event_date date, order_date date, reporting_minor bigint);
create table marts.fct_orders (
  order_key varchar, order_id bigint, order_number varchar, customer_key varchar, customer_durable_key bigint,
  channel varchar, country varchar, currency varchar, is_test boolean, order_status varchar, placed_at timestamp,
  order_date date, fulfilled_date date, is_fulfilled boolean, is_partly_fulfilled boolean, person_key bigint,
  cancelled_at timestamp, first_refund_at timestamp, closed_date date, gross_minor bigint, hours_to_ship double,
  hours_to_deliver double);
create table marts.fct_order_lines (
  order_line_key varchar, order_line_id bigint, order_key varchar, line_no bigint, line_kind varchar,
  product_key varchar, seller_key bigint, channel varchar, country varchar, currency varchar, is_test boolean,
  quantity bigint, net_minor bigint, commission_minor bigint, order_date date);
create table marts.dim_seller (seller_key bigint, seller_name varchar, country varchar);
create table marts.dim_payment_method (payment_method_key bigint, method_name varchar, processor varchar);
create table marts.fct_shipments (
  shipment_key bigint, shipment_id bigint, order_key varchar, carrier varchar, status varchar, channel varchar,
  country varchar, currency varchar, is_test boolean, promised_at timestamp, delivered_at timestamp, is_late boolean,
  shipped_date date, order_date date);
create table marts.fct_payments (
  payment_key bigint, payment_ref varchar, order_key bigint, kind varchar, payment_method_key bigint, channel varchar,
  currency varchar, is_test boolean, cash_minor bigint, payment_date date);
create table marts.fct_payouts (
  payout_key bigint, payout_id varchar, currency varchar, status varchar, amount_minor bigint, difference_minor bigint,
  arrival_date date);
create table marts.fct_support_tickets (
  ticket_key bigint, ticket_id bigint, customer_key varchar, status varchar, priority varchar, via_channel varchar,
  topic varchar, first_reply_minutes bigint, resolution_minutes bigint, satisfaction_score varchar, is_deleted boolean,
  solved_at timestamp, created_date date, first_reply_date date, solved_date date);
create table marts.agg_backlog_moves_daily (
  backlog_move_key bigint, move_date date, channel varchar, opened_orders bigint, opened_units bigint,
  closed_orders bigint, closed_units bigint);
create table marts.agg_support_moves_daily (
  support_move_key bigint, move_date date, via_channel varchar, opened_tickets bigint, solved_tickets bigint,
  deleted_tickets bigint);
create table marts.agg_gift_card_moves_daily (
  gift_card_day_key bigint, move_date date, currency varchar, sold_minor bigint, cancelled_minor bigint,
  redeemed_minor bigint);
