import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ShopwaveError } from '../../lib/errors.ts';
import { originalPath } from '../../transforms/engine/artifacts/place.ts';
import { renderTest } from '../../transforms/engine/compile/compile.ts';
import { compileErrors, needsWarehouse } from '../../transforms/engine/compile/errors.ts';
import { publishedScope } from '../../transforms/engine/compile/published-scope.ts';
import { parseCheck } from '../../transforms/engine/dialect/parse-check.ts';
import { renderStatement } from '../../transforms/engine/materialize/statement.ts';
import { mustModel } from '../../transforms/engine/project/laws.ts';
import type { Project } from '../../transforms/engine/project/model.ts';
import { dataPaths, makeTarget } from '../data-dir.ts';
import { cliErrors } from '../errors.ts';
import { readProject } from './project.ts';
import type { FilesInput } from './project.ts';
import { resolveSelection } from './selection.ts';

/** One compiled node. */
export interface Compiled {
  readonly uniqueId: string;
  /** The file it was compiled from. */
  readonly file: string;
  /** The file it was written to; undefined where it was not. */
  readonly writtenTo?: string;
  readonly sql: string;
}

export interface CompileResult {
  readonly compiled: readonly Compiled[];
  /** Set where a rendering does not parse in the target's grammar, or needs a warehouse. */
  readonly failure: ShopwaveError | undefined;
}

/**
 * The SQL of what was selected, as a full build sends it, for the target's engine; nothing is asked of a warehouse. What
 * cannot be rendered without one is left out, and told.
 */
export async function compileNodes(
  project: Project,
  ids: ReadonlySet<string>,
  onLeftOut: (name: string, why: ShopwaveError) => void = () => undefined,
): Promise<Compiled[]> {
  const published = publishedScope(project, project.authoring.environment.target.type);
  const scope = { ...published, flags: { which: 'compile' } };
  const compiled: Compiled[] = [];
  const add = async (
    name: string,
    node: Pick<Compiled, 'uniqueId' | 'file'>,
    render: () => Promise<string>,
  ): Promise<void> => {
    try {
      compiled.push({ ...node, sql: await render() });
    } catch (error) {
      if (!needsWarehouse(error)) throw error;
      onLeftOut(name, error);
    }
  };
  for (const name of project.order) {
    const { uniqueId, file, materialization } = mustModel(project, name);
    if (!ids.has(uniqueId) || materialization.kind === 'seed') continue;
    await add(name, { uniqueId, file }, () => renderStatement(project, name, scope));
  }
  for (const test of project.tests) {
    const { uniqueId, file } = test;
    if (ids.has(uniqueId)) await add(test.name, { uniqueId, file }, () => renderTest(project, test, scope));
  }
  return compiled;
}

/** `transform compile`: writes below `<data folder>/target/compiled`, and has each rendering for Snowflake parsed. */
export async function compileFiles(input: FilesInput & { readonly dataDir: string }): Promise<CompileResult> {
  const project = await readProject(input);
  const { ids, notes } = await resolveSelection(project, input);
  for (const note of notes) input.onWarning(note);
  const folder = path.join(await makeTarget(dataPaths(input.dataDir)), 'compiled', project.name);
  const compiled: Compiled[] = [];
  const leftOut = new Map<string, ShopwaveError>();
  for (const each of await compileNodes(project, ids, (name, why) => leftOut.set(name, why))) {
    const writtenTo = path.join(folder, originalPath(project, each.file));
    await mkdir(path.dirname(writtenTo), { recursive: true });
    await writeFile(writtenTo, `${each.sql.trimEnd()}\n`);
    compiled.push({ ...each, writtenTo });
  }
  return { compiled, failure: (await parseProblems(project, compiled)) ?? missing(leftOut) };
}

/** Everything else is written all the same; the command still has not done what it was asked. */
function missing(leftOut: ReadonlyMap<string, ShopwaveError>): ShopwaveError | undefined {
  const [first] = leftOut.values();
  if (first === undefined) return undefined;
  return compileErrors.error('COMPILE_NEEDS_WAREHOUSE', {
    message: `left out, as a template asks the warehouse: ${[...leftOut.keys()].join(', ')}`,
    where: first.where,
    remedy: 'Guard the call with `{% if execute %}`, or see the SQL of a build in the log.',
    cause: first,
  });
}

/** The engine at hand finds its own problems when it runs; the other one is asked by its grammar. */
async function parseProblems(
  project: Project,
  compiled: readonly Compiled[],
): Promise<ShopwaveError | undefined> {
  const { type } = project.authoring.environment.target;
  if (type !== 'snowflake') return undefined;
  const problems: Array<{ readonly where: string; readonly message: string }> = [];
  for (const { file, writtenTo = file, sql } of compiled) {
    const problem = await parseCheck(sql, type);
    if (problem === undefined) continue;
    const place = [writtenTo, problem.line, problem.column].filter((each) => each !== undefined).join(':');
    problems.push({ where: place, message: `${file}: ${problem.message}` });
  }
  const [first] = problems;
  if (first === undefined) return undefined;
  return cliErrors.error('CLI_SQL_UNPARSABLE', {
    message: `${problems.length} of ${compiled.length} renderings do not parse: ${problems.map((each) => each.message).join('; ')}`,
    where: first.where,
  });
}
