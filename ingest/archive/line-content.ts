import { hash } from 'node:crypto';
import { archiveErrors } from './errors.ts';
import { fixedColumns } from './parquet-engine.ts';
import type { ParquetColumn, ParquetLayout, ParquetRow } from './parquet-engine.ts';

/** A raw line in parts, each as the text in which it was landed; `data` is JSON text. */
export interface LineContent {
  readonly op: string;
  readonly pos: string;
  readonly ord: string;
  readonly at: string;
  readonly schema: string;
  /** JSON list, or null. */
  readonly unchanged: string | null;
  readonly data: string;
}

interface Line {
  readonly op: string;
  readonly pos: string;
  readonly ord: number;
  readonly at: string;
  readonly schema: string;
  readonly unchanged?: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

/** Checked by hand: it is done for each of hundreds of millions of lines, and a schema's parser takes most of the time. */
const fieldChecks: Readonly<Record<keyof Line, (value: unknown) => boolean>> = {
  op: isText,
  pos: isText,
  ord: Number.isSafeInteger,
  at: isText,
  schema: isText,
  unchanged: (value) => Array.isArray(value) && value.every(isText),
  data: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const required = ['op', 'pos', 'ord', 'at', 'schema', 'data'] as const;
const beforeData = ',"data":';

/** Rows whose every second field is absent at random would otherwise fill the memory. */
const maximumPlans = 1_000;

/** Reads a landed line; a field that it does not know would be lost, so it is refused. */
export function parseLine(text: string, where: string): Line {
  const value = parseObject(text);
  const isKnown = (name: string): boolean =>
    Object.hasOwn(fieldChecks, name) && fieldChecks[name as keyof Line](value?.[name]);
  const strange = value === undefined ? 'the line' : Object.keys(value).find((name) => !isKnown(name));
  const lacking = required.find((name) => value === undefined || !Object.hasOwn(value, name));
  if (strange === undefined && lacking === undefined) return value as unknown as Line;
  // The line itself holds rows; it is named by its file.
  const message =
    strange === undefined ? `it has no ${lacking}` : `${strange} is none that the platform writes`;
  throw archiveErrors.error('ARCHIVE_LINE_INVALID', { message, where });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** What a landed line holds; every character of its data counts. */
export function contentOfLine(text: string, where: string): LineContent {
  const data = text.slice(text.indexOf(beforeData) + beforeData.length, -1);
  return { ...fixedParts(parseLine(text, where)), data };
}

/** Reads lines whose values alone count, by name; undefined where one is neither text nor null, or has no column. */
export function columnsReader(
  columns: ReadonlySet<string>,
): (text: string, where: string) => LineContent | undefined {
  const plans: Plans<string> = new Map();
  return (text, where) => {
    const line = parseLine(text, where);
    const { data } = line;
    const names = Object.keys(data);
    for (const name of names) {
      const value = data[name];
      if (!columns.has(name) || (value !== null && typeof value !== 'string')) return undefined;
    }
    const plan = planned(plans, JSON.stringify(names), () => sorted(names.map((name) => [name, name])));
    return { ...fixedParts(line), data: renderFields(plan, (name) => data[name]) };
  };
}

function fixedParts({ op, pos, ord, at, schema, unchanged }: Line): Omit<LineContent, 'data'> {
  const list = unchanged === undefined ? null : JSON.stringify(unchanged);
  return { op, pos, ord: String(ord), at, schema, unchanged: list };
}

/** Reads rows of one compacted file; fields in the order in which they were landed, or by name, as they are hashed. */
export function rowReader(
  layout: ParquetLayout,
  columns: readonly ParquetColumn[],
  order: 'landed' | 'hashed',
): (row: ParquetRow) => LineContent {
  const places = new Map(columns.map(({ name }, index) => [name, fixedColumns.length + 1 + index]));
  const plans: Plans<number> = new Map();
  const planOfRow = (keys: string): Plan<number> =>
    planned(plans, keys, () => {
      const fields = (JSON.parse(keys) as string[]).map((name) => [name, places.get(name) ?? -1] as const);
      return order === 'hashed' ? sorted(fields) : fields;
    });
  return (row) => {
    const [, , op, pos, ord, at, schema, unchanged] = row;
    const list = unchanged ?? null;
    const rest = row[fixedColumns.length] ?? '';
    return {
      op: op ?? '',
      pos: pos ?? '',
      ord: ord ?? '',
      at: at ?? '',
      schema: schema ?? '',
      unchanged: list === null ? null : JSON.stringify(JSON.parse(list)),
      data: layout === 'document' ? rest : renderFields(planOfRow(rest), (place) => row[place] ?? null),
    };
  };
}

/** The line as text again, ready to be loaded. */
export function renderLine({ op, pos, ord, at, schema, unchanged, data }: LineContent): string {
  const text = [op, pos, at, schema].map((value) => JSON.stringify(value));
  const list = unchanged === null ? '' : `,"unchanged":${unchanged}`;
  return `{"op":${text[0]},"pos":${text[1]},"ord":${ord},"at":${text[2]},"schema":${text[3]}${list}${beforeData}${data}}\n`;
}

/** By name, so that it does not matter in which order they were written. */
function sorted<T>(fields: ReadonlyArray<readonly [string, T]>): Array<readonly [string, T]> {
  return fields.toSorted(([left], [right]) => (left < right ? -1 : Number(left > right)));
}

/** In which order fields are written, each with its name as JSON and where its value is found. */
type Plan<Place> = ReadonlyArray<{ readonly label: string; readonly place: Place }>;
type Plans<Place> = Map<string, Plan<Place>>;

/** Rows of a table have few combinations of fields: how to put each together is thought out once. */
function planned<Place>(
  plans: Plans<Place>,
  key: string,
  fields: () => ReadonlyArray<readonly [string, Place]>,
): Plan<Place> {
  const known = plans.get(key);
  if (known !== undefined) return known;
  const plan = fields().map(([name, place]) => ({ label: `${JSON.stringify(name)}:`, place }));
  if (plans.size < maximumPlans) plans.set(key, plan);
  return plan;
}

function renderFields<Place>(plan: Plan<Place>, valueAt: (place: Place) => unknown): string {
  let text = '{';
  for (const { label, place } of plan)
    text += `${text.length === 1 ? '' : ','}${label}${JSON.stringify(valueAt(place))}`;
  return `${text}}`;
}

const modulus = 1n << 128n;

/** A hash of many lines that does not depend on their order, though on how often each is there. */
export class ContentHash {
  rows = 0;
  private sum = 0n;

  add({ op, pos, ord, at, schema, unchanged, data }: LineContent, key: string): void {
    // JSON text has no line feeds, so that no two rows have one text.
    const text = `${JSON.stringify([key, op, pos, ord, at, schema])}\n${unchanged ?? ''}\n${data}`;
    const digest = hash('sha256', text, 'buffer');
    this.sum = (this.sum + ((digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8))) % modulus;
    this.rows += 1;
  }

  /** 32 hex digits. */
  digest(): string {
    return this.sum.toString(16).padStart(32, '0');
  }
}
