import type { Clock } from '../../lib/clock.ts';
import type { HttpClient } from '../extract/http-client.ts';
import type { JsonObject } from '../extract/json.ts';
import type {
  ReadContext,
  ReadWindow,
  SourcePage,
  SourceRecord,
  StreamDefinition,
  Window,
} from '../extract/stream.ts';
import { cursorExport } from './cursor-export.ts';
import { pageOf } from './export-page.ts';
import { readList } from './list.ts';
import {
  deletedTicketRecords,
  generatedSecond,
  microsOf,
  plainRecords,
  ticketRecords,
  userRecords,
} from './records.ts';
import type { CustomFields } from './records.ts';
import { ticketsTable, zendeskTables } from './tables.ts';
import { timeExport } from './time-export.ts';

export interface ZendeskStreamsOptions {
  /** For the incremental exports, which have a rate limit of their own. */
  readonly exports: HttpClient;
  readonly lists: HttpClient;
  readonly clock: Clock;
  readonly customFields: CustomFields;
  /** Objects of a page of the cursor-based exports. */
  readonly perPage?: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The streams of a Zendesk account. Building them sends nothing. */
export function zendeskStreams(options: ZendeskStreamsOptions): readonly StreamDefinition[] {
  const { exports: http, lists, clock, customFields, perPage = 1000 } = options;
  const client = { http, horizon: () => Math.floor(clock.now().getTime() / 1000) - 61 };
  const { users, organizations, metricEvents, satisfactionRatings, deletions } = zendeskTables;
  const tickets = ticketsTable(customFields);
  const window = { kind: 'window', lagMs: minuteMs } as const;
  return [
    {
      stream: 'tickets',
      tables: [tickets, deletions],
      reading: cursorExport(client, {
        name: 'tickets',
        versionField: 'generated_timestamp',
        secondOf: generatedSecond,
        records: ticketRecords(customFields),
        perPage,
      }),
    },
    {
      stream: 'users',
      tables: [users, deletions],
      reading: cursorExport(client, {
        name: 'users',
        versionField: 'updated_at',
        secondOf: (row) => secondsOf(microsOf(row['updated_at'])),
        records: userRecords,
        perPage,
      }),
    },
    {
      stream: 'organizations',
      tables: [organizations],
      reading: timeExport(client, {
        name: 'organizations',
        timeField: 'updated_at',
        records: plainRecords('organizations', 'updated_at'),
        crowded: () => ({ path: '/api/v2/organizations.json', rows: 'organizations' }),
        lists,
      }),
    },
    {
      stream: 'ticket_metric_events',
      tables: [metricEvents],
      reading: timeExport(client, {
        name: 'ticket_metric_events',
        timeField: 'time',
        records: plainRecords('ticket_metric_events', 'time'),
        // "Ticket Metric Events": the same endpoint, in cursor pagination.
        crowded: (second) => ({
          path: '/api/v2/incremental/ticket_metric_events.json',
          rows: 'ticket_metric_events',
          query: `start_time=${second}`,
        }),
        lists: http,
      }),
    },
    {
      stream: 'satisfaction_ratings',
      tables: [satisfactionRatings],
      reading: { ...window, windowMs: 90 * dayMs, overlapMs: 10 * minuteMs, pages: readRatings(lists) },
      // A rating that was offered is given, and changed, days later.
      reconcile: { kind: 'window', lookbackMs: 30 * dayMs },
    },
    {
      stream: 'deleted_tickets',
      tables: [tickets, deletions],
      reading: {
        ...window,
        windowMs: 30 * dayMs,
        overlapMs: 10 * minuteMs,
        // "Tickets", section "List Deleted Tickets": thirty days; the export of tickets has shown them before.
        forgetsAfterMs: 30 * dayMs,
        pages: readDeletedTickets(lists),
      },
    },
  ];
}

/** "Satisfaction Ratings", section "List Satisfaction Ratings". */
function readRatings(http: HttpClient): ReadWindow {
  return ({ fromMs, toMs }, context) => {
    const query = `start_time=${Math.floor(fromMs / 1000)}&end_time=${Math.ceil(toMs / 1000)}`;
    const options = { path: '/api/v2/satisfaction_ratings.json', rows: 'satisfaction_ratings', query };
    return listed(http, options, plainRecords('satisfaction_ratings', 'updated_at'), () => true, context);
  };
}

/** The list is not filtered by time, but holds only thirty days. */
function readDeletedTickets(http: HttpClient): ReadWindow {
  return (window, context) => {
    const options = { path: '/api/v2/deleted_tickets.json', rows: 'deleted_tickets' };
    return listed(http, options, deletedTicketRecords, (row) => isWithin(row['deleted_at'], window), context);
  };
}

async function* listed(
  http: HttpClient,
  options: Parameters<typeof readList>[1],
  records: (row: JsonObject) => readonly SourceRecord[],
  isWanted: (row: JsonObject) => boolean,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  for await (const { items, ...page } of readList(http, options, context)) {
    yield pageOf(page, items.filter(isWanted).flatMap(records), {});
  }
}

/** A time that cannot be read is for the table's shape to judge. */
function isWithin(time: JsonObject[string] | undefined, { fromMs, toMs }: Window): boolean {
  const micros = microsOf(time);
  return micros === undefined || (micros >= fromMs * 1000 && micros < toMs * 1000);
}

function secondsOf(micros: number | undefined): number | undefined {
  return micros === undefined ? undefined : Math.floor(micros / 1e6);
}
