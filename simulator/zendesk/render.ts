import type { JsonObject } from '../saas/json.ts';
import { orderFieldId, remarkFieldId } from './ids.ts';
import { scrubbedText } from './ticket-life.ts';
import type { Comment, Rating, Ticket } from './ticket-life.ts';
import { topics } from './vocabulary.ts';

/** Text that a test puts into a free-text field, named `Type.field`; nothing leaves the field as it is. */
export type Plant = (path: string) => string | undefined;

/** What rendering needs besides the record. */
export interface View {
  readonly plant: Plant;
  readonly baseUrl: string;
}

/** A ticket without its comments and metric events, as it is kept. */
export type TicketDoc = Omit<Ticket, 'comments' | 'metricEvents'>;

/** A time as the API writes it. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A ticket of the incremental export. */
export function ticketJson(doc: TicketDoc, { plant, baseUrl }: View): JsonObject {
  const topic = topics[doc.topic];
  const text = (path: string, usual: string): string =>
    doc.isScrubbed ? scrubbedText : (plant(path) ?? usual);
  const subject = text('Ticket.subject', topic?.subject ?? '');
  const remark = doc.isScrubbed ? null : (plant('Ticket.custom_fields') ?? null);
  const planted = plant('Ticket.tags');
  return {
    url: `${baseUrl}/api/v2/tickets/${doc.id}.json`,
    id: doc.id,
    external_id: String(doc.facts.orderId),
    via: { channel: doc.via, source: { from: {}, to: {}, rel: null } },
    created_at: timeOf(doc.createdAt),
    updated_at: timeOf(doc.updatedAt),
    generated_timestamp: Math.floor(doc.generatedAt / 1000),
    type: 'question',
    subject,
    raw_subject: subject,
    description: text('Ticket.description', topic?.text ?? ''),
    priority: doc.priority,
    status: doc.status,
    recipient: null,
    requester_id: doc.requesterId,
    submitter_id: doc.requesterId,
    assignee_id: doc.assigneeId,
    organization_id: doc.organizationId,
    group_id: 1,
    collaborator_ids: [],
    follower_ids: [],
    email_cc_ids: [],
    problem_id: null,
    has_incidents: false,
    is_public: true,
    due_at: null,
    tags: doc.isScrubbed ? [] : [topic?.tag ?? '', ...(planted === undefined ? [] : [planted])],
    custom_fields: [
      { id: orderFieldId, value: String(doc.facts.orderId) },
      { id: remarkFieldId, value: remark },
    ],
    fields: [
      { id: orderFieldId, value: String(doc.facts.orderId) },
      { id: remarkFieldId, value: remark },
    ],
    satisfaction_rating:
      doc.rating === null ? { score: 'unoffered' } : { score: doc.rating.score, id: doc.id * 10 + 1 },
    brand_id: 1,
    ticket_form_id: 1,
    allow_channelback: false,
    allow_attachments: true,
    from_messaging_channel: false,
  };
}

/** A comment of a ticket; the planted text stands in a customer's words. */
export function commentJson(comment: Comment, doc: TicketDoc, { plant }: View): JsonObject {
  const body = doc.isScrubbed ? scrubbedText : (plant('Comment.body') ?? comment.text);
  const fileName = plant('Attachment.file_name');
  return {
    id: comment.id,
    type: 'Comment',
    author_id: comment.authorId,
    body,
    html_body: `<div class="zd-comment">${body}</div>`,
    plain_body: body,
    public: comment.isPublic,
    attachments:
      fileName === undefined
        ? []
        : [{ id: comment.id, file_name: fileName, content_type: 'image/png', size: 1024 }],
    audit_id: comment.id,
    via: { channel: doc.via },
    created_at: timeOf(comment.at),
    metadata: { system: {}, custom: {} },
  };
}

/** A rating of a ticket. */
export function ratingJson(
  row: { readonly id: number; readonly ticket: TicketDoc; readonly rating: Rating },
  { plant, baseUrl }: View,
): JsonObject {
  const { id, ticket, rating } = row;
  return {
    url: `${baseUrl}/api/v2/satisfaction_ratings/${id}.json`,
    id,
    assignee_id: ticket.assigneeId,
    group_id: 1,
    requester_id: ticket.requesterId,
    ticket_id: ticket.id,
    score: rating.score,
    comment: rating.score === 'offered' ? null : (plant('SatisfactionRating.comment') ?? null),
    reason: rating.score === 'bad' ? 'The issue took too long to resolve' : null,
    created_at: timeOf(rating.createdAt),
    updated_at: timeOf(rating.updatedAt),
  };
}
