import { isTransient, messageOf } from '../../../lib/errors.ts';
import { renderDataTest, renderText } from '../compile/compile.ts';
import type { CompileScope } from '../compile/compile.ts';
import type { AskedKeys } from '../compile/touched-in-run.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { runScope } from '../materialize/delta.ts';
import { mustModel } from '../project/laws.ts';
import { cadenceOf } from '../project/model.ts';
import type { DataTest, Model } from '../project/model.ts';
import { publishedRelation } from '../warehouse/relations.ts';
import type { Check, Probe } from './check.ts';
import { checkName, parentModel, parentOf, toCheck } from './declared-check.ts';
import { lostValues } from './facts.ts';
import type { CheckFacts } from './facts.ts';
import { genericProbe, orphanProbe } from './generic.ts';
import { implicitTests } from './implicit.ts';
import { changedSince, passKey } from './last-pass.ts';
import { narrowed, presentIn, presentInRun } from './present.ts';
import type { Present } from './present.ts';
import { publishedWorld } from './published-world.ts';
import { isBuiltIn, recentRawCondition, rowsInRun, rowsOfSource, wholeRelation } from './rows-under-test.ts';
import type { RowsUnderTest } from './rows-under-test.ts';
import { isAbout } from './singular.ts';
import type { TouchedKeys } from './touched-keys.ts';
import { asksTouched, attachedFor, touchedDefinition } from './touched-tests.ts';

/** Declared and implicit checks of the rows that a run is about to publish, and of what it takes in from sources. */
export async function dataChecksOfRun(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
  { facts, keys }: { readonly facts: CheckFacts; readonly keys: TouchedKeys },
): Promise<Check[]> {
  const recentRaw = recentRawCondition(facts.recentSince);
  const scope = runScope(context, run);
  const present = (name: string): Present => presentInRun(context, run, name);
  const own = [...run.deltas.values()].flatMap(({ model }) =>
    testsOf(context, model)
      .filter((test) => isOfEveryBuild(test) && !asksTouched(context, test))
      .map((test) => ({ test, under: rowsInRun(context, run, model, test) })),
  );
  const ofSources = sourceTests(context)
    .filter(isOfEveryBuild)
    .map((test) => ({
      test,
      under: rowsOfSource(test.attachedTo.name, recentRaw),
    }));
  const checks = [...own, ...ofSources].map(({ test, under }) =>
    under === undefined ? undefined : dataCheck(context, test, under, { scope, present, keys }),
  );
  const orphans = [...context.project.models.values()].flatMap((model) =>
    model.tests
      .filter(isOfEveryBuild)
      .map((test) => orphanCheck(context, run, considered, facts, model, test)),
  );
  const touched = touchedChecks(context, run, considered, { facts, keys });
  return (await Promise.all([...checks, ...orphans, ...touched])).filter((check) => check !== undefined);
}

/** Declared and implicit checks of all that is published, and of the sources, whole. */
export async function dataChecksOfPublished(context: EngineContext): Promise<Check[]> {
  const scope = publishedWorld(context);
  const present = (name: string): Present => presentIn(scope.relation(name));
  const stored = [...context.project.models.values()].filter(isPublished);
  const own = stored.flatMap((model) =>
    testsOf(context, model).map((test) => ({ test, under: wholeRelation(publishedRelation(model)) })),
  );
  const ofSources = sourceTests(context).map((test) => ({
    test,
    under: rowsOfSource(test.attachedTo.name, undefined),
  }));
  return await Promise.all(
    [...own, ...ofSources].map(({ test, under }) => dataCheck(context, test, under, { scope, present })),
  );
}

/** Staging is checked where it is declared only: its keys are unique by the way it is made. */
function testsOf(context: EngineContext, model: Model): readonly DataTest[] {
  return model.layer === 'staging'
    ? model.tests
    : [...model.tests, ...implicitTests(context.project.name, model)];
}

function isOfEveryBuild(test: DataTest): boolean {
  return cadenceOf(test.config) === undefined;
}

/** Checks of the project that restrict themselves to what changed, like those that are queries of their own. */
function touchedChecks(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
  known: { readonly facts: CheckFacts; readonly keys: TouchedKeys },
): Array<Promise<Check>> {
  const { project } = context;
  return [...project.models.values()].flatMap((model) =>
    model.tests
      .filter((test) => isOfEveryBuild(test) && asksTouched(context, test))
      .filter((test) => isAbout(project, run, considered, test))
      .map((test) => touchedCheck(context, run, known, test)),
  );
}

async function touchedCheck(
  context: EngineContext,
  run: BuildRun,
  { facts, keys }: { readonly facts: CheckFacts; readonly keys: TouchedKeys },
  test: DataTest,
): Promise<Check> {
  const { project } = context;
  const { history, states } = facts;
  const definition = await touchedDefinition(context, test);
  const since = definition === undefined ? undefined : history.passes.get(passKey(test.uniqueId, definition));
  const changedInRun = (name: string): string | undefined => {
    const of = attachedFor(test, name);
    return changedSince(run, mustModel(project, of), states.get(of), since, history.pruned);
  };
  const keysInRun = (asked: AskedKeys): string =>
    keys.ask(
      { ...asked, columns: asked.columns.map((each) => ({ ...each, model: attachedFor(test, each.model) })) },
      since?.open,
    );
  const scope = { ...runScope(context, run), changedInRun, keysInRun };
  const under = wholeRelation(scope.relation(test.attachedTo.name));
  const check = await dataCheck(context, test, under, { scope, present: presentIn });
  return { ...check, definition, isWhole: since === undefined };
}

function sourceTests(context: EngineContext): DataTest[] {
  return [...context.project.sources.values()].flatMap((source) => source.tests);
}

function isPublished(model: Model): boolean {
  return model.materialization.kind !== 'ephemeral';
}

interface World {
  readonly scope: CompileScope;
  readonly present: (model: string) => Present;
  /** In a run: for checks that look up near the rows they are of. */
  readonly keys?: TouchedKeys;
}

async function dataCheck(
  context: EngineContext,
  test: DataTest,
  under: RowsUnderTest,
  world: World,
): Promise<Check> {
  const probe = await orBroken(async () => {
    const where = await whereOf(context, test, world.scope);
    if (isBuiltIn(test.kind))
      return genericProbe({ test, under, parent: parentNear(test, under, world), where });
    const rows = where === undefined ? under.rows : `${narrowed(under.rows, where)} as rows_under_test`;
    return { kind: 'query', sql: await renderDataTest(context.project, test, { ...world.scope, rows }) };
  });
  return { ...toCheck(context, test, probe, checkName(context, test)), isWhole: under.isWhole };
}

/**
 * Where a relationships check of new rows looks its values up. Keys are hashes, spread over the whole of a table; with
 * `meta: { looked_up_by: column }` it looks only at rows of the parent that have the same values as the child there: the
 * id that the key is made of, by which tables are sorted.
 */
function parentNear(test: DataTest, under: RowsUnderTest, { present, keys }: World): Present {
  const parent = parentOf(test, present);
  const model = test.kind === 'relationships' ? parentModel(test) : undefined;
  const column = test.config.meta['looked_up_by'];
  if (keys === undefined || model === undefined || under.isWhole || typeof column !== 'string') return parent;
  const near = keys.ask({
    expression: column,
    at: undefined,
    values: `select ${column} from ${under.rows} as asked_rows`,
    columns: [{ model, column }],
  });
  return (query) => parent({ ...query, where: near });
}

/** A key that left a parent orphans rows that this run never touched. */
async function orphanCheck(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
  { isLost }: CheckFacts,
  model: Model,
  test: DataTest,
): Promise<Check | undefined> {
  const parentName = test.kind === 'relationships' ? parentModel(test) : undefined;
  const parent = parentName === undefined ? undefined : run.deltas.get(parentName);
  if (parentName === undefined || parent === undefined || !losesKeys(parent)) return undefined;
  // Where the child's rows are looked at whole, they have been looked up in the parent already.
  if (rowsInRun(context, run, model, test)?.isWhole === true) return undefined;
  const { field } = test.arguments;
  const mayBeLost = parent.kind === 'full' || typeof field !== 'string' || isLost(parentName, field);
  if (!mayBeLost) return undefined;
  const scope = runScope(context, run);
  const probe = await orBroken(async () =>
    orphanProbe({
      test,
      child: scope.relation(model.name),
      parent: presentInRun(context, run, parentName),
      lost: parent.kind === 'full' ? undefined : (field) => lostValues(run, parent.model, field),
      where: await whereOf(context, test, scope),
    }),
  );
  const check = toCheck(
    context,
    test,
    probe,
    `orphans_${test.ownName ?? `${test.column ?? ''}_${parentName}`}`,
  );
  // A child that the run looked at and found unchanged has nothing to hold back: the parent must keep its key. One that
  // it did not look at, or holds back, lags behind by intent.
  const isUnchanged = considered.has(model.name) && !run.deltas.has(model.name);
  return isUnchanged ? { ...check, model: parentName } : check;
}

function losesKeys(delta: { readonly kind: 'full' | 'incremental'; readonly removed: number }): boolean {
  return delta.kind === 'full' || delta.removed > 0;
}

async function whereOf(
  context: EngineContext,
  test: DataTest,
  scope: CompileScope,
): Promise<string | undefined> {
  const { where } = test.config;
  const place = { file: test.file, line: test.line, column: 1 };
  return where === undefined ? undefined : await renderText(context.project, where, place, scope);
}

/** What cannot be rendered is a check that errors, not a build that stops. */
async function orBroken(make: () => Promise<Probe>): Promise<Probe> {
  try {
    return await make();
  } catch (error) {
    if (isTransient(error)) throw error;
    return { kind: 'broken', message: messageOf(error) };
  }
}
