-- What the simulator keeps for itself, beside the shop it writes. Nothing here is captured by the pipeline.
create schema if not exists simulator;

-- One row per thing that was done once: the backlog, the number of live starts.
create table if not exists simulator.state (
  key   text primary key,
  value jsonb not null
);

-- Keys are handed out in blocks, so that a writer never waits for another one's transaction.
create table if not exists simulator.id_block (
  table_name text primary key,
  next_id    bigint not null
);

-- What every metric should be, written in the transaction that changes it. day is the UTC day that the metric
-- is reported on, which may lie in the past.
create table if not exists simulator.truth (
  id     bigint generated always as identity primary key,
  xid    xid8 not null default pg_current_xact_id(),
  metric text not null,
  day    date not null,
  delta  bigint not null
);
create index if not exists truth_xid on simulator.truth (xid);

-- Commits of truth in log order, each with the totals up to and including it, so that reading the truth as of a
-- position is one index look-up however long the traffic has run. The backlog's commit stands at 0/0.
create table if not exists simulator.truth_commit (
  end_lsn          pg_lsn primary key,
  xid              xid8 not null,
  gmv              bigint not null,
  net_revenue      bigint not null,
  refunds          bigint not null,
  fulfilled_orders bigint not null,
  orders           bigint not null,
  order_lines      bigint not null
);

-- How far a data set has been written into the shop; committed together with the rows it counts.
create table if not exists simulator.replay_progress (
  data_set text primary key,
  rows     bigint not null,
  digest   text not null,
  last_at  timestamptz
);
