import { quoteJson } from '../landing/raw-json.ts';
import type { FieldRule, StreamRules } from './field-rules.ts';
import { compileLeaf } from './leaf-rules.ts';
import type { LeafContext, LeafOutput, LeftOut, Scalar } from './leaf-rules.ts';
import type { FieldHit } from './projection.ts';
import type { PanHit, Protection } from './protection.ts';
import { scrubJson } from './scrub.ts';

/** A column of a table of text values, as PostgreSQL sends them. */
export interface RowColumn {
  readonly name: string;
  readonly typeOid: number;
}

/** The rules of one table's columns; what is not named goes by its type: numbers and times `id`, the rest `allow`. */
export interface TableRules extends Omit<StreamRules, 'fields' | 'subject'> {
  readonly fields?: Readonly<Record<string, FieldRule>>;
  /** Column that holds the id of the person that `subject` columns are about. */
  readonly subject?: string;
}

/** Writes values of rows of one shape under a table's rules; all of it synchronous. */
export interface RowRules {
  /** The person a row is about; to be asked once a row, and only where {@link needsSubject}. */
  readonly subjectOf: (values: readonly unknown[]) => string | undefined;
  readonly needsSubject: boolean;
  /**
   * What is written of a column's value: JSON members such as `"email":"enc1_…","email_token":"tkv2_…"`, without commas
   * around them. Empty when nothing is. Give null for null.
   */
  readonly members: (index: number, value: string | null, subject: string | undefined) => string;
  /** What a column is written as: names for `unchanged`, with types for the shape that lines are described with. */
  readonly written: (index: number) => readonly RowColumn[];
  /** Whether a column's values go on exactly as they are, so that a large one may be kept aside as it is. */
  readonly isUntouched: (index: number) => boolean;
}

/** What happened to values; called while rows are decoded, so it must only take note. */
export interface RowNotes {
  readonly hit?: (hit: FieldHit) => void;
  readonly leftOut?: (column: string, reason: LeftOut) => void;
}

/** int2, int4, int8, oid, bool, float4, float8, date, time, timetz, timestamp, timestamptz, interval, uuid. */
const neverText: ReadonlySet<number> = new Set([
  21, 23, 20, 26, 16, 700, 701, 1082, 1083, 1266, 1114, 1184, 1186, 2950,
]);
const textType = 25;
const jsonTypes: ReadonlySet<number> = new Set([114, 3802]);

/**
 * Compiles a table's rules for rows of one shape.
 *
 * ```ts
 * const rules = compileRow({ source: 'shop', stream: 'customers', subject: 'id', fields: { email: 'subject+token:email' } },
 *   relation.schema.columns, protection);
 * const subject = rules.needsSubject ? rules.subjectOf(values) : undefined;
 * const members = rules.members(index, values[index], subject); // for each value that is not undefined
 * ```
 */
export function compileRow(
  rules: TableRules,
  columns: readonly RowColumn[],
  protection: Protection,
  notes: RowNotes = {},
): RowRules {
  const subjectAt = columns.findIndex((column) => column.name === rules.subject);
  const compiled = columns.map((column) => compileColumn(rules, column, protection, notes));
  return {
    needsSubject: compiled.some((each) => each.needsSubject),
    subjectOf: (values) => {
      const id = values[subjectAt];
      return typeof id === 'string' && id !== '' ? `${rules.source}:${id}` : undefined;
    },
    members: (index, value, subject) => compiled[index]?.members(value, subject) ?? '',
    written: (index) => compiled[index]?.written ?? [],
    isUntouched: (index) => compiled[index]?.isUntouched === true,
  };
}

interface CompiledColumn {
  readonly written: readonly RowColumn[];
  readonly needsSubject: boolean;
  readonly isUntouched?: boolean;
  readonly members: (value: string | null, subject: string | undefined) => string;
}

function compileColumn(
  { fields }: TableRules,
  { name, typeOid }: RowColumn,
  protection: Protection,
  notes: RowNotes,
): CompiledColumn {
  const rule = fields?.[name] ?? (neverText.has(typeOid) ? 'id' : 'allow');
  const label = `${JSON.stringify(name)}:`;
  const hit = (_: string, hits: readonly PanHit[]): void =>
    hits.forEach((each) => notes.hit?.({ path: name, ...each }));
  if (rule === 'id')
    return {
      written: [{ name, typeOid }],
      needsSubject: false,
      isUntouched: true,
      members: (value) => label + quoteOrNull(value),
    };
  if (rule === 'allow' || rule === 'scrub') {
    const scrub = jsonTypes.has(typeOid) ? scrubJsonText : scrubText;
    const members = (value: string | null): string =>
      label + quoteOrNull(value === null ? null : scrub(value, protection, (hits) => hit(name, hits)));
    return { written: [{ name, typeOid }], needsSubject: false, members };
  }
  const outputs = compileLeaf(rule, protection).map((output) => ({
    ...output,
    label: labelOf(name, output),
  }));
  const leaveOut = (_path: string, _value: unknown, reason: LeftOut): void => notes.leftOut?.(name, reason);
  return {
    written: outputs
      .filter(({ suffix }) => suffix !== '_token_before')
      .map(({ suffix }) => ({ name: `${name}${suffix}`, typeOid: textType })),
    needsSubject: rule.startsWith('subject'),
    members: (value, subject) => {
      const context: LeafContext = { subject, leaveOut, hit };
      return outputs
        .flatMap(({ label, convert }) => memberOf(label, convert(value, name, context) as Scalar | undefined))
        .join(',');
    },
  };
}

function labelOf(name: string, { suffix }: LeafOutput): string {
  return `${JSON.stringify(`${name}${suffix}`)}:`;
}

function memberOf(label: string, value: Scalar | undefined): string[] {
  return value === undefined ? [] : [label + quoteOrNull(value === null ? null : String(value))];
}

function quoteOrNull(value: string | null): string {
  return value === null ? 'null' : quoteJson(value);
}

type OnHits = (hits: readonly PanHit[]) => void;

function scrubText(value: string, protection: Protection, onHits: OnHits): string {
  const { text, hits } = protection.scrub(value);
  if (hits.length > 0) onHits(hits);
  return text;
}

/** A number in JSON may itself be a card number, and text in its place would no longer be JSON. */
function scrubJsonText(value: string, protection: Protection, onHits: OnHits): string {
  const text = scrubText(value, protection, onHits);
  if (text === value || isJson(text)) return text;
  return JSON.stringify(scrubJson(JSON.parse(value), protection.scrub).value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
