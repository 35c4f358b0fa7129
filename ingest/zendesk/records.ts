import type { JsonObject, JsonValue } from '../extract/json.ts';
import { isJsonObject } from '../extract/json.ts';
import type { SourceRecord } from '../extract/stream.ts';

/** Custom fields that are taken: the field's id, and the name it gets. All others are left out. */
export type CustomFields = Readonly<Record<string, string>>;

/** Microseconds since 1970 of an ISO time; undefined where it is none, which is for the table's shape to judge. */
export function microsOf(value: JsonValue | undefined): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms * 1000;
}

/** The last second that an ISO time of four digits a year can name. */
const lastSecond = 253_402_300_799;

/** Seconds since 1970 of a ticket's last change of any kind; undefined where it is no moment, but some other number. */
export function generatedSecond(ticket: JsonObject): number | undefined {
  const second = ticket['generated_timestamp'];
  const isMoment = Number.isInteger(second) && Number(second) >= 0 && Number(second) <= lastSecond;
  return isMoment ? Number(second) : undefined;
}

/**
 * A ticket. Its version is `generated_timestamp`, which moves with every change, also with those of the system that
 * leave `updated_at` alone. A deleted one comes once more, with the status `deleted`.
 */
export function ticketRecords(customFields: CustomFields): (ticket: JsonObject) => SourceRecord[] {
  return (ticket) => {
    const generated = generatedSecond(ticket);
    const version = generated === undefined ? microsOf(ticket['updated_at']) : generated * 1e6;
    if (ticket['status'] !== 'deleted') {
      const { custom_fields: fields, ...rest } = ticket;
      return [record('tickets', { ...rest, custom: pick(fields, customFields) }, version)];
    }
    return deletionRecords('tickets', ticket['id'], version, 'status');
  };
}

/** A ticket of the list of deleted ones, which holds them for thirty days. Times are whole seconds. */
export function deletedTicketRecords(ticket: JsonObject): SourceRecord[] {
  const at = microsOf(ticket['deleted_at']);
  return deletionRecords('tickets', ticket['id'], at === undefined ? undefined : at + 999_999, 'list');
}

/** A user; one that was deleted stays, without most of its data and not `active`. */
export function userRecords(user: JsonObject): SourceRecord[] {
  const version = microsOf(user['updated_at']);
  const own = record('users', user, version);
  return user['active'] === false ? [own, deletionRow('users', user['id'], version, 'inactive')] : [own];
}

export function plainRecords(table: string, versionField: string): (row: JsonObject) => SourceRecord[] {
  return (row) => [record(table, row, microsOf(row[versionField]))];
}

function deletionRecords(
  table: string,
  id: JsonValue | undefined,
  version: number | undefined,
  foundBy: string,
): SourceRecord[] {
  return [
    { ...record(table, { id: id ?? null }, version), op: 'd' },
    deletionRow(table, id, version, foundBy),
  ];
}

/** Since when something is gone, and how it became known. */
function deletionRow(
  subject: string,
  id: JsonValue | undefined,
  version: number | undefined,
  found_by: string,
): SourceRecord {
  const deleted_at = version === undefined ? null : new Date(Math.floor(version / 1000)).toISOString();
  const subject_id = typeof id === 'number' ? id : null;
  const object = { id: `${subject}/${String(subject_id)}`, subject, subject_id, deleted_at, found_by };
  return record('deletions', object, version);
}

function record(table: string, object: JsonObject, versionMicros: number | undefined): SourceRecord {
  return { table, op: 'u', object, ...(versionMicros === undefined ? {} : { versionMicros }) };
}

/** Custom fields come as a list of ids and values. */
function pick(fields: JsonValue | undefined, wanted: CustomFields): JsonObject {
  const found = Array.isArray(fields) ? fields.filter((each: JsonValue) => isJsonObject(each)) : [];
  const values = new Map(found.map((each) => [JSON.stringify(each['id']), each['value'] ?? null]));
  return Object.fromEntries(Object.entries(wanted).map(([id, name]) => [name, values.get(id) ?? null]));
}
