import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import type { TriedModel } from '../server/workbench.ts';
import type { Model } from '../validate/model.ts';
import { differences } from './compare.ts';
import type { GoldenTest } from './golden-file.ts';

/** One golden query, asked. */
export interface GoldenResult {
  readonly test: GoldenTest;
  /** What its answer is other than expected; none when it passed. */
  readonly differences: readonly string[];
}

/** Asks every golden query; one that cannot be answered is told beside the others. */
export async function runGolden(
  tried: Pick<TriedModel, 'queryMetrics'>,
  tests: readonly GoldenTest[],
): Promise<readonly GoldenResult[]> {
  const results: GoldenResult[] = [];
  for (const test of tests) results.push({ test, differences: await ask(tried, test) });
  return results;
}

async function ask(
  { queryMetrics }: Pick<TriedModel, 'queryMetrics'>,
  { query, rows }: GoldenTest,
): Promise<readonly string[]> {
  const keys = [...(query.grain === undefined ? [] : ['date']), ...(query.by ?? [])];
  try {
    return differences(rows, (await queryMetrics(query)).rows, keys);
  } catch (error) {
    const code = error instanceof ShopwaveError ? `${error.code}: ` : '';
    return [`it cannot be answered: ${code}${messageOf(error)}`];
  }
}

/** A metric that says under `tests` that golden queries pin it, and none asks for it. */
export interface Unasked {
  readonly name: string;
  /** Where it is written, relative to the model folder. */
  readonly where: string;
}

export function unaskedMetrics({ cubes, views }: Model, tests: readonly GoldenTest[]): readonly Unasked[] {
  const asked = new Set(tests.flatMap(({ query }) => query.metrics));
  return views.flatMap((view) =>
    view.exposed.flatMap(({ name, cube, member }) => {
      const measure = cubes.get(cube)?.measures.get(member);
      const isPinned = measure?.value.meta?.tests.includes('golden') === true;
      if (measure === undefined || !isPinned || asked.has(name) || asked.has(`${view.name}.${name}`))
        return [];
      return [{ name, where: measure.at('name') }];
    }),
  );
}
