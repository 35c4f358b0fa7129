import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readGolden } from '../../semantic/golden/golden-file.ts';
import type { GoldenTest } from '../../semantic/golden/golden-file.ts';
import { runGolden, unaskedMetrics } from '../../semantic/golden/run.ts';
import type { GoldenResult } from '../../semantic/golden/run.ts';
import { readTexts } from '../../semantic/validate/read-texts.ts';
import { packageRoot } from '../config.ts';
import { cliErrors } from '../errors.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import { inGoldenWorld } from './golden-world.ts';

/** What `metrics test` is told. */
export interface TestInput {
  /** The folder with cubes/ and views/. */
  readonly modelFolder: string;
  /** The folder of the golden files; left out, `golden` beside the model, else the product's. */
  readonly goldenFolder: string | undefined;
  /** Only tests that ask for one of these. */
  readonly metrics: readonly string[];
}

/** `metrics test`: asks the golden queries of the model as its files are, on the seeded shop. */
export async function testMetrics(input: TestInput): Promise<OperationResult> {
  const all = await goldenTestsFor(input.modelFolder, input.goldenFolder);
  const tests = all.filter(({ query }) => isWanted(query.metrics, input.metrics));
  const files = await readTexts(input.modelFolder);
  return inGoldenWorld(async (bench) => {
    const tried = await bench.open(input.modelFolder, files);
    const results = await runGolden(tried, tests);
    const isWhole = input.metrics.length === 0;
    const unasked = isWhole ? unaskedMetrics(tried.model.model, tests) : [];
    return resultOf(results, [
      ...results.map((result) => rowOf(result)),
      ...unasked.map(({ name, where }) => ({
        test: name,
        result: 'missing',
        where: path.join(input.modelFolder, where),
        difference: 'it says `tests: golden`, and no golden query asks for it',
      })),
    ]);
  });
}

interface TestRow {
  readonly test: string;
  readonly result: string;
  readonly where: string;
  readonly difference: string | null;
  readonly [column: string]: string | null;
}

function rowOf({ test, differences }: GoldenResult): TestRow {
  const isPassed = differences.length === 0;
  return {
    test: test.what,
    result: isPassed ? 'passed' : 'failed',
    where: test.where,
    difference: isPassed ? null : differences.join('; '),
  };
}

function resultOf(results: readonly GoldenResult[], rows: readonly TestRow[]): OperationResult {
  const bad = rows.filter(({ result }) => result !== 'passed');
  const [first] = bad;
  return rowsResult(rows, {
    columns: ['test', 'result', 'where', 'difference'],
    notes: [`${rows.length - bad.length} of ${results.length} golden queries have the expected answer`],
    failure:
      first === undefined
        ? undefined
        : cliErrors.error('CLI_METRIC_TESTS_FAILED', {
            message: `${bad.length} fail; the first, ${first.test}: ${first.difference}`,
            where: first.where,
          }),
  });
}

function isWanted(asked: readonly string[], wanted: readonly string[]): boolean {
  return (
    wanted.length === 0 ||
    asked.some((each) => wanted.some((name) => each === name || each.endsWith(`.${name}`)))
  );
}

/** The golden tests of a model, in a folder that is named or in the one that goes with it. */
export async function goldenTestsFor(modelFolder: string, named?: string): Promise<readonly GoldenTest[]> {
  return readAll(named ?? (await besideOf(modelFolder)));
}

/** An analyst's own model may bring its own; the product's ask for the product's metrics. */
async function besideOf(modelFolder: string): Promise<string> {
  const own = path.join(path.dirname(modelFolder), 'golden');
  const files = await goldenFiles(own);
  return files.length > 0 ? own : path.join(packageRoot, 'semantic', 'golden');
}

async function readAll(folder: string): Promise<readonly GoldenTest[]> {
  const names = await goldenFiles(folder);
  if (names.length === 0) {
    throw cliErrors.error('CLI_FILE_UNREADABLE', {
      message: 'there is no golden file (*.yml) here',
      where: folder,
    });
  }
  const all = await Promise.all(names.map((name) => readGolden(path.join(folder, name))));
  return all.flat();
}

async function goldenFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /\.ya?ml$/.test(name)).toSorted();
}
