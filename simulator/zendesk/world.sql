-- What the help desk keeps, beside the shop whose orders and customers it is about. Nothing here is captured from the
-- log by the pipeline.

-- A ticket has the key of its order. doc and comments are null until the ticket is created.
create table if not exists simulator.zendesk_ticket (
  id           bigint primary key,
  customer_id  bigint,
  facts        jsonb not null,
  next_at      timestamptz,
  created_at   timestamptz,
  -- moves with every change, the system's own too, which the ticket's updated_at does not show
  generated_at timestamptz,
  deleted_at   timestamptz,
  doc          jsonb,
  comments     jsonb
);
create index if not exists zendesk_ticket_next_at on simulator.zendesk_ticket (next_at);
create index if not exists zendesk_ticket_generated_at on simulator.zendesk_ticket (generated_at, id);
create index if not exists zendesk_ticket_customer on simulator.zendesk_ticket (customer_id);

create table if not exists simulator.zendesk_metric_event (
  id        bigint primary key,
  ticket_id bigint not null,
  at        timestamptz not null,
  doc       jsonb not null
);
create index if not exists zendesk_metric_event_at on simulator.zendesk_metric_event (at, id);
create index if not exists zendesk_metric_event_ticket on simulator.zendesk_metric_event (ticket_id);

create table if not exists simulator.zendesk_rating (
  id         bigint primary key,
  ticket_id  bigint not null,
  updated_at timestamptz not null,
  doc        jsonb not null
);
create index if not exists zendesk_rating_ticket on simulator.zendesk_rating (ticket_id);

-- Customers that were wholesale once keep their organisation.
create table if not exists simulator.zendesk_organization (
  customer_id bigint primary key,
  created_at  timestamptz not null
);

create table if not exists simulator.zendesk_user_deleted (
  user_id bigint primary key,
  at      timestamptz not null
);
