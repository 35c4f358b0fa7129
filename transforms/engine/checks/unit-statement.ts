import { messageOf } from '../../../lib/errors.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import type { CompileScope } from '../compile/compile.ts';
import { renderStatement } from '../materialize/statement.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { storedInputs } from '../project/laws.ts';
import type { Model, Project, UnitTest } from '../project/model.ts';
import { allSources, inContext } from './column-types.ts';
import type { ColumnTypes } from './column-types.ts';
import { checkErrors } from './errors.ts';
import { rawColumns, rawRows } from './raw-fixture.ts';
import { fixtureRows, fixtureSelect, valuesSelect } from './unit-fixture.ts';

/** One unit test, and what it is run with. */
export interface UnitWork {
  readonly project: Project;
  readonly scratch: Warehouse;
  readonly typesOf: ColumnTypes;
  readonly test: UnitTest;
}

/** The model's statement over its fixtures, which stand before it as common table expressions. */
export async function unitStatement(work: UnitWork): Promise<string> {
  const { test } = work;
  const project = withGivenEphemerals(work.project, test);
  mustReadWhatIsGiven(project, test);
  const fixtures = await Promise.all(test.given.map((given) => fixtureOf(work, given)));
  const { touched, macros } = touchedKeys(test);
  const expressions = [
    ...fixtures,
    ...(touched === undefined ? [] : [`unit_touched as (select unnest([${touched}]) as touch_key)`]),
  ];
  const scope: CompileScope = {
    dialect: work.scratch.capabilities.dialect,
    relation: (name) => mustBeGiven(test, 'model', name),
    source: (name) => mustBeGiven(test, 'source', name),
    isIncremental: macros['is_incremental'] === true,
    self: 'unit_this',
    overrides: { ...test.overrides, macros },
    ...(touched === undefined ? {} : { touched: 'unit_touched' }),
  };
  const sql = await renderStatement(project, test.model, scope);
  return inContext(expressions, sql);
}

/** An ephemeral parent whose rows are given is read, not inlined. */
function withGivenEphemerals(project: Project, test: UnitTest): Project {
  const given = test.given.flatMap(({ input }) => (input.kind === 'model' ? [input.name] : []));
  const stored = given.flatMap((name): Array<[string, Model]> => {
    const model = project.models.get(name);
    return model?.materialization.kind === 'ephemeral'
      ? [[name, { ...model, materialization: { kind: 'view' } }]]
      : [];
  });
  return stored.length === 0 ? project : { ...project, models: new Map([...project.models, ...stored]) };
}

function mustReadWhatIsGiven(project: Project, test: UnitTest): void {
  const models = storedInputs(project, test.model);
  const sources = allSources(project, test.model);
  for (const { input } of test.given) {
    if (input.kind === 'this') continue;
    const known = input.kind === 'model' ? models : sources;
    if (known.includes(input.name)) continue;
    const near = nearest(input.name, known);
    throw checkErrors.error('UNIT_TEST_INPUT_UNKNOWN', {
      message: `${test.model} does not read ${input.name}${near === undefined ? '' : `; did you mean ${near}?`}`,
      where: whereOf(test),
    });
  }
}

function mustBeGiven(test: UnitTest, kind: 'model' | 'source', name: string): string {
  const isGiven = test.given.some(({ input }) => input.kind === kind && input.name === name);
  if (isGiven) return fixtureName(name);
  throw checkErrors.error('UNIT_TEST_INPUT_MISSING', {
    message: `unit test ${test.name} gives no rows for ${name}`,
    where: whereOf(test),
  });
}

/** The first fixture that the warehouse does not take by itself, as an error at its test. */
export async function brokenFixture(work: UnitWork): Promise<Error | undefined> {
  const { test, scratch } = work;
  for (const given of test.given) {
    try {
      const name = given.input.kind === 'this' ? 'unit_this' : fixtureName(given.input.name);
      await scratch.query(inContext([await fixtureOf(work, given)], `select * from ${name}`));
    } catch (error) {
      const input = given.input.kind === 'this' ? 'this' : given.input.name;
      return invalidFixture(`the rows given for ${input}`, whereOf(test), error);
    }
  }
  return undefined;
}

/** Rows that the warehouse does not take; of what it says the first line, without the statement. */
export function invalidFixture(what: string, where: string, cause: unknown): Error {
  const [line = ''] = messageOf(cause).split('\n');
  return checkErrors.error('UNIT_TEST_FIXTURE_INVALID', { message: `${what}: ${line}`, where, cause });
}

async function fixtureOf({ typesOf, test }: UnitWork, given: UnitTest['given'][number]): Promise<string> {
  const { input, fixture } = given;
  const where = whereOf(test);
  if (input.kind === 'source') {
    const select =
      fixture.format === 'sql'
        ? fixtureSelect(fixture, rawColumns, where)
        : valuesSelect(rawRows(fixtureRows(fixture, where)), rawColumns, where);
    return `${fixtureName(input.name)} as (${select})`;
  }
  const name = input.kind === 'this' ? test.model : input.name;
  const columns = fixture.format === 'sql' ? [] : await typesOf(name);
  const relation = input.kind === 'this' ? 'unit_this' : fixtureName(name);
  return `${relation} as (${fixtureSelect(fixture, columns, where)})`;
}

function fixtureName(name: string): string {
  return `unit_${name.replaceAll(/[^a-zA-Z0-9_]/g, '__')}`;
}

/** A list under `overrides.macros.touched` are the keys that touched() asks for; without it a model is computed whole. */
function touchedKeys({ overrides }: UnitTest): {
  readonly touched: string | undefined;
  readonly macros: Readonly<Record<string, unknown>>;
} {
  const { touched, ...macros } = overrides.macros;
  if (!Array.isArray(touched)) return { touched: undefined, macros: overrides.macros };
  const literals = touched.map((key) =>
    typeof key === 'number' ? String(key) : `'${String(key).replaceAll("'", "''")}'`,
  );
  return { touched: literals.join(', '), macros };
}

/** Where a unit test stands: its file and line. */
export function whereOf(test: UnitTest): string {
  return `${test.file}:${test.line}`;
}
