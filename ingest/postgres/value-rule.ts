import { compileRow } from '../pci/row-rules.ts';
import type { RowColumn, RowNotes, RowRules } from '../pci/row-rules.ts';
import type { Protection } from '../pci/protection.ts';
import type { CapturedTable } from './shop-tables.ts';

/** What is done to values of captured tables. */
export interface ValueRules {
  /** The rules of a table's columns; asked once for each shape of a table. */
  readonly of: (table: string, columns: readonly RowColumn[]) => RowRules | undefined;
  /** Awaited after the last value of a batch, before its files can be seen: keys that rules have made are durable. */
  readonly settle: () => Promise<void>;
}

/** The rules that the allow-list names, and for all other columns those that go by their type. */
export function valueRulesOf(
  source: string,
  tables: readonly CapturedTable[],
  protection: Protection,
  notes?: (table: string) => RowNotes,
): ValueRules {
  return {
    of: (name, columns) => {
      const { fields, subject } = tables.find((each) => each.table === name) ?? {};
      const rules = {
        source,
        stream: name,
        ...(fields === undefined ? {} : { fields }),
        ...(subject === undefined ? {} : { subject }),
      };
      return compileRow(rules, columns, protection, notes?.(name));
    },
    settle: () => protection.settle(),
  };
}
