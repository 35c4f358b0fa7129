import { apiTime } from './api-rows.ts';
import type { ApiEntry, Fields } from './api-rows.ts';

function zendesk(table: string, position: number, data: Fields): ApiEntry {
  const at = apiTime(position);
  return { source: 'zendesk', table, op: 'u', position, data: { created_at: at, updated_at: at, ...data } };
}

export function zendeskTicket(position: number, id: number, change: Fields = {}): ApiEntry {
  return zendesk('tickets', position, {
    id,
    external_id: null,
    requester_id: 1,
    assignee_id: null,
    organization_id: null,
    via: { channel: 'web' },
    type: 'question',
    priority: 'normal',
    status: 'open',
    subject: 'S',
    tags: ['delivery'],
    satisfaction_rating: { score: 'unoffered' },
    ...change,
  });
}

export function zendeskUser(position: number, id: number, change: Fields = {}): ApiEntry {
  return zendesk('users', position, {
    id,
    external_id: null,
    email_token: `em_${id}`,
    role: 'end-user',
    active: true,
    organization_id: null,
    ...change,
  });
}

export function zendeskMetricEvent(
  position: number,
  id: number,
  ticketId: number,
  change: Fields = {},
): ApiEntry {
  return zendesk('ticket_metric_events', position, {
    id,
    ticket_id: ticketId,
    metric: 'reply_time',
    instance_id: 1,
    type: 'fulfill',
    time: apiTime(position),
    ...change,
  });
}
