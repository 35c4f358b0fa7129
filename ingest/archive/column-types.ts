import type { RowSchema } from '../landing/manifest.ts';
import { fixedColumns } from './parquet-engine.ts';
import type { ParquetColumn } from './parquet-engine.ts';

/** PostgreSQL's object ids of types whose text another engine may give back unchanged; whether it does is tried. */
const typeOfOid: Readonly<Record<number, string>> = {
  16: 'boolean',
  20: 'bigint',
  21: 'smallint',
  23: 'integer',
  700: 'real',
  701: 'double',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  2950: 'uuid',
};

const numericOid = 1700;
const widestDecimal = 38;
const ours = new Set<string>([...fixedColumns, '_keys', '_data']);

/**
 * The columns of rows of these schemas with the types to try, or undefined where the rows have none: objects of an API,
 * and names that differ only in case, which Parquet's readers take for one.
 */
export function columnsOf(schemas: readonly RowSchema[]): ParquetColumn[] | undefined {
  const types = new Map<string, string>();
  for (const column of schemas.flatMap((schema) => schema.columns)) {
    if (!('typeOid' in column)) return undefined;
    const type = typeOf(column);
    const before = types.get(column.name) ?? type;
    types.set(column.name, before === type ? type : 'text');
  }
  const names = [...types.keys()].map((name) => name.toLowerCase());
  const isAmbiguous = new Set(names).size < names.length || names.some((name) => ours.has(name));
  if (isAmbiguous || types.size === 0) return undefined;
  return [...types].map(([name, type]) => ({ name, type }));
}

function typeOf({ typeOid, typeModifier }: { typeOid: number; typeModifier: number }): string {
  if (typeOid !== numericOid) return typeOfOid[typeOid] ?? 'text';
  // numeric(p, s) is kept as ((p << 16) | s) + 4; s is an eleven-bit number that may be negative.
  const precision = (typeModifier - 4) >> 16;
  const scale = (((typeModifier - 4) & 0x7ff) ^ 1024) - 1024;
  const isDecimal = typeModifier >= 4 && precision <= widestDecimal && scale >= 0 && scale <= precision;
  return isDecimal ? `decimal(${precision},${scale})` : 'text';
}
