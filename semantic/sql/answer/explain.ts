import type { Caller } from '../../server/access/caller.ts';
import type { Semantic } from '../../server/semantic.ts';
import { leafColumns } from '../planner/leaf-range.ts';
import type { Leaf, PlannedSql } from '../planner/leaf.ts';
import { cubeQuestion } from './cube-question.ts';

/** A plan in lines: what is asked of Cube, where each answer would come from, and what PostgreSQL does with it. */
export async function explainPlan(
  semantic: Pick<Semantic, 'originOf'>,
  { sql, leaves }: PlannedSql,
  caller: Caller,
): Promise<string[]> {
  const parts = await Promise.all(
    leaves.map((leaf, index) => explainLeaf(semantic, leaf, index + 1, caller)),
  );
  const lines = sql.split('\n').map((line) => `    ${line}`);
  return ['Over the answers, in PostgreSQL', ...lines, ...parts.flat()];
}

async function explainLeaf(
  semantic: Pick<Semantic, 'originOf'>,
  leaf: Leaf,
  number: number,
  caller: Caller,
): Promise<string[]> {
  const columns = leafColumns(leaf).map(({ name }) => name);
  const head = `  ->  $${number}: ${leaf.relation.name} (${columns.join(', ')})`;
  if (leaf.isNothing) return [`${head}, no row meets the conditions`];
  const judged = leaf.judged.flatMap(({ keys, query }) => [
    `        Values of ${keys.map(({ name }) => name).join(', ')} that pass:`,
    ...query.sql.split('\n').map((line) => `            ${line}`),
  ]);
  const { text } = cubeQuestion(leaf);
  const origin =
    leaf.judged.length === 0 ? await semantic.originOf({ text }, caller) : 'after the values are known';
  return [`${head}, from: ${origin}`, ...judged, `        Cube: ${text}`];
}
