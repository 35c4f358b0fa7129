import type { ApiReply } from '../extract/api-profile.ts';
import type { HttpClient } from '../extract/http-client.ts';
import type { JsonObject } from '../extract/json.ts';
import { createProgressGuard } from '../extract/progress-guard.ts';
import type { CursorReading, ReadContext, SourcePage, SourceRecord } from '../extract/stream.ts';
import { zendeskErrors } from './errors.ts';
import { createEdgeFilter, pageOf } from './export-page.ts';
import type { ExportClient } from './export-page.ts';
import { readList } from './list.ts';
import type { ListOptions } from './list.ts';
import { microsOf } from './records.ts';
import { readTimePage } from './shapes.ts';

interface TimeExport {
  /** Part of the path, and the name of the rows. */
  readonly name: 'organizations' | 'ticket_metric_events';
  /** The field that the export goes by. */
  readonly timeField: string;
  readonly records: (row: JsonObject) => readonly SourceRecord[];
  /** Where the objects of one second are found that are more than a page. */
  readonly crowded: (second: number) => ListOptions;
  /** For that list, which has another rate limit. */
  readonly lists: HttpClient;
}

const lagMs = 60_000;

/**
 * A time-based incremental export: the next page begins at the second at which this one ended, so that objects repeat at
 * the edges. A second that holds more than a page leads back to itself for ever; its objects are read from a list.
 */
export function timeExport(client: ExportClient, options: TimeExport): CursorReading {
  return {
    kind: 'cursor',
    pagesPerBatch: 10,
    lagMs,
    pages: (from, context) => {
      const start = 'cursor' in from ? Number(from.cursor) : Math.floor(from.startMs / 1000);
      return follow(client, options, start, context);
    },
  };
}

async function* follow(
  client: ExportClient,
  options: TimeExport,
  start: number,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const { name, timeField, records } = options;
  const edge = createEdgeFilter(timeField);
  const guard = createProgressGuard(name);
  for (let second = Math.max(0, Math.min(start, client.horizon())); ;) {
    const reply = await ask(client, name, second, context);
    const page = readTimePage(reply.body, name);
    const end = Math.max(second, page.endTime ?? second);
    const isCrowded = !page.isLast && end === second && page.rows.length > 0;
    const next = isCrowded ? second + 1 : end;
    if (!page.isLast) guard.follow(String(next), page.rows.length);
    if (isCrowded) yield* readCrowded(options, second, reply, context);
    // What was seen of the last second is seen again next time: it may not have been over.
    const sentAt = Math.floor(reply.sentAtMicros / 1e6) - lagMs / 1000;
    yield pageOf(reply, edge.fresh(page.rows).flatMap(records), {
      cursor: String(next),
      freshToMs: (page.isLast ? Math.max(next, sentAt) : next) * 1000,
      isLast: page.isLast,
    });
    if (page.isLast) return;
    second = next;
  }
}

/** All objects of one second; at least those that the export showed must be among them. */
async function* readCrowded(
  { name, timeField, records, crowded, lists }: TimeExport,
  second: number,
  shown: ApiReply,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const missing = new Set(readTimePage(shown.body, name).rows.map(identityOf));
  for await (const { items, ...page } of readList(lists, crowded(second), context)) {
    const rows = items.filter((row) => Math.floor((microsOf(row[timeField]) ?? 0) / 1e6) === second);
    for (const row of rows) missing.delete(identityOf(row));
    if (rows.length > 0) yield pageOf(page, rows.flatMap(records), {});
  }
  if (missing.size === 0) return;
  throw zendeskErrors.error('ZENDESK_SECOND_TOO_FULL', {
    message: `more ${name} than a page holds are of ${new Date(second * 1000).toISOString()}, and the list lacks ${missing.size}`,
    where: name,
  });
}

/** Alike for the same row of two pages, whatever its id is. */
function identityOf(row: JsonObject): string {
  return JSON.stringify(row['id'] ?? null);
}

async function ask(
  { http }: ExportClient,
  name: string,
  second: number,
  context: ReadContext,
): Promise<ApiReply> {
  const path = `/api/v2/incremental/${name}.json?start_time=${second}`;
  return await http.request({ method: 'GET', path, purpose: `export of ${name}` }, context.signal);
}
