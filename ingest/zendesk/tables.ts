import type { StreamTable } from '../extract/stream.ts';
import { each, tablesOf } from '../extract/table-rules.ts';
import type { FieldRules } from '../pci/field-rules.ts';
import type { CustomFields } from './records.ts';

// The documentation page that describes each object stands at its table. Identifiers are whole numbers and `id`; text
// that people write is `scrub` where it is of use, and `deny` where not. Comments are never asked for.

const table = tablesOf('zendesk', { id: 'number' });

/** "Tickets", section "JSON format". */
export function ticketsTable(customFields: CustomFields): StreamTable {
  return table(
    'tickets',
    {
      ...each('id requester_id submitter_id assignee_id organization_id group_id brand_id', 'id'),
      ...each('ticket_form_id problem_id custom_status_id generated_timestamp', 'id'),
      ...each(
        'external_id created_at updated_at type priority status due_at is_public has_incidents',
        'allow',
      ),
      subject: 'scrub',
      tags: ['scrub'],
      via: { channel: 'allow', source: 'deny' },
      satisfaction_rating: { id: 'id', score: 'allow', comment: 'deny', reason: 'deny', reason_id: 'id' },
      custom: Object.fromEntries(Object.values(customFields).map((name) => [name, 'allow'])),
      ...each('url raw_subject description recipient collaborator_ids follower_ids email_cc_ids', 'deny'),
      ...each('fields sharing_agreement_ids followup_ids allow_channelback allow_attachments', 'deny'),
      ...each('from_messaging_channel forum_topic_id result_type encoded_id support_type', 'deny'),
    },
    {
      created_at: 'string',
      updated_at: 'string',
      generated_timestamp: 'number',
      requester_id: 'number?',
      status: { oneOf: 'new open pending hold solved closed deleted'.split(' ') },
      priority: { oneOf: 'low normal high urgent'.split(' '), nullable: true },
      type: { oneOf: 'problem incident question task'.split(' '), nullable: true },
    },
  );
}

/** "Users", section "JSON format". The name is denied, the e-mail address becomes a token. */
const users = table(
  'users',
  {
    ...each('id organization_id default_group_id custom_role_id', 'id'),
    ...each('external_id created_at updated_at active role role_type verified suspended locale', 'allow'),
    ...each('locale_id time_zone iana_time_zone restricted_agent shared shared_agent', 'allow'),
    email: 'token:email',
    ...each(
      'name alias phone shared_phone_number photo signature details notes user_fields tags url',
      'deny',
    ),
    ...each(
      'last_login_at two_factor_auth_enabled ticket_restriction only_private_comments moderator',
      'deny',
    ),
    ...each('chat_only report_csv permanently_deleted remote_photo_url', 'deny'),
  },
  {
    created_at: 'string',
    updated_at: 'string',
    active: 'boolean',
    email: 'string?',
    role: { oneOf: ['end-user', 'agent', 'admin'], nullable: true },
  },
);

/** "Organizations", section "JSON format". */
const organizations = table(
  'organizations',
  {
    ...each('id group_id', 'id'),
    ...each('external_id created_at updated_at shared_tickets shared_comments', 'allow'),
    name: 'scrub',
    domain_names: ['allow'],
    tags: ['scrub'],
    ...each('details notes organization_fields url deleted_at', 'deny'),
  },
  { created_at: 'string', updated_at: 'string', name: 'string' },
);

const minutes: FieldRules = { calendar: 'allow', business: 'allow' };

/** "Ticket Metric Events", section "JSON format". */
const metricEvents = table(
  'ticket_metric_events',
  {
    ...each('id ticket_id instance_id', 'id'),
    ...each('metric type time deleted', 'allow'),
    status: minutes,
    sla: { target: 'allow', business_hours: 'allow', target_in_seconds: 'allow', policy: 'deny' },
    ...each('group_sla', 'deny'),
  },
  {
    ticket_id: 'number',
    time: 'string',
    metric: {
      oneOf: (
        'agent_work_time pausable_update_time periodic_update_time reply_time requester_wait_time resolution_time ' +
        'group_ownership_time'
      ).split(' '),
    },
    type: {
      oneOf: 'activate fulfill pause apply_sla apply_group_sla breach update_status measure'.split(' '),
    },
  },
);

/** "Satisfaction Ratings", section "JSON format". */
const satisfactionRatings = table(
  'satisfaction_ratings',
  {
    ...each('id ticket_id requester_id assignee_id group_id reason_id', 'id'),
    ...each('score created_at updated_at', 'allow'),
    ...each('comment reason url reason_code', 'deny'),
  },
  {
    ticket_id: 'number',
    created_at: 'string',
    updated_at: 'string',
    score: {
      oneOf: (
        'offered unoffered received received_with_comment received_without_comment good good_with_comment ' +
        'good_without_comment bad bad_with_comment bad_without_comment'
      ).split(' '),
    },
  },
);

/** Made here: what is gone, since when, and how that became known. */
const deletions: StreamTable = {
  table: 'deletions',
  key: ['id'],
  rules: {
    source: 'zendesk',
    stream: 'deletions',
    fields: { ...each('id subject_id', 'id'), ...each('subject deleted_at found_by', 'allow') },
  },
  shape: { id: 'string', subject: 'string', subject_id: 'number', found_by: 'string' },
};

export const zendeskTables = { users, organizations, metricEvents, satisfactionRatings, deletions } as const;
