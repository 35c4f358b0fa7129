-- What exists on Shopify alone, in the shape of the shop's tables, and what Shopify keeps for itself. No view: one over the
-- shop's tables would forbid their owner to change them. Ids of what Shopify alone has begin at 50,000,000,000.

create index if not exists orders_web_updated_at on orders (updated_at, id) where channel = 'web';
create index if not exists orders_web_placed_at on orders (placed_at, id) where channel = 'web';
create index if not exists customers_updated_at on customers (updated_at, id);

create table if not exists simulator.shopify_own_customers (like customers including defaults, primary key (id));
create table if not exists simulator.shopify_own_orders (like orders including defaults, primary key (id));
create table if not exists simulator.shopify_own_order_lines (like order_lines including defaults, primary key (id));
create table if not exists simulator.shopify_own_payments (like payments including defaults, primary key (id));
create table if not exists simulator.shopify_own_shipments (like shipments including defaults, primary key (id));
create table if not exists simulator.shopify_own_shipment_lines
  (like shipment_lines including defaults, primary key (id));
create table if not exists simulator.shopify_own_cancellations (like cancellations including defaults, primary key (id));
create table if not exists simulator.shopify_own_cancellation_lines
  (like cancellation_lines including defaults, primary key (id));
create table if not exists simulator.shopify_own_refunds (like refunds including defaults, primary key (id));
create table if not exists simulator.shopify_own_refund_lines (like refund_lines including defaults, primary key (id));

create index if not exists shopify_own_orders_updated_at on simulator.shopify_own_orders (updated_at, id);
create index if not exists shopify_own_orders_placed_at on simulator.shopify_own_orders (placed_at, id);
create index if not exists shopify_own_customers_updated_at on simulator.shopify_own_customers (updated_at, id);
create index if not exists shopify_own_order_lines_order on simulator.shopify_own_order_lines (order_id);
create index if not exists shopify_own_payments_order on simulator.shopify_own_payments (order_id);
create index if not exists shopify_own_shipments_order on simulator.shopify_own_shipments (order_id);
create index if not exists shopify_own_cancellations_order on simulator.shopify_own_cancellations (order_id);
create index if not exists shopify_own_refunds_order on simulator.shopify_own_refunds (order_id);
create index if not exists shopify_own_shipment_lines_line on simulator.shopify_own_shipment_lines (order_line_id);
create index if not exists shopify_own_cancellation_lines_line
  on simulator.shopify_own_cancellation_lines (order_line_id);
create index if not exists shopify_own_refund_lines_line on simulator.shopify_own_refund_lines (order_line_id);

-- An order of Shopify's own, by its number: what it was made from, and when something happens to it next.
create table if not exists simulator.shopify_own_life (
  number  bigint primary key,
  basket  jsonb not null,
  next_at timestamptz
);
create index if not exists shopify_own_life_next_at on simulator.shopify_own_life (next_at);

-- Hard deletes: the object is gone from every answer, and only an event says so.
create table if not exists simulator.shopify_destroyed (
  id           bigint generated always as identity primary key,
  subject_type text not null,
  subject_id   bigint not null,
  at           timestamptz not null,
  unique (subject_type, subject_id)
);

create table if not exists simulator.shopify_bulk (
  id                bigint generated always as identity primary key,
  query             text not null,
  is_grouped        boolean not null,
  status            text not null,
  error_code        text,
  object_count      bigint not null default 0,
  root_object_count bigint not null default 0,
  file_size         bigint,
  secret            text not null,
  created_at        timestamptz not null,
  completed_at      timestamptz
);
create table if not exists simulator.shopify_bulk_chunk (
  bulk_id bigint not null references simulator.shopify_bulk (id),
  ordinal int not null,
  body    text not null,
  primary key (bulk_id, ordinal)
);
