import { defaultTestConfig } from '../project/properties.ts';
import { builtInName } from '../project/macros.ts';
import { cadenceOf, keyingOf } from '../project/model.ts';
import type { DataTest, Model } from '../project/model.ts';
import { uniqueKeyOf } from './keys.ts';

const plainName = /^[a-z_][a-z0-9_]*$/i;

/**
 * What a model's keys promise, checked even where nobody declared it, and not twice where somebody did. A unique key has
 * no nulls and no duplicates. A touch key has no nulls: a row without one is in a table that is built whole, and no
 * change of its inputs would ever find it again.
 */
export function implicitTests(project: string, model: Model): DataTest[] {
  return [...uniqueKeyTests(project, model), ...touchKeyTests(project, model)];
}

function uniqueKeyTests(project: string, model: Model): DataTest[] {
  const { materialization } = model;
  // delete+insert replaces all rows of a key, which may be several and may lack it.
  if (materialization.kind === 'incremental' && materialization.strategy === 'delete+insert') return [];
  const key = uniqueKeyOf(model);
  if (key.length === 0 || !key.every((column) => plainName.test(column))) return [];
  const tests: DataTest[] = [];
  if (!key.every((column) => isDeclared(model, 'not_null', [column])))
    tests.push(implicit(project, model, 'unique_key_not_null', 'not_null', key));
  const kind = key.length === 1 ? 'unique' : 'unique_combination_of_columns';
  if (!isDeclared(model, kind, key)) tests.push(implicit(project, model, 'unique_key_unique', kind, key));
  return tests;
}

function touchKeyTests(project: string, model: Model): DataTest[] {
  const touchKey = keyingOf(model)?.touchKey;
  if (touchKey === undefined || !plainName.test(touchKey) || uniqueKeyOf(model).includes(touchKey)) return [];
  if (isDeclared(model, 'not_null', [touchKey])) return [];
  return [implicit(project, model, 'touch_key_not_null', 'not_null', [touchKey])];
}

/** Short names of implicit checks; the model's name follows them in the whole name. */
const names = ['unique_key_not_null', 'unique_key_unique', 'touch_key_not_null'] as const;

function implicit(
  project: string,
  model: Model,
  name: (typeof names)[number],
  kind: string,
  key: readonly string[],
): DataTest {
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
      cadenceOf(test.config) === undefined &&
      errorIf === defaultTestConfig.errorIf &&
      tested.length === columns.length &&
      columns.every((column) => tested.includes(column))
    );
  });
}

/** Short name of a check: what it says, without the model's name; or the name that its entry gives it. */
export function shortName(test: DataTest): string {
  if (test.ownName !== undefined) return test.ownName;
  const implicitName = names.find((name) => test.uniqueId.endsWith(`.${name}_${test.attachedTo.name}`));
  if (implicitName !== undefined) return implicitName;
  const of = testedTexts(test).map((text) => text.replaceAll(/[^0-9a-zA-Z_]+/g, '_'));
  return [builtInName(test.kind), ...of].join('_');
}

/** The columns that a test is about, as written; none where it is about its model. */
function testedTexts({ column, arguments: args }: DataTest): readonly string[] {
  const columns = column ?? args['column_name'] ?? args['combination_of_columns'] ?? [];
  return [columns].flat().map(String).filter(Boolean);
}
