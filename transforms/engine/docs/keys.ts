import type { DataTest, Model } from '../project/model.ts';

/** A column that names a row of another model, as a relationships test says. */
export interface Reference {
  readonly column: string;
  readonly to: string;
}

/** Every reference of a model that a check holds it to. */
export function referencesOf(model: Model): Reference[] {
  return model.tests.flatMap((test) => {
    const [, to] = test.refs;
    return test.kind !== 'relationships' || test.column === undefined || to === undefined
      ? []
      : [{ column: test.column, to }];
  });
}

/** Columns that a check holds to be unique. */
export function uniqueColumns(model: Model): Set<string> {
  return new Set(model.tests.flatMap(({ kind, column }) => (kind === 'unique' && column ? [column] : [])));
}

/** The values that a check lets a column have; undefined where it may hold any. */
export function acceptedValues(tests: readonly DataTest[], column: string): string | undefined {
  const test = tests.find((each) => each.kind === 'accepted_values' && each.column === column);
  const values = test?.arguments['values'];
  return Array.isArray(values) ? values.map(String).join(', ') : undefined;
}
