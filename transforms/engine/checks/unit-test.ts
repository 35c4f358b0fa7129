import { describeError, ShopwaveError } from '../../../lib/errors.ts';
import type { Row, Warehouse } from '../../../warehouse/warehouse.ts';
import { describeQuery } from '../materialize/shape.ts';
import type { Column } from '../materialize/shape.ts';
import type { Fixture, Project, UnitTest } from '../project/model.ts';
import { columnTypes } from './column-types.ts';
import { describeDifference } from './unit-diff.ts';
import { fixtureRows, fixtureSelect, isSame, mustKnow, plainSql } from './unit-fixture.ts';
import { brokenFixture, invalidFixture, unitStatement, whereOf } from './unit-statement.ts';
import type { UnitWork } from './unit-statement.ts';

/** The outcome of one unit test. */
export interface UnitTestResult {
  readonly uniqueId: string;
  readonly name: string;
  readonly model: string;
  /** error: the test could not be run, by its own fault or the model's. */
  readonly status: 'pass' | 'fail' | 'error';
  /** The difference between what was expected and what came, or the error; undefined for a pass. */
  readonly message: string | undefined;
  /** The statement that gave the rows; empty when it could not be made. */
  readonly sql: string;
  /** Milliseconds. */
  readonly milliseconds: number;
}

/** Which unit tests to run, and on what. */
export interface UnitTestInput {
  readonly project: Project;
  readonly tests: readonly UnitTest[];
  /** Opens an empty DuckDB in memory: nothing of the platform's warehouse is read or written. */
  readonly openScratch: () => Promise<Warehouse>;
}

/** Runs unit tests one after the other on one scratch warehouse. Fixtures are part of each statement; no table is made. */
export async function runUnitTests({
  project,
  tests,
  openScratch,
}: UnitTestInput): Promise<UnitTestResult[]> {
  if (tests.length === 0) return [];
  const scratch = await openScratch();
  try {
    const typesOf = columnTypes(project, scratch);
    const results: UnitTestResult[] = [];
    for (const test of tests) results.push(await runOne({ project, scratch, typesOf, test }));
    return results;
  } finally {
    await scratch.close();
  }
}

async function runOne(work: UnitWork): Promise<UnitTestResult> {
  const { uniqueId, name, model } = work.test;
  const started = performance.now();
  const result = (
    status: UnitTestResult['status'],
    message: string | undefined,
    sql: string,
  ): UnitTestResult => ({
    uniqueId,
    name,
    model,
    status,
    message,
    sql,
    milliseconds: performance.now() - started,
  });
  let sql = '';
  try {
    sql = await unitStatement(work);
    const difference = await compare(work, sql);
    return result(difference === undefined ? 'pass' : 'fail', difference, sql);
  } catch (error) {
    return result('error', describeError(await blamed(work, error)), sql);
  }
}

/** What the warehouse refused has the statement for its place; people look for the test. */
async function blamed(work: UnitWork, error: unknown): Promise<unknown> {
  if (!(error instanceof ShopwaveError) || !error.code.startsWith('WAREHOUSE_')) return error;
  const fixture = await brokenFixture(work);
  if (fixture !== undefined) return fixture;
  const kind = { summary: '', remedy: error.remedy, retryable: error.retryable };
  return new ShopwaveError(error.code, kind, {
    message: error.message,
    where: whereOf(work.test),
    cause: error,
  });
}

/** Undefined when the rows are those expected; compared on the columns that the expectation names, as text. */
async function compare({ scratch, test }: UnitWork, sql: string): Promise<string | undefined> {
  const where = whereOf(test);
  const all = await describeQuery(scratch, sql, '');
  const columns = await expectedColumns(scratch, test.expect, all, where);
  const expected = await readExpected(scratch, test.expect, columns, where);
  const actual = await readText(scratch, sql, columns);
  return describeDifference(
    columns.map(({ name }) => name),
    expected,
    actual,
  );
}

/** An expectation of no rows names no columns, and then all are compared. */
async function expectedColumns(
  scratch: Warehouse,
  fixture: Fixture,
  all: readonly Column[],
  where: string,
): Promise<readonly Column[]> {
  const names =
    fixture.format === 'sql'
      ? (await describeQuery(scratch, plainSql(fixture.text), '')).map(({ name }) => name)
      : fixtureRows(fixture, where).columns;
  mustKnow(names, all, where);
  return names.length === 0 ? all : all.filter(({ name }) => names.some((each) => isSame(each, name)));
}

async function readExpected(
  scratch: Warehouse,
  fixture: Fixture,
  columns: readonly Column[],
  where: string,
): Promise<Row[]> {
  const select = expectedSelect(fixture, columns, where);
  try {
    return await readText(scratch, select, columns);
  } catch (error) {
    throw invalidFixture('the expected rows', where, error);
  }
}

/** Expected values take the types of the model, so that 5, '5' and 5.00 are the same amount of money. */
function expectedSelect(fixture: Fixture, columns: readonly Column[], where: string): string {
  if (fixture.format !== 'sql') return fixtureSelect(fixture, columns, where);
  const list = columns.map(({ name, type }) => `cast("${name}" as ${type}) as "${name}"`).join(', ');
  return `select ${list} from (\n${plainSql(fixture.text)}\n) as expected`;
}

async function readText(scratch: Warehouse, sql: string, columns: readonly Column[]): Promise<Row[]> {
  const list = columns.map(({ name }) => `cast("${name}" as varchar) as "${name}"`).join(', ');
  return await scratch.query(`select ${list} from (\n${sql}\n) as rows_read`);
}
