import { defaultTestConfig } from '../project/properties.ts';
import { builtInName } from '../project/macros.ts';
import type { DataTest, Model } from '../project/model.ts';
import { uniqueKeyOf } from './keys.ts';

const plainName = /^[a-z_][a-z0-9_]*$/i;

/**
 * A model with a unique key promises that it is one: no nulls, no duplicates. Checked even where nobody declared it,
 * and not twice where somebody did.
 */
export function implicitTests(project: string, model: Model): DataTest[] {
  const { materialization } = model;
  // delete+insert replaces all rows of a key, which may be several and may lack it.
  if (materialization.kind === 'incremental' && materialization.strategy === 'delete+insert') return [];
  const key = uniqueKeyOf(model);
  if (key.length === 0 || !key.every((column) => plainName.test(column))) return [];
  const tests: DataTest[] = [];
  if (!key.every((column) => isDeclared(model, 'not_null', [column])))
    tests.push(implicit(project, model, 'not_null', key));
  const kind = key.length === 1 ? 'unique' : 'unique_combination_of_columns';
  if (!isDeclared(model, kind, key)) tests.push(implicit(project, model, kind, key));
  return tests;
}

/** Name of an implicit check, by the generic check behind it. */
const names: Readonly<Record<string, string>> = {
  not_null: 'unique_key_not_null',
  unique: 'unique_key_unique',
  unique_combination_of_columns: 'unique_key_unique',
};

function implicit(project: string, model: Model, kind: string, key: readonly string[]): DataTest {
  const name = names[kind] ?? kind;
  return {
    name: `${name}_${model.name}`,
    uniqueId: `test.${project}.${name}_${model.name}`,
    kind,
    attachedTo: { kind: 'model', name: model.name },
    column: key.length === 1 ? key[0] : undefined,
    arguments: key.length === 1 ? {} : { combination_of_columns: key },
    refs: [model.name],
    sources: [],
    config: defaultTestConfig,
    file: model.file,
    line: 1,
  };
}

/** A declared check that only warns, or looks at some of the rows, does not keep the promise. */
function isDeclared(model: Model, kind: string, columns: readonly string[]): boolean {
  return model.tests.some((test) => {
    const { severity, where, limit, errorIf } = test.config;
    const tested = testedTexts(test);
    return (
      builtInName(test.kind) === kind &&
      severity === 'error' &&
      where === undefined &&
      limit === undefined &&
      errorIf === defaultTestConfig.errorIf &&
      tested.length === columns.length &&
      columns.every((column) => tested.includes(column))
    );
  });
}

/** Short name of a check: what it says, without the model's name; or the name that its entry gives it. */
export function shortName(test: DataTest): string {
  if (test.ownName !== undefined) return test.ownName;
  if (test.uniqueId.endsWith(`.unique_key_not_null_${test.attachedTo.name}`)) return 'unique_key_not_null';
  if (test.uniqueId.endsWith(`.unique_key_unique_${test.attachedTo.name}`)) return 'unique_key_unique';
  const of = testedTexts(test).map((text) => text.replaceAll(/[^0-9a-zA-Z_]+/g, '_'));
  return [builtInName(test.kind), ...of].join('_');
}

/** The columns that a test is about, as written; none where it is about its model. */
function testedTexts({ column, arguments: args }: DataTest): readonly string[] {
  const columns = column ?? args['column_name'] ?? args['combination_of_columns'] ?? [];
  return [columns].flat().map(String).filter(Boolean);
}
