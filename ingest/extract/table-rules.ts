import type { FieldRules } from '../pci/field-rules.ts';
import type { ObjectShape, StreamTable } from './stream.ts';

/** The same rule for several fields: names separated by blanks. */
export function each(names: string, rule: FieldRules[string]): FieldRules {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}

/** Makes the tables of a source whose objects are known by their id, and have all of a shape in common. */
export function tablesOf(
  source: string,
  common: ObjectShape,
): (table: string, fields: FieldRules, shape: ObjectShape) => StreamTable {
  return (table, fields, shape) => ({
    table,
    key: ['id'],
    rules: { source, stream: table, fields },
    shape: { ...common, ...shape },
  });
}
