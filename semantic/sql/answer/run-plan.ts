import type { Semantic } from '../../server/semantic.ts';
import type { AnswerOf } from '../../server/answers/answer.ts';
import type { Binding } from '../engine.ts';
import type { CubeFilter } from '../planner/cube-filter.ts';
import type { Leaf, PlannedSql } from '../planner/leaf.ts';
import type { Catalogue, Context, RowBytes } from '../postgres/catalogue.ts';
import { formKey } from './settings.ts';
import { judgedFilters } from './judged-filter.ts';
import { leafRows } from './leaf-rows.ts';
import type { Asking, LeafRows } from './leaf-rows.ts';

/** A statement's rows, and what they are of. */
export interface PlanAnswer {
  readonly rows: RowBytes;
  /** What each part is of. */
  readonly of: readonly AnswerOf[];
}

/** Runs a plan: asks for its leaves, and has PostgreSQL do the rest. */
export interface PlanRunner {
  readonly run: (
    catalogue: Catalogue,
    context: Context,
    resultFormats: Binding['resultFormats'],
    asking: Asking,
  ) => Promise<PlanAnswer>;
}

const mostForms = 4;

/**
 * Rows are kept with the answer that they were made of, for as long as that is kept: a statement that is asked again
 * costs what looking up its answers costs.
 */
export function createPlanRunner(
  semantic: Pick<Semantic, 'together'>,
  plan: PlannedSql,
  isTimeless: boolean,
): PlanRunner {
  const made = new WeakMap<
    object,
    Map<string, { readonly of: readonly object[]; readonly rows: RowBytes }>
  >();
  return {
    run: async (catalogue, context, resultFormats, asking) => {
      const { leaves, of } = await semantic.together((ask) => {
        const told: AnswerOf[] = [];
        return answered(plan, { ask, catalogue, context, asking, told });
      });
      const [first] = leaves;
      const form = `${formKey(context)} ${resultFormats.join()}`;
      const identities = leaves.map(({ identity }) => identity);
      const kept = first === undefined || !isTimeless ? undefined : made.get(first.identity);
      const found = kept?.get(form);
      if (found?.of.every((each, index) => each === identities[index]) === true)
        return { rows: found.rows, of };
      const parameters = leaves.map(({ json }) => Buffer.from(json));
      const rows = await catalogue.run(
        plan.sql,
        [],
        { parameters, parameterFormats: [], resultFormats },
        context,
      );
      if (first !== undefined && isTimeless) {
        const forms = kept !== undefined && kept.size < mostForms ? kept : new Map();
        made.set(first.identity, forms.set(form, { of: identities, rows }));
      }
      return { rows, of };
    },
  };
}

interface Work {
  readonly ask: Semantic['ask'];
  readonly catalogue: Catalogue;
  readonly context: Context;
  readonly asking: Asking;
  readonly told: AnswerOf[];
}

interface Answered {
  readonly leaves: readonly LeafRows[];
  readonly of: readonly AnswerOf[];
}

async function answered(plan: PlannedSql, work: Work): Promise<Answered> {
  const leaves = await Promise.all(plan.leaves.map((leaf) => answeredLeaf(leaf, work)));
  return { leaves, of: work.told };
}

async function answeredLeaf(leaf: Leaf, work: Work): Promise<LeafRows> {
  const more: CubeFilter[] = [];
  for (const { keys, query } of leaf.judged) {
    const { leaves } = await answered(query, work);
    const rows = await work.catalogue.texts(
      query.sql,
      leaves.map(({ json }) => json),
      work.context,
    );
    more.push(...judgedFilters(leaf, keys, rows));
  }
  const rows = await leafRows(work.ask, leaf, more, work.asking);
  if (rows.of !== undefined) work.told.push(rows.of);
  return rows;
}
