import { rawColumnTypes } from '../../../warehouse/raw-table.ts';
import type { Column } from '../materialize/shape.ts';
import type { FixtureRows } from './unit-fixture.ts';

/** Columns of every raw table, with types as DuckDB tells them. */
export const rawColumns: readonly Column[] = rawColumnTypes('duckdb').map(({ name, type }) => ({
  name,
  type: type.toUpperCase(),
}));

const rawNames: ReadonlySet<string> = new Set(rawColumns.map(({ name }) => name));

/**
 * Rows of a captured table as they would stand in raw. A test names the fields of the source (`order_id: 1`), which
 * become the JSON of `data`, and of the log columns only those that matter; the others get the values of one insert
 * after the other.
 */
export function rawRows(fixture: FixtureRows): FixtureRows {
  return {
    columns: rawColumns.map(({ name }) => name),
    rows: fixture.rows.map((row, index) => {
      const place = index + 1;
      const fields = Object.entries(row).filter(([name]) => !rawNames.has(name));
      const given = Object.fromEntries(Object.entries(row).filter(([name]) => rawNames.has(name)));
      return {
        data: JSON.stringify(Object.fromEntries(fields)),
        _op: 'c',
        _position: place.toString(16).toUpperCase().padStart(16, '0'),
        _ordinal: '1',
        _committed_at: '2026-01-01 00:00:00',
        _schema_id: 'test',
        _batch_id: 'test',
        _file: 'test',
        _loaded_at: '2026-01-01 00:00:00',
        ...given,
      };
    }),
  };
}
