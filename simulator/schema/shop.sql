-- The shop's OLTP schema, as its application team would own it. The platform reads it; only the simulator writes it.
-- Money is numeric in the shop's currency unit; three- and four-decimal unit prices occur in real data.

create table sellers (
  id              bigint primary key,
  name            text not null,
  country         text not null,
  commission_rate numeric(6,4) not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null
);

create table products (
  id         bigint primary key,
  seller_id  bigint references sellers (id),
  sku        text not null unique,
  title      text,
  category   text not null,
  -- goods and gift cards are sold; the other kinds are what shops put on invoice lines besides products
  kind       text not null check (kind in ('goods', 'gift_card', 'shipping', 'discount', 'fee', 'adjustment')),
  price      numeric(12,4) not null,
  currency   char(3) not null,
  is_active  boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table customers (
  id          bigint primary key,
  email       text,
  full_name   text,
  country     text not null,
  city        text,
  postal_code text,
  segment     text not null check (segment in ('new', 'regular', 'vip', 'wholesale')),
  created_at  timestamptz not null,
  updated_at  timestamptz not null
);

create table orders (
  id              bigint primary key,
  order_number    text not null unique,
  customer_id     bigint references customers (id),
  channel         text not null,
  currency        char(3) not null,
  status          text not null check (status in ('placed', 'paid', 'partly_shipped', 'shipped', 'delivered', 'cancelled')),
  is_test         boolean not null default false,
  ship_country    text,
  shipping_amount numeric(12,2) not null default 0,
  placed_at       timestamptz not null,
  cancelled_at    timestamptz,
  updated_at      timestamptz not null
);

create table order_lines (
  id              bigint primary key,
  order_id        bigint not null references orders (id),
  line_no         int not null,
  product_id      bigint not null references products (id),
  quantity        int not null,
  unit_price      numeric(12,4) not null,
  -- discount on the whole line, and tax on what is left of it; both >= 0 for a sale
  discount_amount numeric(12,2) not null default 0,
  tax_amount      numeric(12,2) not null default 0,
  created_at      timestamptz not null,
  updated_at      timestamptz not null
);
create index order_lines_order_id on order_lines (order_id);

-- A cancellation takes goods off an order, before or after the money was captured. Real shops also have
-- cancellation notes that name no order (order_id and order_line_id null).
create table cancellations (
  id             bigint primary key,
  number         text not null,
  order_id       bigint references orders (id),
  customer_id    bigint references customers (id),
  currency       char(3) not null,
  channel        text not null,
  before_capture boolean not null,
  reason         text,
  cancelled_at   timestamptz not null
);
create index cancellations_order_id on cancellations (order_id);

create table cancellation_lines (
  id              bigint primary key,
  cancellation_id bigint not null references cancellations (id),
  order_line_id   bigint references order_lines (id),
  product_id      bigint not null references products (id),
  -- units taken off, > 0
  quantity        int not null,
  unit_price      numeric(12,4) not null,
  -- the share of the line's discount that goes away with these units, >= 0
  discount_amount numeric(12,2) not null default 0
);
create index cancellation_lines_order_line_id on cancellation_lines (order_line_id);

create table payments (
  id               bigint primary key,
  order_id         bigint not null references orders (id),
  kind             text not null check (kind in ('authorisation', 'capture', 'void', 'refund')),
  method           text not null,
  status           text not null check (status in ('pending', 'succeeded', 'failed')),
  amount           numeric(12,2) not null,
  currency         char(3) not null,
  processor_ref    text,
  -- card data that the shop keeps; the publication's column list never lets it out
  card_brand       text,
  card_last4       text,
  card_fingerprint text,
  created_at       timestamptz not null,
  updated_at       timestamptz not null
);
create index payments_order_id on payments (order_id);

-- Money given back. With lines: goods returned (or never sent). Without lines: cash only, for a cancellation
-- after capture (cancellation_id) or as goodwill.
create table refunds (
  id              bigint primary key,
  order_id        bigint not null references orders (id),
  payment_id      bigint references payments (id),
  cancellation_id bigint references cancellations (id),
  -- everything given back: goods + tax + shipping
  amount          numeric(12,2) not null,
  shipping_amount numeric(12,2) not null default 0,
  currency        char(3) not null,
  reason          text,
  refunded_at     timestamptz not null
);
create index refunds_order_id on refunds (order_id);

create table refund_lines (
  id            bigint primary key,
  refund_id     bigint not null references refunds (id),
  order_line_id bigint not null references order_lines (id),
  quantity      int not null,
  -- goods value given back, net of discount, without tax
  amount        numeric(12,2) not null,
  tax_amount    numeric(12,2) not null default 0,
  -- return: the goods came back; cancel: they had never been sent; no_restock: neither
  restock_type  text not null check (restock_type in ('return', 'cancel', 'no_restock'))
);
create index refund_lines_order_line_id on refund_lines (order_line_id);

create table shipments (
  id              bigint primary key,
  order_id        bigint not null references orders (id),
  carrier         text not null,
  tracking_number text,
  status          text not null check (status in ('pending', 'shipped', 'delivered', 'cancelled')),
  promised_at     timestamptz not null,
  shipped_at      timestamptz,
  delivered_at    timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null
);
create index shipments_order_id on shipments (order_id);

create table shipment_lines (
  id            bigint primary key,
  shipment_id   bigint not null references shipments (id),
  order_line_id bigint not null references order_lines (id),
  quantity      int not null
);
create index shipment_lines_order_line_id on shipment_lines (order_line_id);

-- Movements that are no orders: stock write-offs, bad-debt corrections.
create table adjustments (
  id          bigint primary key,
  reference   text not null,
  kind        text not null check (kind in ('stock', 'account')),
  product_id  bigint references products (id),
  quantity    int not null,
  amount      numeric(12,2) not null,
  currency    char(3) not null,
  note        text,
  adjusted_at timestamptz not null
);
