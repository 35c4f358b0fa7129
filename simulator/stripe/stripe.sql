-- What makes the shop's tables readable as a Stripe account: chances that follow from keys alone, and one index for
-- each order that lists are read in. Safe to run again.

create schema if not exists simulator;

-- 0 .. sides - 1, always the same for a key.
create or replace function simulator.stripe_dice(salt text, id bigint, sides int) returns int
  language sql immutable parallel safe
  return ('x' || substr(md5(salt || id::text), 1, 7))::bit(28)::int % sides;

-- When a captured payment is disputed, if it is one that ever will be: mostly within weeks, some months, a few years later.
-- Hours do not depend on the time zone, which is all that makes adding an interval less than immutable.
create or replace function simulator.stripe_disputed_at(id bigint, captured_at timestamptz) returns timestamptz
  language sql immutable parallel safe
  return captured_at + make_interval(
    hours => 24 * case
      when simulator.stripe_dice('delay', id, 10) < 7 then 5 + simulator.stripe_dice('weeks', id, 40)
      when simulator.stripe_dice('delay', id, 10) < 9 then 60 + simulator.stripe_dice('months', id, 60)
      else 200 + simulator.stripe_dice('years', id, 600)
    end,
    secs => simulator.stripe_dice('second', id, 86400));

-- When a customer asks to be deleted, if it is one that ever will.
create or replace function simulator.stripe_deleted_at(id bigint, created_at timestamptz) returns timestamptz
  language sql immutable parallel safe
  return created_at + make_interval(
    hours => 24 * (30 + simulator.stripe_dice('leave', id, 400)),
    secs => simulator.stripe_dice('second', id, 86400));

create index if not exists simulator_stripe_payments on payments (kind, created_at, id)
  where method in ('card', 'apple_pay');
create index if not exists simulator_stripe_disputes
  on payments (simulator.stripe_disputed_at(id, created_at), id)
  where kind = 'capture' and method in ('card', 'apple_pay') and simulator.stripe_dice('dispute', id, 250) = 0;
create index if not exists simulator_stripe_customers on customers (created_at, id) where email is not null;
create index if not exists simulator_stripe_customers_updated on customers (updated_at, id)
  where email is not null and updated_at > created_at;
create index if not exists simulator_stripe_customers_deleted
  on customers (simulator.stripe_deleted_at(id, created_at), id)
  where email is not null and simulator.stripe_dice('deleted', id, 100) = 0;
