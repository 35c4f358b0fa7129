import type { Node } from '@pgsql/types';
import type { Semantic } from '../../server/semantic.ts';
import type { Binding } from '../engine.ts';
import { positionOf } from '../parse.ts';
import { selectOf } from '../planner/ast.ts';
import { computable, isMomentName, isTimeless, withValues } from '../planner/constants.ts';
import type { ConstantValue } from '../planner/constants.ts';
import type { Leaf, PlannedSql } from '../planner/leaf.ts';
import { planStatement, readsRelations } from '../planner/plan.ts';
import { Refusal, refused } from '../planner/refusal.ts';
import type { Catalogue, Context, Description } from '../postgres/catalogue.ts';
import { SqlError } from '../sql-error.ts';
import type { Profile } from './profiles.ts';
import { createBoundedMap } from './bounded-map.ts';
import { sharingOf } from './catalogue-answers.ts';
import type { Sharing } from './catalogue-answers.ts';
import { parameterValues, withParameters } from './parameters.ts';
import { createPlanRunner } from './run-plan.ts';
import type { PlanRunner } from './run-plan.ts';

/** A statement as PostgreSQL and the planner understand it, for everybody who sees the same. */
export interface Understood {
  readonly profile: Profile;
  readonly text: string;
  readonly description: Description;
  /** Answered by the catalogue alone: it reads no relation, or no row of any. */
  readonly isOfCatalogue: boolean;
  /** With whom the catalogue's answer is shared. */
  readonly sharing: Sharing;
  readonly planOf: (binding: Binding, context: PlanContext) => Promise<Planned>;
}

export interface Planned {
  readonly plan: PlannedSql;
  readonly runner: PlanRunner;
}

/** Whose constants and whose time zone a plan is of. */
export interface PlanContext {
  readonly own: Context;
  readonly shared: Context;
  readonly isUtc: boolean;
}

const mostPlans = 50;

/** Asks PostgreSQL what a statement takes and gives. Throws SqlError as PostgreSQL words it, with the position. */
export async function understand(
  semantic: Pick<Semantic, 'together'>,
  profile: Profile,
  statement: { readonly node: Node; readonly text: string },
  types: readonly number[],
  shared: Context,
): Promise<Understood> {
  const { node, text } = statement;
  const catalogue = await profile.catalogue();
  const description = await catalogue.describe(text, types, shared);
  const isOfCatalogue = !readsRelations(node, profile.relations) || readsNoRow(node);
  const isLasting = isTimeless(node, catalogue.facts);
  const plans = createBoundedMap<Promise<Planned>>(mostPlans);
  return {
    profile,
    text,
    description,
    isOfCatalogue,
    sharing: sharingOf(node, catalogue.facts),
    planOf: (binding, context) => {
      const make = (): Promise<Planned> =>
        makePlan(semantic, profile, { node, text, description }, binding, context);
      // What moves with time, or with who asks, is planned each time.
      if (
        !isLasting ||
        binding.parameters.some((each) => each !== null && isMomentName(each.toString('utf8')))
      )
        return make();
      const key = planKey(binding, context);
      const found = plans.get(key);
      if (found !== undefined) return found;
      const made = make();
      plans.set(key, made);
      made.catch(() => plans.remove(key));
      return made;
    },
  };
}

interface Statement {
  readonly node: Node;
  readonly text: string;
  readonly description: Description;
}

async function makePlan(
  semantic: Pick<Semantic, 'together'>,
  { relations, catalogue: open }: Profile,
  { node, text, description }: Statement,
  binding: Binding,
  { own, shared, isUtc }: PlanContext,
): Promise<Planned> {
  const catalogue = await open();
  const values = await parameterValues(description.parameterTypes, binding, catalogue, own);
  const bound = withParameters(node, values);
  try {
    const computed = await compute(bound, catalogue, own);
    const select = selectOf(computed);
    if (select === undefined) throw new SqlError({ code: '0A000', message: 'only SELECT reads metrics' });
    const plan = planStatement(select, { relations, facts: catalogue.facts, isUtc });
    await mustBeSound(plan, description, catalogue, shared);
    return { plan, runner: createPlanRunner(semantic, plan, isTimeless(computed, catalogue.facts)) };
  } catch (error) {
    if (error instanceof Refusal) throw refused(error, (byte) => positionOf(text, byte));
    throw error;
  }
}

/** What is to be run over the answers has to be understood, and to give what was told, before anything is asked. */
async function mustBeSound(
  { sql, leaves }: PlannedSql,
  told: Description,
  catalogue: Catalogue,
  shared: Context,
): Promise<void> {
  for (const query of judgedIn(leaves)) await describeRewritten(query.sql, catalogue, shared);
  const { fields = [] } = await describeRewritten(sql, catalogue, shared);
  const types = (told.fields ?? []).map(({ typeOid }) => typeOid);
  if (fields.length === types.length && fields.every(({ typeOid }, index) => typeOid === types[index]))
    return;
  throw new SqlError({
    code: 'XX000',
    message: 'the answer would be of other types than the statement says',
    hint: 'This is a mistake of the SQL API: please report the statement.',
  });
}

/** Statements that judge conditions, those within them too. */
function judgedIn(leaves: readonly Leaf[]): PlannedSql[] {
  return leaves.flatMap(({ judged }) => judged.flatMap(({ query }) => [query, ...judgedIn(query.leaves)]));
}

/** The statement itself is sound; what is not sound of it rewritten are names of a query around it. */
async function describeRewritten(sql: string, catalogue: Catalogue, shared: Context): Promise<Description> {
  try {
    return await catalogue.describe(sql, [], shared);
  } catch (error) {
    if (!(error instanceof SqlError) || !/^42(?:P01|703|803)$/.test(error.fields.code)) throw error;
    throw new SqlError({
      code: '0A000',
      message: 'a subquery over a view depends on rows of the query around it',
      detail: error.fields.message,
      hint: 'Write it as a join of two aggregated subqueries.',
    });
  }
}

/** Computes what names no column once, and for whoever asks: what depends on the time or the user is a value then. */
async function compute(tree: Node, catalogue: Catalogue, context: Context): Promise<Node> {
  const found = computable(tree, catalogue.facts);
  if (found.length === 0) return tree;
  const list = found.map(({ sql }) => `(${sql})::text, pg_typeof(${sql})::text`).join(', ');
  const [row = []] = await catalogue.texts(`select ${list}`, [], context);
  const values = found.map(({ node }, index): readonly [Node, ConstantValue] => [
    node,
    { text: row[index * 2] ?? null, type: row[index * 2 + 1] ?? 'text' },
  ]);
  return withValues(tree, new Map(values));
}

function planKey({ parameters, parameterFormats }: Binding, { isUtc }: PlanContext): string {
  if (parameters.length === 0) return String(isUtc);
  const texts = parameters.map((each) => each?.toString('base64') ?? null);
  return JSON.stringify([isUtc, parameterFormats, texts]);
}

/** LIMIT 0, as tools ask for the columns of a statement. */
function readsNoRow(node: Node): boolean {
  const limit = selectOf(node)?.limitCount;
  return (
    limit !== undefined &&
    'A_Const' in limit &&
    limit.A_Const.ival !== undefined &&
    (limit.A_Const.ival.ival ?? 0) === 0
  );
}
