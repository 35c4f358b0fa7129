import type { ApiReply } from '../extract/api-profile.ts';
import { extractErrors } from '../extract/errors.ts';
import type { JsonObject } from '../extract/json.ts';
import { createProgressGuard } from '../extract/progress-guard.ts';
import type { CursorReading, ReadContext, SourcePage, SourceRecord } from '../extract/stream.ts';
import { createEdgeFilter, pageOf } from './export-page.ts';
import type { ExportClient } from './export-page.ts';
import { readCursorPage } from './shapes.ts';

interface CursorExport {
  /** `tickets` or `users`: part of the path, and the name of the rows. */
  readonly name: 'tickets' | 'users';
  /** Tells the versions of an object apart. */
  readonly versionField: string;
  /** Seconds since 1970 of a row's version; rows come in about this order. */
  readonly secondOf: (row: JsonObject) => number | undefined;
  readonly records: (row: JsonObject) => readonly SourceRecord[];
  readonly perPage: number;
}

/** What is kept between runs: the cursor, and a time not after it, for the day the cursor is not taken any more. */
interface Place {
  readonly after: string;
  readonly second: number;
}

/** "Incremental Exports" excludes what changed in the last minute. */
const lagMs = 60_000;
const hour = 3600;

/** Statuses of a cursor that Zendesk does not know. */
const cursorGone = [400, 404, 410, 422];

/** A cursor-based incremental export. It goes on from its cursor, and never from now. */
export function cursorExport(client: ExportClient, options: CursorExport): CursorReading {
  return {
    kind: 'cursor',
    pagesPerBatch: 10,
    lagMs,
    pages: (from, context) =>
      'cursor' in from
        ? resume(client, options, readPlace(options.name, from.cursor), context)
        : follow(client, options, { second: Math.floor(from.startMs / 1000) }, context),
  };
}

/** From a stored cursor; from its time where Zendesk has forgotten it. */
async function* resume(
  client: ExportClient,
  options: CursorExport,
  place: Place,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const reply = await ask(client, options, `cursor=${encodeURIComponent(place.after)}`, context, cursorGone);
  if (reply.status === 200) return yield* follow(client, options, { ...place, reply }, context);
  context.warn(
    'ZENDESK_CURSOR_GONE',
    `the cursor of ${options.name} is not known any more (status ${reply.status}): read again from its time`,
  );
  yield* follow(client, options, { second: place.second - hour }, context);
}

async function* follow(
  client: ExportClient,
  options: CursorExport,
  from: { readonly second: number; readonly after?: string; readonly reply?: ApiReply },
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const { name, secondOf, records, versionField } = options;
  const edge = createEdgeFilter(versionField);
  const guard = createProgressGuard(name);
  // Later than the horizon is refused.
  const start = `start_time=${Math.max(0, Math.min(from.second, client.horizon()))}`;
  let reply = from.reply ?? (await ask(client, options, start, context));
  let { after, second } = from;
  for (;;) {
    const page = readCursorPage(reply.body, name);
    after = page.after ?? after;
    second = Math.max(second, ...page.rows.map((row) => secondOf(row) ?? 0));
    if (page.isLast) second = Math.max(second, Math.floor(reply.sentAtMicros / 1e6) - lagMs / 1000);
    if (!page.isLast) guard.follow(mustHave(after, name), page.rows.length);
    yield pageOf(reply, edge.fresh(page.rows).flatMap(records), {
      freshToMs: second * 1000,
      isLast: page.isLast,
      ...(after === undefined ? {} : { cursor: JSON.stringify({ after, second }) }),
    });
    if (page.isLast) return;
    reply = await ask(client, options, `cursor=${encodeURIComponent(mustHave(after, name))}`, context);
  }
}

async function ask(
  { http }: ExportClient,
  { name, perPage }: CursorExport,
  where: string,
  context: ReadContext,
  accept: readonly number[] = [],
): Promise<ApiReply> {
  const path = `/api/v2/incremental/${name}/cursor.json?${where}&per_page=${perPage}`;
  return await http.request({ method: 'GET', path, purpose: `export of ${name}`, accept }, context.signal);
}

function mustHave(cursor: string | undefined, name: string): string {
  if (cursor !== undefined) return cursor;
  throw extractErrors.error('EXTRACT_CURSOR_STUCK', {
    message: `${name} has more to come, and no cursor that leads there`,
    where: name,
  });
}

function readPlace(name: string, text: string): Place {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && 'after' in value && 'second' in value) {
    return { after: String(value.after), second: Number(value.second) };
  }
  throw extractErrors.error('EXTRACT_CURSOR_INVALID', {
    message: `the cursor of ${name} is not what this version writes`,
    where: name,
  });
}
