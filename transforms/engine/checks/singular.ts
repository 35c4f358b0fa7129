import { createHash } from 'node:crypto';
import { isTransient, messageOf } from '../../../lib/errors.ts';
import { renderTest } from '../compile/compile.ts';
import type { CompileScope } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { runScope } from '../materialize/delta.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { mustModel } from '../project/laws.ts';
import { cadenceOf } from '../project/model.ts';
import type { Project, SingularTest } from '../project/model.ts';
import type { Check, Probe } from './check.ts';
import { tellingColumns } from './keys.ts';
import { readCheckFacts } from './facts.ts';
import type { CheckFacts } from './facts.ts';
import { changedSince, passKey } from './last-pass.ts';
import { publishedWorld } from './published-world.ts';
import type { TouchedKeys } from './touched-keys.ts';

/**
 * Checks that are queries of their own, on the world as this run leaves it. A check that names what it depends on
 * with touched_in_run() looks only at what changed since it last passed in a published version.
 */
export async function singularChecksOfRun(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
  { facts, keys }: { readonly facts?: CheckFacts; readonly keys: TouchedKeys },
): Promise<Check[]> {
  const { project } = context;
  const tests = project.tests.filter(
    (test) => cadenceOf(test.config) === undefined && isAbout(project, run, considered, test),
  );
  if (tests.length === 0) return [];
  const { history, states } = facts ?? (await readCheckFacts(context, run));
  const scope = runScope(context, run);
  return await Promise.all(
    tests.map(async (test) => {
      const definition = await definitionOf(context, test);
      const since =
        definition === undefined ? undefined : history.passes.get(passKey(test.uniqueId, definition));
      const changedInRun = (name: string): string | undefined =>
        changedSince(run, mustModel(project, name), states.get(name), since, history.pruned);
      const check = await singularCheck(
        context,
        run,
        test,
        { ...scope, changedInRun, keysInRun: (asked) => keys.ask(asked, since?.open) },
        definition,
      );
      return { ...check, isWhole: since === undefined };
    }),
  );
}

/** The same on what is published, whole. */
export async function singularChecksOfPublished(context: EngineContext, run: BuildRun): Promise<Check[]> {
  const scope = publishedWorld(context);
  const { tests } = context.project;
  return await Promise.all(tests.map((test) => singularCheck(context, run, test, scope, undefined)));
}

/**
 * A mart that a partial build leaves out lags behind staging, and that is no defect of what is built. A check of
 * sources alone is about every run.
 */
export function isAbout(
  project: Project,
  run: BuildRun,
  considered: ReadonlySet<string>,
  { refs }: Pick<SingularTest, 'refs'>,
): boolean {
  const isChanged = (ref: string): boolean =>
    run.deltas.has(ref) || mustModel(project, ref).layer === 'staging';
  return (
    (refs.length === 0 || refs.some(isChanged)) &&
    refs.every((ref) => mustModel(project, ref).layer === 'staging' || considered.has(ref))
  );
}

async function singularCheck(
  context: EngineContext,
  run: BuildRun,
  test: SingularTest,
  scope: CompileScope,
  definition: string | undefined,
): Promise<Check> {
  const { project } = context;
  const model = blockedBy(project, run, test);
  return {
    uniqueId: test.uniqueId,
    model,
    name: test.name,
    kind: 'singular',
    refs: [...new Set([model, ...test.refs])],
    probe: await probeOf(project, test, scope),
    config: test.config,
    keys: test.refs.flatMap((ref) => tellingColumns(mustModel(project, ref))),
    storeAs: test.config.storeFailures ? (test.config.alias ?? test.name) : undefined,
    definition,
  };
}

async function probeOf(project: Project, test: SingularTest, scope: CompileScope): Promise<Probe> {
  try {
    const sql = await renderTest(project, test, scope);
    return { kind: 'query', sql: sql.replace(/[;\s]+$/, '') };
  } catch (error) {
    if (isTransient(error)) throw error;
    return { kind: 'broken', message: messageOf(error) };
  }
}

/** The text with names instead of relations: it changes when what is checked changes, and not with the run. */
async function definitionOf(context: EngineContext, test: SingularTest): Promise<string | undefined> {
  try {
    const sql = await renderTest(context.project, test, {
      dialect: context.warehouse.capabilities.dialect,
      relation: (name) => `<${name}>`,
      source: (name) => `<${name}>`,
      changedInRun: (name) => `<changed ${name}>`,
    });
    return createHash('sha256').update(sql).digest('hex').slice(0, 16);
  } catch {
    return undefined;
  }
}

/** Of the models a check compares, the most downstream one that this run changes: what it is built from was checked. */
function blockedBy(project: Project, run: BuildRun, test: SingularTest): string {
  const refs = new Set(test.refs);
  const inOrder = project.order.filter((name) => refs.has(name));
  const reader = project.order.find((name) => readsAny(project, name, test.sources));
  return inOrder.findLast((name) => run.deltas.has(name)) ?? inOrder.at(-1) ?? reader ?? '';
}

function readsAny(project: Project, name: string, sources: readonly string[]): boolean {
  return mustModel(project, name).sources.some((source) => sources.includes(source));
}
