import { z } from 'zod';
import type { JsonObject, JsonValue } from '../extract/json.ts';
import { isJsonObject } from '../extract/json.ts';
import { zendeskErrors } from './errors.ts';

// What every page must have, by hand from the documentation at developer.zendesk.com. Fields of objects are checked one
// object at a time by the tables' shapes, so that one odd object does not hold up its page.

/** "Incremental Exports", section "Cursor-based Pagination JSON Format". */
const cursorExport = z.looseObject({
  after_cursor: z.string().nullable(),
  end_of_stream: z.boolean(),
});

/** "Incremental Exports", section "Time-based Pagination JSON Format"; older endpoints have no `end_of_stream`. */
const timeExport = z.looseObject({
  end_time: z.int().nonnegative().nullable(),
  count: z.int().nonnegative(),
  end_of_stream: z.boolean().optional(),
});

/** "Pagination", section "Using cursor pagination". */
const cursorList = z.looseObject({
  meta: z.looseObject({ has_more: z.boolean(), after_cursor: z.string().nullish() }),
});

/** A page of a cursor-based incremental export. */
interface CursorPage {
  readonly rows: readonly JsonObject[];
  /** Where the next page or the next export begins. */
  readonly after: string | undefined;
  readonly isLast: boolean;
}

/** A page of a time-based incremental export. */
interface TimePage {
  readonly rows: readonly JsonObject[];
  /** Seconds since 1970 at which the next page or the next export begins. */
  readonly endTime: number | undefined;
  readonly isLast: boolean;
}

/** A page of a list. */
interface ListPage {
  readonly items: readonly JsonObject[];
  readonly next: string | undefined;
}

/** A page that is not the last of a time-based export has so many items, where nothing says more. */
const fullPage = 1000;

export function readCursorPage(body: JsonValue, rows: string): CursorPage {
  const page = parse(cursorExport, body, rows);
  return { rows: rowsOf(body, rows), after: page.after_cursor ?? undefined, isLast: page.end_of_stream };
}

export function readTimePage(body: JsonValue, rows: string): TimePage {
  const page = parse(timeExport, body, rows);
  return {
    rows: rowsOf(body, rows),
    endTime: page.end_time ?? undefined,
    isLast: page.end_of_stream ?? page.count < fullPage,
  };
}

export function readListPage(body: JsonValue, rows: string): ListPage {
  const { meta } = parse(cursorList, body, rows);
  const next = meta.has_more ? (meta.after_cursor ?? undefined) : undefined;
  if (meta.has_more && next === undefined) throw shapeUnknown(rows, 'meta.after_cursor is missing');
  return { items: rowsOf(body, rows), next };
}

function rowsOf(body: JsonValue, name: string): readonly JsonObject[] {
  const rows = isJsonObject(body) ? body[name] : undefined;
  if (Array.isArray(rows)) return rows.filter((each: JsonValue) => isJsonObject(each));
  throw shapeUnknown(name, `${name} is no list`);
}

function parse<Shape extends z.ZodType>(shape: Shape, body: JsonValue, where: string): z.infer<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  // Paths and kinds only: zod's own messages may quote what was found.
  const issues = parsed.error.issues.map(({ path, code }) => `${path.join('.')} (${code})`);
  throw shapeUnknown(where, issues.join(', '));
}

function shapeUnknown(where: string, what: string): Error {
  return zendeskErrors.error('ZENDESK_SHAPE_UNKNOWN', { message: `a page of ${where}: ${what}`, where });
}
