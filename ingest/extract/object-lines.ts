import { createHash } from 'node:crypto';
import { ShopwaveError } from '../../lib/errors.ts';
import type { BatchWriter } from '../landing/batch-writer.ts';
import { quarantineTable } from '../landing/load.ts';
import type { RowSchema } from '../landing/manifest.ts';
import { closeLine, lineHead } from '../landing/raw-json.ts';
import type { LineStamp } from '../landing/raw-json.ts';
import { compileProjection } from '../pci/projection.ts';
import type { FieldHit, Projected, Projection } from '../pci/projection.ts';
import type { Protection } from '../pci/protection.ts';
import type { DriftNotes } from './drift.ts';
import { holdsUnsafe } from './json.ts';
import type { JsonObject } from './json.ts';
import { findShapeChanges } from './shape.ts';
import type { FieldShape, SourcePage, SourceRecord, StreamTable } from './stream.ts';
import { findUnsafe, rounded, spelledOut } from './unsafe-numbers.ts';

/** Turns objects as the API sent them into raw lines of what may be kept of them. */
export interface ObjectLines {
  readonly write: (page: SourcePage, batch: BatchWriter, notes: BatchNotes) => void;
}

/** What is noted while a batch is written. */
export interface BatchNotes {
  readonly drift: DriftNotes;
  /** A card number was found in a table's field, and replaced. */
  readonly hit: (table: string, hits: readonly FieldHit[]) => void;
}

interface CompiledTable {
  readonly table: StreamTable;
  readonly project: Projection;
  readonly schemaId: string;
  readonly schema: RowSchema;
}

interface Place {
  readonly batch: BatchWriter;
  readonly stamp: LineStamp;
  readonly ord: number;
}

const quarantineColumns = ['table', 'key', 'reason', 'column', 'bytes', 'sha256'];
const quarantineSchema: RowSchema = {
  table: quarantineTable,
  columns: quarantineColumns.map((name) => ({ name, type: name === 'bytes' ? 'number' : 'string' })),
};
const quarantineSchemaId = schemaIdOf(quarantineSchema);

/** Compiles the rules of a stream's tables, once. */
export function createObjectLines(tables: readonly StreamTable[], protection: Protection): ObjectLines {
  const compiled = new Map(tables.map((table) => [table.table, compile(table, protection)]));
  return {
    write: (page, batch, notes) => {
      for (const [index, record] of page.records.entries()) {
        const table = compiled.get(record.table);
        if (table === undefined) throw new Error(`${record.table} is not a table of the stream`);
        const micros = record.versionMicros ?? page.sentAtMicros;
        const stamp = { pos: positionOfMicros(micros), at: isoOfMicros(micros) };
        const place = { batch, stamp, ord: page.sentAtMicros + index };
        if (holdsUnsafe(record.object)) writeUnsafe(table, record, place, notes);
        else writeRecord(table, record, place, notes);
      }
    },
  };
}

/** Text order of positions is time order. */
export function positionOfMicros(micros: number): string {
  return micros.toString(16).toUpperCase().padStart(16, '0');
}

/** Microseconds since 1970 as ISO 8601 UTC. */
export function isoOfMicros(micros: number): string {
  const iso = new Date(Math.floor(micros / 1000)).toISOString();
  return `${iso.slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`;
}

/**
 * An object with a number that cannot be held exactly: it is set aside if anything of that number would be kept, since
 * what reads the table expects a number of its size. Nothing else is lost with it: not its page, not its window.
 */
function writeUnsafe(table: CompiledTable, record: SourceRecord, place: Place, notes: BatchNotes): void {
  const { rules, key: names, table: name } = table.table;
  const keyFields = pick(record.object, names);
  // Of a deletion only the key is written.
  const column = findUnsafe(record.op === 'd' ? keyFields : record.object, rules);
  if (column === undefined) {
    return writeRecord(table, { ...record, object: rounded(record.object) }, place, notes);
  }
  const key = keyOf(table, table.project(spelledOut(keyFields)));
  const known = key === undefined ? null : JSON.stringify(key);
  quarantine(place, { table: name, key: known, reason: 'number_unsafe', column });
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
}

function writeRecord(table: CompiledTable, record: SourceRecord, place: Place, notes: BatchNotes): void {
  const name = table.table.table;
  const isDeletion = record.op === 'd';
  const findings = isDeletion ? [] : findShapeChanges(record.object, table.table.shape);
  const projected = table.project(record.object);
  const key = keyOf(table, projected);
  if (!isDeletion) {
    notes.drift.noteShape(name, findings);
    notes.drift.noteUnknown(name, projected.unknown);
    if (projected.hits.length > 0) notes.hit(name, projected.hits);
  }
  const fatal = findings.find((each) => each.isFatal);
  if (key === undefined) return quarantine(place, { table: name, key: null, reason: 'no key', column: null });
  if (fatal !== undefined) {
    const reason = `${fatal.kind.replaceAll('_', ' ')}: ${fatal.type}`;
    return quarantine(place, { table: name, key: JSON.stringify(key), reason, column: fatal.path });
  }
  const line = lineOf(table, record.op, isDeletion ? key : projected.data, place);
  if (typeof line === 'string') {
    place.batch.describe(table.schemaId, table.schema);
    place.batch.add(name, line, 1, place.stamp.pos);
    return;
  }
  quarantine(place, { table: name, key: JSON.stringify(key), reason: 'too large', column: null, ...line });
}

function lineOf(
  table: CompiledTable,
  op: SourceRecord['op'],
  data: Projected['data'],
  { stamp, ord }: Place,
): string | { readonly bytes: number; readonly sha256: string } {
  const json = JSON.stringify(data);
  try {
    return closeLine(lineHead(op, stamp, ord, table.schemaId) + json.slice(1, -1), table.table.table);
  } catch (error) {
    if (!(error instanceof ShopwaveError) || error.code !== 'LANDING_LINE_TOO_LARGE') throw error;
    return { bytes: Buffer.byteLength(json), sha256: createHash('sha256').update(json).digest('hex') };
  }
}

interface Quarantined {
  readonly table: string;
  readonly key: string | null;
  readonly reason: string;
  readonly column: string | null;
  readonly bytes?: number;
  readonly sha256?: string;
}

/** One object that cannot go on does not hold up the others. */
function quarantine({ batch, stamp, ord }: Place, row: Quarantined): void {
  const json = JSON.stringify({ ...row, bytes: row.bytes ?? null, sha256: row.sha256 ?? null });
  batch.describe(quarantineSchemaId, quarantineSchema);
  const line = lineHead('c', stamp, ord, quarantineSchemaId) + json.slice(1, -1);
  batch.add(quarantineTable, closeLine(line, quarantineTable), 1, stamp.pos);
}

/** The key as it may be kept: identifiers, never what a person wrote. */
function keyOf({ table }: CompiledTable, { data }: Projected): Projected['data'] | undefined {
  const pairs = table.key.map((name) => [name, data[name]] as const);
  const isWhole = pairs.every(
    ([, value]) => (typeof value === 'string' && value !== '') || typeof value === 'number',
  );
  return isWhole ? (Object.fromEntries(pairs) as Projected['data']) : undefined;
}

function compile(table: StreamTable, protection: Protection): CompiledTable {
  const columns = Object.keys(table.rules.fields).map((name) => ({
    name,
    type: typeName(table.shape[name]),
  }));
  const schema: RowSchema = { table: table.table, columns };
  return { table, project: compileProjection(table.rules, protection), schema, schemaId: schemaIdOf(schema) };
}

function typeName(shape: FieldShape | undefined): string {
  if (shape === undefined) return 'json';
  return typeof shape === 'string' ? shape.replace('?', '') : 'string';
}

function schemaIdOf(schema: RowSchema): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16);
}
