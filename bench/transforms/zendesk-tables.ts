import { ordersIn } from './history-tables.ts';
import type { OrderTable } from './history-tables.ts';
import { draw, logColumns, oneOf } from './scale.ts';
import type { Scale } from './scale.ts';

// One order in twelve makes somebody ask. A ticket has the number of its order, and a reply and a solution.

const askedAt = 'placed_at + interval 3 day';

function tickets(scale: Scale, first: number, last: number): string {
  return `(select * from (${ordersIn(scale, first, last)}) where k % 12 = 0)`;
}

/** What a ticket's clocks say: metric, event, hours after it was opened. */
const clock = `(values (0, 'reply_time', 'activate', 0), (1, 'reply_time', 'fulfill', 5),
  (2, 'agent_work_time', 'activate', 0), (3, 'agent_work_time', 'fulfill', 30)) as clock(n, metric, event_type, hours)`;
const happenedAt = `${askedAt} + to_hours(hours)`;

/** Staging rows of the help desk's tables that belong to orders. */
export const zendeskTables: readonly OrderTable[] = [
  {
    model: 'stg_zendesk__tickets',
    times: ['created_at', 'updated_at'],
    rows: (scale, first, last) => `select k as ticket_id, k as order_id,
      1 + ${draw('k', 61, Math.ceil(scale.customers / 10))} as requester_id, 7 as assignee_id, 'web' as via_channel,
      'question' as ticket_type, 'normal' as priority, 'solved' as status, 'Where is my order' as subject,
      ${oneOf('k', 62, ['delivery', 'refund', 'product', 'payment'])} as first_tag, 'unoffered' as satisfaction_score,
      ${askedAt} as created_at, ${askedAt} + interval 30 hour as updated_at,
      ${logColumns('k', `${askedAt} + interval 30 hour`)} from ${tickets(scale, first, last)}`,
  },
  {
    model: 'stg_zendesk__ticket_metric_events',
    times: ['event_at'],
    rows: (
      scale,
      first,
      last,
    ) => `select 4 * k + n as metric_event_id, k as ticket_id, metric, 1 as instance_id,
      event_type, ${happenedAt} as event_at, false as is_deleted, ${logColumns('4 * k + n', happenedAt)}
      from ${tickets(scale, first, last)}, ${clock}`,
  },
  {
    model: 'stg_zendesk__satisfaction_ratings',
    times: ['created_at', 'updated_at'],
    rows: (scale, first, last) => `select k as rating_id, k as ticket_id, 'good' as score,
      ${askedAt} + interval 4 day as created_at, ${askedAt} + interval 4 day as updated_at,
      ${logColumns('k', `${askedAt} + interval 4 day`)} from ${tickets(scale, first, last)} where k % 48 = 0`,
  },
];
