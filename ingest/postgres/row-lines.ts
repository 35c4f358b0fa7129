import { closeLine, lineHead, quoteJson } from '../landing/raw-json.ts';
import type { LineStamp } from '../landing/raw-json.ts';
import type { RowSchema } from '../landing/manifest.ts';
import type { RawLine } from '../landing/raw-line.ts';
import type { OversizeShelf, OversizeValue } from './oversize.ts';
import type { TupleValue } from './pgoutput.ts';
import { schemaIdOf } from './relation.ts';
import type { CapturedRelation } from './relation.ts';

/** Where lines go: the batch writer, seen from here. */
export interface LineSink {
  readonly add: (table: string, lines: string, rows: number, position: string) => void;
  readonly describe: (schemaId: string, schema: RowSchema) => void;
}

/** What a line is besides its values. */
export interface LineOf {
  readonly op: RawLine['op'];
  readonly stamp: LineStamp;
  readonly ord: number;
  readonly unchanged?: readonly string[];
}

/** Table, in the source's own batches, of values that a row had to go on without. */
export const quarantineTable = '_quarantine';

const textOid = 25;
const quarantineColumns = ['table', 'key', 'column', 'reason', 'bytes', 'sha256', 'object'] as const;
const quarantineSchema: RowSchema = {
  table: quarantineTable,
  columns: quarantineColumns.map((name) => ({ name, typeOid: textOid, typeModifier: -1 })),
};
const quarantineSchemaId = schemaIdOf(quarantineSchema);

/** A warehouse takes 16 MiB in one piece; the rest is room for a line's head and for what rules add. */
const maximumRowBytes = 16_600_000;

/** Writes one line, and one of the quarantine for each value that the row goes on without. */
export function writeRow(
  sink: LineSink,
  shelf: OversizeShelf,
  relation: CapturedRelation,
  line: LineOf,
  given: readonly TupleValue[],
): void {
  const values = fitRow(shelf, relation, given);
  const head = lineHead(line.op, line.stamp, line.ord, relation.schemaId, line.unchanged);
  sink.describe(relation.schemaId, relation.schema);
  const text = closeLine(head + rowJson(relation, values), relation.table);
  sink.add(relation.table, text, 1, line.stamp.pos);
  // Walked by hand: this runs for every change.
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value === 'object' && value !== null) quarantine(sink, relation, line, values, index, value);
  }
}

/** The inside of a JSON object. Values that are undefined are left out, those too large for a row are null. */
export function rowJson({ labels, rules }: CapturedRelation, values: readonly TupleValue[]): string {
  const subject = rules?.needsSubject === true ? rules.subjectOf(values) : undefined;
  let json = '';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    const label = labels[index];
    if (value === undefined || label === undefined) continue;
    const text = typeof value === 'string' ? value : null;
    const members =
      rules === undefined
        ? label + (text === null ? 'null' : quoteJson(text))
        : rules.members(index, text, subject);
    if (members === '') continue;
    json += json === '' ? members : `,${members}`;
  }
  return json;
}

/** A row as it fits into one line: while it does not, its largest value is put away. */
function fitRow(
  shelf: OversizeShelf,
  relation: CapturedRelation,
  given: readonly TupleValue[],
): readonly TupleValue[] {
  let characters = 0;
  for (const value of given) if (typeof value === 'string') characters += value.length;
  // JSON makes at most six bytes of a character.
  return characters * 6 < maximumRowBytes ? given : fitLargeRow(shelf, relation, given);
}

function fitLargeRow(
  shelf: OversizeShelf,
  relation: CapturedRelation,
  given: readonly TupleValue[],
): readonly TupleValue[] {
  const values = [...given];
  const sizes = values.map((value) =>
    typeof value === 'string' ? Buffer.byteLength(JSON.stringify(value)) : 0,
  );
  for (let total = sizes.reduce((sum, size) => sum + size, 0); total > maximumRowBytes;) {
    const largest = sizes.indexOf(Math.max(...sizes));
    const value = values[largest];
    if (typeof value !== 'string') break;
    values[largest] = shelf.keep(value, relation.rules?.isUntouched(largest) !== false);
    total -= sizes[largest] ?? 0;
    sizes[largest] = 0;
  }
  return values;
}

function quarantine(
  sink: LineSink,
  relation: CapturedRelation,
  line: LineOf,
  values: readonly TupleValue[],
  index: number,
  { bytes, sha256, object }: OversizeValue,
): void {
  const key = relation.key.map((at) => (typeof values[at] === 'string' ? values[at] : null));
  const column = relation.columns[index] ?? '';
  const fields = [relation.table, JSON.stringify(key), column, 'oversize', String(bytes), sha256, object];
  const json = quarantineColumns.map((name, at) => {
    const value = fields[at];
    return `"${name}":${typeof value === 'string' ? quoteJson(value) : 'null'}`;
  });
  sink.describe(quarantineSchemaId, quarantineSchema);
  const head = lineHead('c', line.stamp, line.ord, quarantineSchemaId);
  sink.add(quarantineTable, closeLine(head + json.join(','), quarantineTable), 1, line.stamp.pos);
}
